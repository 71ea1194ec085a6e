//! The scheduled cleanup: whether there is one, what it starts, and what to do where there cannot be one.

use std::fmt::Display;
use std::time::Duration;

use super::Complaint;
use super::called::for_a_shell;
use crate::core::PathStyle;
use crate::core::mask::{plain, plain_short};

/// No cleanup is scheduled.
pub const SCHEDULE_OFF: &str = "no cleanup is scheduled";
/// A schedule that the system does not keep.
pub const SCHEDULE_STOPPED: &str = "a cleanup is set up, but the system does not start it";
/// A change of the schedule failed.
pub const SCHEDULE_FAILED: &str = "the scheduled cleanup could not be changed";
/// The schedule could not be read.
pub const SCHEDULE_UNREADABLE: &str = "whether a cleanup is scheduled could not be read";
/// What to do about a schedule that is not as it should be.
pub const SCHEDULE_HINT: &str =
    "`shimkeeper schedule enable` schedules this program instead; `disable` removes the schedule";
/// What to do where the system could not be asked.
pub const SCHEDULE_UNKNOWN_HINT: &str =
    "`shimkeeper schedule disable` removes the schedule even where the system does not answer";
/// A tray beside the schedule.
pub const SCHEDULE_BESIDE_TRAY: &str =
    "the tray runs, too; that does no harm, and with `auto_cleanup = true` it does the same sooner";
/// `--every` where it means nothing.
pub const EVERY_WITHOUT_ENABLE: &str = "`--every` belongs to `schedule enable`";
/// What the task and the units say about themselves.
pub const SCHEDULE_COMMENT: &str = "Shimkeeper: ends orphaned MCP servers";
/// What stands on top of the files that the schedule is made of.
pub const SCHEDULE_WRITTEN_BY: &str =
    "Written by `shimkeeper schedule enable`; `shimkeeper schedule disable` removes it.";

/// "1 min", "90 s", "24 h": without losing anything that the schedule can count.
fn exactly(time: Duration) -> String {
    match time.as_secs() {
        seconds if seconds != 0 && seconds.is_multiple_of(3600) => format!("{} h", seconds / 3600),
        seconds if seconds != 0 && seconds.is_multiple_of(60) => format!("{} min", seconds / 60),
        seconds => format!("{seconds} s"),
    }
}

/// A schedule that holds.
#[must_use]
pub fn schedule_on(every: Duration, command: &str) -> String {
    format!("a cleanup runs every {}: {}", exactly(every), plain_short(command, 240))
}

/// A schedule that held before.
#[must_use]
pub fn schedule_unchanged(said: &str) -> String {
    format!("{said} (it was so before; nothing was changed)")
}

/// A schedule of another program.
#[must_use]
pub fn schedule_elsewhere(command: &str) -> String {
    format!("the scheduled cleanup starts another program: {}", plain_short(command, 160))
}

/// When it ran last.
#[must_use]
pub fn schedule_last(when: &str) -> String {
    format!("last run: {}", plain_short(when, 60))
}

/// When it runs next.
#[must_use]
pub fn schedule_next(when: &str) -> String {
    format!("next run: {}", plain_short(when, 60))
}

/// An interval beyond the limits.
#[must_use]
pub fn schedule_beyond_limits(least: Duration, most: Duration) -> Complaint {
    let [least, most] = [least, most].map(exactly);
    Complaint::new(format!("must be {least} to {most}"), "write a time such as \"5m\"")
}

/// An interval that the system cannot count.
#[must_use]
pub fn schedule_between_steps(step: Duration) -> Complaint {
    let step = exactly(step);
    Complaint::new(format!("this system counts in steps of {step}"), "write a time such as \"5m\"")
}

/// A program or a folder whose name cannot be written down where the system looks for it.
#[must_use]
pub fn schedule_path(path: &dyn Display) -> String {
    let path = plain(&path.to_string());
    format!("{path} cannot be scheduled: its path holds a quote, a backslash or a line end, or is not UTF-8")
}

/// Nobody here starts anything by time.
#[must_use]
pub fn schedule_nobody(why: &dyn Display) -> String {
    let why = plain_short(&why.to_string(), 200);
    format!("nothing was scheduled: systemd runs no services for this user here ({why})")
}

/// The program that would run is not where it should be.
#[must_use]
pub fn program_missing(path: &dyn Display) -> String {
    format!("the program that would run is missing: it should be {}", plain(&path.to_string()))
}

/// What the system's own program said, or why it could not be asked.
#[must_use]
pub fn schedule_refused(program: &str, says: &str) -> String {
    format!("{program}: {}", plain_short(says.trim(), 200))
}

/// The line for those who have cron.
#[must_use]
pub fn crontab_hint(words: &[String], every: Duration) -> String {
    format!("with cron, add this line by `crontab -e`: {}", crontab_line(words, every))
}

/// As cron reads it: its own five fields, then a command for the shell in which `%` is no line end.
fn crontab_line(words: &[String], every: Duration) -> String {
    let minutes = every.as_secs().div_ceil(60).max(1);
    // Cron knows steps within an hour or a day: the next one that is no longer than wished.
    let fields = match minutes {
        1 => "* * * * *".into(),
        2..60 => format!("*/{minutes} * * * *"),
        60..120 => "0 * * * *".into(),
        120..1440 => format!("0 */{} * * *", minutes / 60),
        _ => "0 4 * * *".into(),
    };
    let words: Vec<String> =
        words.iter().map(|word| for_a_shell(word, PathStyle::Unix).replace('%', r"\%")).collect();
    format!("{fields} {}", words.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_is_said_without_losing_a_second() {
        let said = [60, 61, 90, 300, 3600, 5400, 86_400].map(|seconds| exactly(Duration::from_secs(seconds)));
        assert_eq!(said, ["1 min", "61 s", "90 s", "5 min", "1 h", "90 min", "24 h"]);
    }

    #[test]
    fn a_crontab_line_keeps_the_wish_as_far_as_cron_can() {
        for (seconds, fields) in [
            (60, "* * * * *"),
            (90, "*/2 * * * *"),
            (300, "*/5 * * * *"),
            (3600, "0 * * * *"),
            (7200, "0 */2 * * *"),
            (86_400, "0 4 * * *"),
        ] {
            let line = crontab_line(&["/bin/x".into(), "cleanup".into()], Duration::from_secs(seconds));
            assert_eq!(line, format!("{fields} /bin/x cleanup"));
        }
    }

    #[test]
    fn a_crontab_line_survives_cron_and_the_shell() {
        let words = ["/opt/it's 100%/x".to_owned(), "--home".into(), "a$b".into(), "50%".into()];
        let line = crontab_line(&words, Duration::from_mins(5));
        assert_eq!(line, r"*/5 * * * * '/opt/it'\''s 100\%/x' --home 'a$b' 50\%");
    }
}
