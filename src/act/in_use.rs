//! Whether somebody uses what is to be ended after all, asked right before the end.
//!
//! Between the look and the end somebody may have connected, or taken over the other end of an input.

use crate::core::plan::Grounds;
use crate::core::snapshot::{Callers, OtherEnd};
use crate::core::users::{Use, by_callers, by_input};
use crate::core::{Member, Pid, Refusal, Target};
use crate::platform;
use crate::platform::callers::Calls;
use crate::platform::table::{Asked, Table};

/// For each of these targets why it must stay, if it must. Never those that the user has asked for.
pub(super) fn used(targets: &[Target]) -> Vec<Option<Refusal>> {
    let unused = || targets.iter().filter(|target| target.grounds == Grounds::Unused);
    let judged: Vec<Pid> = unused().flat_map(judged).collect();
    if judged.is_empty() {
        return vec![None; targets.len()];
    }
    // The number of a helper that ended may be a stranger's by now, who is no member whatever he has open.
    let there: Vec<Pid> = unused()
        .flat_map(|target| &target.members)
        .filter(|member| is_there(member))
        .map(|member| member.identity.pid)
        .collect();
    let ends = Table::default().other_ends(&Asked { servers: judged.clone(), suspects: judged });
    let callers = Calls::default().of(&there);
    let refusal = |target: &Target| {
        if target.grounds == Grounds::Asked {
            return None;
        }
        let is_a_member =
            |pid: Pid| there.contains(&pid) && target.members.iter().any(|member| member.identity.pid == pid);
        let inputs =
            judged_of(target).map(|pid| by_input(ends.get(&pid).unwrap_or(&OtherEnd::NotAsked), is_a_member));
        let callers = target.members.iter().map(|member| {
            by_callers(callers.get(&member.identity.pid).unwrap_or(&Callers::NotAsked), is_a_member)
        });
        match Use::most(inputs.chain(callers)) {
            Use::SpokenToBy(_) | Use::CalledBy(..) => Some(Refusal::InUse),
            Use::Perhaps(_) => Some(Refusal::CannotTell),
            Use::Nobody | Use::NotTold => None,
        }
    };
    targets.iter().map(refusal).collect()
}

fn is_there(member: &Member) -> bool {
    let birth = platform::birth(member.identity.pid);
    birth.is_ok_and(|birth| birth == Some(member.identity.birth))
}

/// The processes of a target by whose inputs it was judged.
fn judged(target: &Target) -> Vec<Pid> {
    judged_of(target).collect()
}

fn judged_of(target: &Target) -> impl Iterator<Item = Pid> {
    let judged =
        target.members.iter().filter(|member| member.args.is_some() || member.identity == target.top);
    judged.map(|member| member.identity.pid)
}
