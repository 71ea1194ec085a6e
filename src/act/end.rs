//! Ends whole instances, side by side: the top first, gently first, until none of it is left.

use std::collections::HashSet;
use std::time::Duration;

use super::confirm::{Confirmation, Confirmed, confirm};
use super::in_use;
use super::terminate::{ask, force, has_ended, wait};
use crate::core::plan::{Reach, Refused};
use crate::core::{Identity, Member, Pid, Refusal, System, Target};
use crate::platform;

/// How long a process may take to go after it was ended by force.
const AFTER_FORCE: Duration = Duration::from_secs(3);

/// How often new descendants are looked for before we give up on a tree that grows faster.
const ROUNDS: usize = 8;

/// How a process was ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum How {
    /// It went when it was asked.
    Asked,
    /// It had to be forced.
    Forced,
    /// It had to be forced, because there was no way to ask it.
    Unasked,
}

impl How {
    /// The word for it in JSON.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Forced | Self::Unasked => "forced",
        }
    }

    /// Whether there was a way to ask it.
    #[must_use]
    pub const fn was_asked(self) -> bool {
        match self {
            Self::Asked | Self::Forced => true,
            Self::Unasked => false,
        }
    }
}

/// One process that was ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ended {
    /// Which.
    pub pid: Pid,
    /// How.
    pub how: How,
}

/// What ending did.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct EndReport {
    /// What ended, the tops first.
    pub ended: Vec<Ended>,
    /// What was left alone, and why.
    pub refused: Vec<Refused>,
}

struct Victim {
    reach: Reach,
    confirmed: Confirmed,
    how: How,
    /// There was a way to ask it.
    was_asked: bool,
}

/// Ends these instances. See [`super::Act::end`].
pub(super) fn end(targets: &[Target], stop_grace: Duration) -> EndReport {
    let mut report = EndReport::default();
    let mut victims: Vec<Victim> = Vec::new();
    let held: Vec<Result<Vec<Confirmed>, Refusal>> = targets.iter().map(hold).collect();
    // Asked while all of them are held, so that nobody else can have their numbers.
    for ((target, held), used) in targets.iter().zip(held).zip(in_use::used(targets)) {
        match used.map_or(held, Err) {
            Ok(confirmed) => {
                let reach = target.reach;
                victims.extend(confirmed.into_iter().map(|confirmed| Victim {
                    reach,
                    confirmed,
                    how: How::Asked,
                    was_asked: false,
                }));
            }
            Err(why) => report.refused.push(Refused { pid: target.top.pid, why }),
        }
    }
    add_descendants(&mut victims);
    let asked: Vec<Identity> = victims.iter().map(|victim| victim.confirmed.identity).collect();
    for victim in &mut victims {
        // A process that cannot be asked can still be forced.
        victim.was_asked = ask(&victim.confirmed, &asked).unwrap_or(false);
    }
    // Nobody waits for what nobody was asked.
    if victims.iter().any(|victim| victim.was_asked) {
        let _ = wait(&victims.iter().map(|victim| &victim.confirmed).collect::<Vec<_>>(), stop_grace);
    }
    // What was started between the look and the question is found while its parents still live.
    add_descendants(&mut victims);
    let mut not_permitted = HashSet::new();
    for victim in victims.iter_mut().filter(|victim| !has_ended(&victim.confirmed)) {
        victim.how = if victim.was_asked { How::Forced } else { How::Unasked };
        if force(&victim.confirmed).is_err_and(|error| error.kind() == std::io::ErrorKind::PermissionDenied) {
            not_permitted.insert(victim.confirmed.identity);
        }
    }
    let left: Vec<&Confirmed> = victims
        .iter()
        .map(|victim| &victim.confirmed)
        .filter(|confirmed| !not_permitted.contains(&confirmed.identity) && !has_ended(confirmed))
        .collect();
    let _ = wait(&left, AFTER_FORCE);
    for victim in victims {
        let pid = victim.confirmed.identity.pid;
        if has_ended(&victim.confirmed) {
            report.ended.push(Ended { pid, how: victim.how });
        } else if not_permitted.contains(&victim.confirmed.identity) {
            report.refused.push(Refused { pid, why: Refusal::NotPermitted });
        } else {
            report.refused.push(Refused { pid, why: Refusal::StillAlive });
        }
    }
    report
}

/// Takes hold of what the judgement rests on, all of which must be unchanged. What else a plan names is
/// left to [`add_descendants`]: a number that changed hands in the middle of the look has the birth of its
/// new owner and the parent of the old one.
fn hold(target: &Target) -> Result<Vec<Confirmed>, Refusal> {
    let mut held = Vec::with_capacity(target.members.len());
    let rests_on = |member: &&Member| member.args.is_some() || member.identity == target.top;
    for member in target.members.iter().filter(rests_on) {
        match confirm(member) {
            Confirmation::Same(confirmed) => held.push(confirmed),
            Confirmation::AlreadyGone => {}
            Confirmation::Refused(why) => return Err(why),
        }
    }
    Ok(held)
}

/// Adds what the held processes have started and still have as children.
fn add_descendants(victims: &mut Vec<Victim>) {
    for _ in 0..ROUNDS {
        let known: Vec<Identity> = victims.iter().map(|victim| victim.confirmed.identity).collect();
        let whole = victims.iter().filter(|victim| victim.reach == Reach::WholeTree);
        let children = children_of(whole.map(|victim| &victim.confirmed).collect());
        let mut grew = false;
        for child in children.into_iter().filter(|child| !known.contains(child)) {
            let member = Member { identity: child, name: String::new(), args: None };
            if let Confirmation::Same(confirmed) = confirm(&member) {
                victims.push(Victim {
                    reach: Reach::WholeTree,
                    confirmed,
                    how: How::Asked,
                    was_asked: false,
                });
                grew = true;
            }
        }
        if !grew {
            return;
        }
    }
}

/// What those of these have started whose numbers are still their own: a number that went to a stranger
/// while others had their grace time has the stranger's children.
fn children_of(mut parents: Vec<&Confirmed>) -> Vec<Identity> {
    loop {
        parents.retain(|parent| keeps_its_number(parent));
        let identities: Vec<Identity> = parents.iter().map(|parent| parent.identity).collect();
        if identities.is_empty() {
            return Vec::new();
        }
        let Ok(children) = platform::children(&identities) else { return Vec::new() };
        // What is so before and after the list was read was so in between.
        if parents.iter().all(|parent| keeps_its_number(parent)) {
            return children;
        }
    }
}

/// On Windows our grip keeps the number taken; elsewhere it is free once the process was collected.
fn keeps_its_number(process: &Confirmed) -> bool {
    platform::SYSTEM == System::Windows || matches!(process.held.has_ended(), Ok(false))
}
