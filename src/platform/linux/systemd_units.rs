//! The two units that a scheduled cleanup is made of: their text, and what a text says.
//!
//! Touches nothing. What it writes it reads back; what others write it reads as far as it can.

use std::time::Duration;

use super::systemd_exec as exec;
use crate::core::wording;

/// The name of the timer, which is what is switched on and off.
pub(super) const TIMER: &str = "shimkeeper-cleanup.timer";

/// The name of the service that it starts.
pub(super) const SERVICE: &str = "shimkeeper-cleanup.service";

/// Whether systemd takes a program of this path. In words it takes everything.
pub(super) fn takes(program: &str) -> bool {
    !program.contains(|c: char| matches!(c, '"' | '\'' | '\\') || c.is_control())
}

/// The service's text.
///
/// A cleanup ends with 1 where something needs attention and with 3 where it could not see enough. Those
/// are its findings and stand in the log; a unit that is red for them from one run to the next would only
/// hide that one day it cannot run at all. With 2, a configuration that does not load, it has failed.
pub(super) fn service(words: &[&str]) -> String {
    format!(
        "# {}\n\
         [Unit]\n\
         Description={}\n\
         \n\
         [Service]\n\
         Type=oneshot\n\
         ExecStart={}\n\
         SuccessExitStatus=1 3\n\
         TimeoutStartSec=3h\n",
        wording::SCHEDULE_WRITTEN_BY,
        wording::SCHEDULE_COMMENT,
        exec::written(words),
    )
}

/// The timer's text. Counted from the last start; the first time counts from the manager's own, which for
/// one that has run for long means at once.
pub(super) fn timer(every: Duration) -> String {
    let seconds = every.as_secs();
    // A tenth is near enough, and lets the machine do several such things at one waking.
    let accuracy = (seconds / 10).clamp(1, 60);
    format!(
        "# {}\n\
         [Unit]\n\
         Description={}\n\
         \n\
         [Timer]\n\
         OnStartupSec={seconds}s\n\
         OnUnitActiveSec={seconds}s\n\
         AccuracySec={accuracy}s\n\
         \n\
         [Install]\n\
         WantedBy=timers.target\n",
        wording::SCHEDULE_WRITTEN_BY,
        wording::SCHEDULE_COMMENT,
    )
}

/// What a service's text starts.
pub(super) fn words(service: &str) -> Option<Vec<String>> {
    exec::parse(entry(service, "ExecStart")?)
}

/// How often a timer's text starts it, where it says so as we do.
pub(super) fn every(timer: &str) -> Option<Duration> {
    let seconds = entry(timer, "OnUnitActiveSec")?.strip_suffix('s')?.parse().ok()?;
    Some(Duration::from_secs(seconds))
}

/// The last value of a key, whatever its group: no key that is asked for stands in two.
fn entry<'t>(text: &'t str, key: &str) -> Option<&'t str> {
    let pairs = text.lines().filter_map(|line| line.split_once('='));
    pairs.filter(|(name, _)| name.trim() == key).map(|(_, value)| value.trim()).next_back()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        let given = ["/opt/my tools/100% $HOME/shimkeeper", "--home", "/h o/50%$x", "cleanup"];
        assert_eq!(words(&service(&given)).unwrap(), given);
        for seconds in [60, 90, 300, 86_400] {
            let time = Duration::from_secs(seconds);
            assert_eq!(every(&timer(time)), Some(time));
        }
    }

    #[test]
    fn a_finding_is_no_failure_and_a_broken_configuration_is() {
        assert_eq!(entry(&service(&["/x"]), "SuccessExitStatus"), Some("1 3"));
    }

    #[test]
    fn the_accuracy_follows_the_interval() {
        for (seconds, accuracy) in [(60, "6s"), (300, "30s"), (86_400, "60s")] {
            assert_eq!(entry(&timer(Duration::from_secs(seconds)), "AccuracySec"), Some(accuracy));
        }
    }

    #[test]
    fn what_somebody_else_wrote_is_read_as_far_as_it_can() {
        assert_eq!(words("[Service]\nExecStart=/old/x cleanup\n").unwrap(), ["/old/x", "cleanup"]);
        assert_eq!(words("[Service]\nExecStart=/a\nExecStart = /b\n").unwrap(), ["/b"]);
        assert_eq!(words("[Service]\n"), None);
        assert_eq!(every("[Timer]\nOnCalendar=hourly\n"), None);
        assert_eq!(every("[Timer]\nOnUnitActiveSec=5min\n"), None);
    }
}
