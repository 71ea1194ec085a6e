//! The text of our task in the Task Scheduler's XML, and what such a text says.
//!
//! Touches nothing. Written for `schtasks /Create /XML`, which wants UTF-16 with its mark in front. Read
//! as plainly as it is written: the scheduler keeps the elements, in an order of its own.

use std::time::Duration;

use super::text::units;
use crate::core::wording;

/// What a task is made of, as far as we set it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Task {
    /// The program's full path.
    pub(super) command: String,
    /// Its words, as one line.
    pub(super) arguments: String,
    /// How often; `None` where it says so in another way than we do.
    pub(super) every: Option<Duration>,
    /// Whether it is switched on.
    pub(super) enabled: bool,
}

/// The bytes of the file. `user` is a security identifier.
///
/// It runs with the user's ordinary rights in his own session, also on batteries, and never twice at once.
pub(super) fn written(task: &Task, user: &str) -> Vec<u8> {
    let minutes = task.every.map_or(0, |every| every.as_secs() / 60);
    let [command, arguments, user, comment] =
        [&task.command, &task.arguments, user, wording::SCHEDULE_COMMENT].map(escaped);
    let text = format!(
        r#"<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo>
    <Author>Shimkeeper</Author>
    <Description>{comment}</Description>
  </RegistrationInfo>
  <Triggers>
    <TimeTrigger>
      <Repetition>
        <Interval>PT{minutes}M</Interval>
        <StopAtDurationEnd>false</StopAtDurationEnd>
      </Repetition>
      <StartBoundary>2020-01-01T00:00:00</StartBoundary>
    </TimeTrigger>
  </Triggers>
  <Principals>
    <Principal id="Author">
      <UserId>{user}</UserId>
      <LogonType>InteractiveToken</LogonType>
      <RunLevel>LeastPrivilege</RunLevel>
    </Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <StartWhenAvailable>true</StartWhenAvailable>
    <Enabled>{enabled}</Enabled>
    <ExecutionTimeLimit>PT3H</ExecutionTimeLimit>
  </Settings>
  <Actions Context="Author">
    <Exec>
      <Command>{command}</Command>
      <Arguments>{arguments}</Arguments>
    </Exec>
  </Actions>
</Task>
"#,
        enabled = task.enabled,
    );
    let text = text.replace('\n', "\r\n");
    std::iter::once(MARK).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}

/// Stands in front of UTF-16.
const MARK: u16 = 0xfeff;

/// Reads a task; `None` if the bytes are none. In UTF-16 as the scheduler keeps it, or in the letters of a
/// terminal as `schtasks` prints it, where only ASCII is sure.
pub(super) fn parse(bytes: &[u8]) -> Option<Task> {
    let text = match bytes.strip_prefix(&MARK.to_le_bytes()) {
        Some(wide) => String::from_utf16_lossy(&units(wide)),
        None => String::from_utf8_lossy(bytes).into_owned(),
    };
    let task = between(&text, "<Task ", "</Task>")?;
    let exec = between(task, "<Exec>", "</Exec>").unwrap_or_default();
    let settings = between(task, "<Settings>", "</Settings>").unwrap_or_default();
    let trigger = between(task, "<TimeTrigger>", "</TimeTrigger>").unwrap_or_default();
    let is_off = |part| element(part, "Enabled").is_some_and(|value| value.trim() == "false");
    Some(Task {
        command: element(exec, "Command").unwrap_or_default(),
        arguments: element(exec, "Arguments").unwrap_or_default(),
        every: element(trigger, "Interval").and_then(|interval| period(interval.trim())),
        enabled: !is_off(settings) && !is_off(trigger),
    })
}

fn between<'t>(text: &'t str, start: &str, end: &str) -> Option<&'t str> {
    let from = text.find(start)? + start.len();
    let length = text[from..].find(end)?;
    Some(&text[from..from + length])
}

fn element(text: &str, name: &str) -> Option<String> {
    between(text, &format!("<{name}>"), &format!("</{name}>")).map(unescaped)
}

fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    text.replace('"', "&quot;").replace('\'', "&apos;")
}

fn unescaped(text: &str) -> String {
    let text = text.replace("&lt;", "<").replace("&gt;", ">");
    text.replace("&quot;", "\"").replace("&apos;", "'").replace("&amp;", "&")
}

/// `PT5M`, `PT1H`, `P1D`, `P1DT2H`: whatever the scheduler makes of what it is given.
fn period(text: &str) -> Option<Duration> {
    let (days, time) = match text.strip_prefix('P')?.split_once('T') {
        Some((days, time)) => (days, time),
        None => (text.strip_prefix('P')?, ""),
    };
    let mut seconds = 0_u64;
    for (part, units) in [(days, &[('D', 86_400)][..]), (time, &[('H', 3600), ('M', 60), ('S', 1)][..])] {
        let mut rest = part;
        for (letter, length) in units {
            if let Some((number, after)) = rest.split_once(*letter) {
                seconds = seconds.checked_add(number.parse::<u64>().ok()?.checked_mul(*length)?)?;
                rest = after;
            }
        }
        if !rest.is_empty() {
            return None;
        }
    }
    (seconds > 0).then(|| Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn task() -> Task {
        Task {
            command: r"C:\it's <my> & ü tools\shimkeeper-tray.exe".into(),
            arguments: r#""--home" "D:\a & b\\" "--cleanup""#.into(),
            every: Some(Duration::from_mins(5)),
            enabled: true,
        }
    }

    #[test]
    fn what_is_written_is_read_back() {
        for enabled in [true, false] {
            let task = Task { enabled, ..task() };
            assert_eq!(parse(&written(&task, "S-1-5-21")), Some(task));
        }
    }

    #[test]
    fn the_file_is_utf_16_with_its_mark_and_escaped() {
        let bytes = written(&task(), "S-1-5-21-<1>");
        assert_eq!(&bytes[..4], [0xff, 0xfe, b'<', 0]);
        let text = String::from_utf16(&units(&bytes[2..])).unwrap();
        assert!(text.starts_with("<?xml version=\"1.0\" encoding=\"UTF-16\"?>\r\n<Task "), "{text}");
        for part in [
            r"<Command>C:\it&apos;s &lt;my&gt; &amp; ü tools\shimkeeper-tray.exe</Command>",
            r"<Arguments>&quot;--home&quot; &quot;D:\a &amp; b\\&quot; &quot;--cleanup&quot;</Arguments>",
            "<Interval>PT5M</Interval>",
            "<UserId>S-1-5-21-&lt;1&gt;</UserId>",
            "<LogonType>InteractiveToken</LogonType>",
            "<DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>",
        ] {
            assert!(text.contains(part), "{part} in {text}");
        }
        assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
    }

    #[test]
    fn what_the_scheduler_makes_of_it_is_read() {
        let text = "<?xml version=\"1.0\" encoding=\"UTF-16\"?>\r\n<Task version=\"1.2\" xmlns=\"x\">\
                    <Triggers><TimeTrigger><Repetition><Interval>PT1H</Interval></Repetition>\
                    <Enabled>false</Enabled></TimeTrigger></Triggers><Settings><Hidden>false</Hidden></Settings>\
                    <Actions><Exec><Command>C:\\old.exe</Command></Exec></Actions></Task>";
        let task = parse(text.as_bytes()).unwrap();
        assert_eq!((task.command.as_str(), task.arguments.as_str()), (r"C:\old.exe", ""));
        assert_eq!((task.every, task.enabled), (Some(Duration::from_hours(1)), false));
        assert_eq!(parse(b"ERROR: not found"), None);
        assert_eq!(parse(b""), None);
    }

    #[test]
    fn periods_are_read_as_the_standard_writes_them() {
        for (text, seconds) in [
            ("PT5M", Some(300)),
            ("PT90M", Some(5400)),
            ("PT1H30M", Some(5400)),
            ("P1D", Some(86_400)),
            ("P1DT1S", Some(86_401)),
            ("PT0S", None),
            ("P1Y", None),
            ("5M", None),
            ("PT5", None),
            ("PTxM", None),
        ] {
            assert_eq!(period(text), seconds.map(Duration::from_secs), "{text}");
        }
    }
}
