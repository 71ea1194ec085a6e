//! The process table through `sysinfo`; births, order and sessions from the kernel's own list.
//!
//! The command lines are read anew at each look: a remembered one could be somebody else's.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::io;

use sysinfo::{Process as Seen, ProcessRefreshKind, ProcessStatus, ProcessesToUpdate, System, UpdateKind};

use super::roster::Roster;
use super::stdin_peer::other_end;
use super::{age, args, details, program};
use crate::core::moment::Now;
use crate::core::snapshot::OtherEnd;
use crate::core::{Details, Fact, Identity, Owner, Pid, Process, UnixTime, wording};
use crate::platform::table::{Asked, Change, Question};

/// Kept between looks so that shares of a core can be told.
#[derive(Debug, Default)]
pub(crate) struct Table(Option<System>);

impl Table {
    pub(crate) fn read(&mut self, question: &Question<'_>) -> io::Result<Vec<Process>> {
        let system = match &mut self.0 {
            Some(system) => system,
            none => none.insert(System::new().map_err(|error| io::Error::other(error.to_string()))?),
        };
        let fields = ProcessRefreshKind::nothing()
            .with_cmd(UpdateKind::Always)
            .with_exe(UpdateKind::Always)
            .with_user(UpdateKind::OnlyIfNotSet)
            .with_memory()
            .with_cpu()
            .without_tasks();
        let _ = system.refresh_processes_specifics(ProcessesToUpdate::All, true, fields);
        let us = system.process(sysinfo::Pid::from_u32(std::process::id()));
        // We run, so a list without us is no list.
        let us = us.ok_or_else(|| io::Error::other(wording::LIST_WITHOUT_US))?;
        // Taken after the list above, so that it knows everybody in it who still runs.
        let roster = Roster::take()?;
        Ok(system.processes().values().filter_map(|seen| facts(seen, us, &roster, question.now)).collect())
    }

    /// Nobody is missing.
    #[expect(clippy::unused_self, reason = "its twin keeps what it reads")]
    pub(crate) const fn more(&mut self, _: &[Pid], _: Now) -> Vec<Process> {
        Vec::new()
    }

    #[expect(clippy::unused_self, reason = "its twin keeps what it reads")]
    pub(crate) fn details(&mut self, pid: Pid) -> Details {
        details(pid)
    }

    #[expect(clippy::unused_self, reason = "its twin keeps what it reads")]
    pub(crate) fn other_ends(&mut self, asked: &Asked) -> HashMap<Pid, OtherEnd> {
        asked.suspects.iter().filter_map(|pid| Some((*pid, other_end(*pid)?))).collect()
    }

    /// A title changes no command line here.
    #[expect(clippy::unused_self, reason = "its twin reads")]
    pub(crate) const fn of_one_word(&mut self, _: Now) -> io::Result<Vec<Process>> {
        Ok(Vec::new())
    }

    #[expect(clippy::unused_self, reason = "its twin knows")]
    pub(crate) const fn change(&self) -> Change {
        Change::Everything
    }
}

/// One process as a value; `None` if it is dead or died while we looked.
fn facts(seen: &Seen, us: &Seen, roster: &Roster, now: Now) -> Option<Process> {
    if matches!(seen.status(), ProcessStatus::Zombie | ProcessStatus::Dead) {
        return None;
    }
    let pid = Pid::new(seen.pid().as_u32())?;
    // A birth that cannot be read leaves no identity; such a process is as good as unlisted, and a
    // shim below it meets a parent that may not be looked at.
    let birth = roster.birth(pid)?;
    let args = match seen.cmd() {
        [] => match args(pid) {
            Ok(args) => Fact::Known(args?),
            Err(_) => Fact::Hidden,
        },
        words => Fact::Known(words.iter().map(|word| text(word)).collect()),
    };
    let owner = match (seen.user_id(), us.user_id()) {
        (_, _) if !roster.is_in_our_session(pid) => Fact::Known(Owner::Another),
        (Some(theirs), Some(ours)) if theirs == ours => Fact::Known(Owner::Ours),
        (Some(_), Some(_)) => Fact::Known(Owner::Another),
        (None, _) | (_, None) => Fact::Hidden,
    };
    Some(Process {
        identity: Identity { pid, birth },
        parent: seen.parent().and_then(|parent| Pid::new(parent.as_u32())),
        order: roster.order(pid),
        name: text(seen.name()),
        // The library gives an empty path where it was not allowed to ask.
        exe: seen
            .exe()
            .filter(|path| !path.as_os_str().is_empty())
            .map(|path| text(path.as_os_str()))
            .or_else(|| program(pid)),
        args,
        ran: None,
        owner,
        started_at: UnixTime(seen.start_time()),
        age: age(birth, now.births),
        memory_bytes: seen.memory(),
        cpu_permille: permille(seen.cpu_usage()),
        details: None,
    })
}

fn text(text: &OsStr) -> String {
    text.to_string_lossy().into_owned()
}

fn permille(percent: f32) -> u32 {
    let tenths = (percent * 10.0).round().clamp(0.0, 1_000_000.0);
    #[expect(
        clippy::as_conversions,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "no other conversion exists; the value was clamped to what fits"
    )]
    let tenths = tenths as u32;
    tenths
}
