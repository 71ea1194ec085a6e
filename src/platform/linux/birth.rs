//! Births, ages and parents, from the kernel's own start ticks.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::io;
use std::sync::OnceLock;
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

use super::proc;
use crate::core::{Birth, Identity, Pid, Presence};

/// Ticks of the start time in a second. The kernel shows them so to programs on every machine.
const TICKS: u64 = 100;

/// Which boot this is; 0 where the kernel does not say. It cannot change while we run.
fn boot() -> u64 {
    static BOOT: OnceLock<u64> = OnceLock::new();
    *BOOT.get_or_init(|| {
        let id = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
        let digits: String = id.chars().filter(char::is_ascii_hexdigit).take(16).collect();
        u64::from_str_radix(&digits, 16).unwrap_or(0)
    })
}

/// The birth that a stat line tells.
pub(super) fn birth_of(stat: proc::Stat) -> Birth {
    Birth { boot: boot(), token: stat.start_ticks }
}

pub(crate) fn birth(pid: Pid) -> io::Result<Option<Birth>> {
    let Some(stat) = proc::stat(pid)? else { return Ok(None) };
    let birth = birth_of(stat);
    Ok((!stat.is_dead() || has_live_threads(pid)?).then_some(birth))
}

/// A process whose first thread has ended is shown as dead, though its other threads may run on.
pub(super) fn has_live_threads(pid: Pid) -> io::Result<bool> {
    let threads = match fs::read_dir(format!("/proc/{pid}/task")) {
        Ok(threads) => threads,
        Err(error) if proc::is_gone(&error) => return Ok(false),
        Err(error) => return Err(error),
    };
    for thread in threads {
        let Ok(thread) = thread else { continue };
        let stat = proc::read(pid, &format!("task/{}/stat", thread.file_name().to_string_lossy()))?;
        let stat = stat.and_then(|bytes| proc::parse_stat(&String::from_utf8_lossy(&bytes)));
        if stat.is_some_and(|stat| !stat.is_dead()) {
            return Ok(true);
        }
    }
    Ok(false)
}

pub(crate) fn birth_clock() -> u64 {
    let now = clock_gettime(ClockId::Boottime);
    let seconds = u64::try_from(now.tv_sec).unwrap_or(0);
    let nanos = u64::try_from(now.tv_nsec).unwrap_or(0);
    seconds * TICKS + nanos / (1_000_000_000 / TICKS)
}

pub(crate) fn age(birth: Birth, now: u64) -> Duration {
    Duration::from_millis(now.saturating_sub(birth.token) * (1000 / TICKS))
}

pub(crate) fn presence(pid: Pid) -> Presence {
    // The null signal is answered for processes that `/proc` hides, too.
    let number = i32::try_from(pid.get()).ok().and_then(rustix::process::Pid::from_raw);
    match number.map(rustix::process::test_kill_process) {
        Some(Err(rustix::io::Errno::SRCH)) => Presence::Gone,
        Some(Ok(()) | Err(_)) | None => Presence::Hidden,
    }
}

/// Of the first process anybody may read its birth, unless `/proc` hides what others run.
pub(crate) fn hides_others() -> bool {
    let (Some(first), Some(us)) = (Pid::new(1), Pid::new(std::process::id())) else { return false };
    let hides = |read: io::Result<Option<Birth>>| match read {
        Ok(birth) => birth.is_none(),
        Err(error) => error.kind() == io::ErrorKind::PermissionDenied,
    };
    // Where not even we can be read, something else is wrong.
    presence(first) == Presence::Hidden && hides(birth(first)) && matches!(birth(us), Ok(Some(_)))
}

pub(crate) fn children(parents: &[Identity]) -> io::Result<Vec<Identity>> {
    let births: HashMap<u32, Birth> = parents.iter().map(|parent| (parent.pid.get(), parent.birth)).collect();
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc")? {
        let name = entry?.file_name();
        let Some(pid) = name.to_str().and_then(|name| name.parse().ok()).and_then(Pid::new) else { continue };
        // A process that ends while we read the list is no child any more.
        let Ok(Some(stat)) = proc::stat(pid) else { continue };
        let birth = birth_of(stat);
        if births.get(&stat.parent).is_some_and(|parent| parent.no_later_than(birth))
            && (!stat.is_dead() || has_live_threads(pid).unwrap_or(false))
        {
            found.push((Identity { pid, birth }, stat.parent));
        }
    }
    // A number that has changed hands meanwhile has the children of somebody else.
    let stays = |number: u32| {
        let parent = Pid::new(number).map(proc::stat);
        matches!(parent, Some(Ok(Some(stat))) if births.get(&number).is_some_and(|birth| birth.token == stat.start_ticks))
    };
    let changed: HashSet<u32> = found
        .iter()
        .map(|(_, parent)| *parent)
        .collect::<HashSet<_>>()
        .into_iter()
        .filter(|number| !stays(*number))
        .collect();
    found.retain(|(_, parent)| !changed.contains(parent));
    Ok(found.into_iter().map(|(child, _)| child).collect())
}

/// Every process by its parent on record.
pub(super) fn children_of_all() -> io::Result<HashMap<Pid, Vec<Pid>>> {
    let mut found: HashMap<Pid, Vec<Pid>> = HashMap::new();
    for entry in fs::read_dir("/proc")? {
        let name = entry?.file_name();
        let Some(pid) = name.to_str().and_then(|name| name.parse().ok()).and_then(Pid::new) else { continue };
        let stat = match proc::stat(pid) {
            Ok(stat) => stat,
            // Hidden from us: no child of anybody whom we may judge.
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => None,
            Err(error) => return Err(error),
        };
        if let Some(parent) = stat.and_then(|stat| Pid::new(stat.parent)) {
            found.entry(parent).or_default().push(pid);
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn we_are_alive_and_young_and_have_a_parent() {
        let me = Pid::new(std::process::id()).unwrap();
        let birth = birth(me).unwrap().expect("we run");
        assert_eq!(super::birth(me).unwrap(), Some(birth), "a birth never changes");
        assert!(age(birth, birth_clock()) < Duration::from_hours(1));
        assert_eq!(presence(me), Presence::Hidden, "it exists");
    }

    #[test]
    fn a_number_that_was_never_given_is_gone() {
        let nobody = Pid::new(4_194_304).unwrap();
        assert_eq!(birth(nobody).unwrap(), None);
        assert_eq!(presence(nobody), Presence::Gone);
    }

    #[test]
    fn our_child_is_found_by_our_identity() {
        let mut child = std::process::Command::new("sleep").arg("60").spawn().unwrap();
        let me = Pid::new(std::process::id()).unwrap();
        let identity = Identity { pid: me, birth: birth(me).unwrap().unwrap() };
        let stranger = Identity { birth: Birth { boot: boot(), token: u64::MAX }, ..identity };
        let is_child = |found: &Identity| found.pid.get() == child.id();
        assert!(children(&[identity]).unwrap().iter().any(is_child));
        assert!(!children(&[stranger]).unwrap().iter().any(is_child), "a younger parent is none");
        #[expect(clippy::disallowed_methods, reason = "our own child, not waited for yet")]
        child.kill().unwrap();
        child.wait().unwrap();
    }
}
