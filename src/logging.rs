//! The log: a file a day, seven of them, one line an event.
//!
//! `2026-11-22T14:00:00.123456Z  INFO ended an orphan pid=4242 evidence="its parent 4100 ended"`
//!
//! Nothing that other programs choose can begin a line or a field: control characters are written
//! out and values with spaces stand in quotes. Masking secrets is the writer's duty
//! (`core/mask.rs`). Spans are not shown. Lines are written by a thread of their own, which reads
//! the clock for their time and for the day of the file.

use std::fmt::{self, Write as _};
use std::fs;
use std::io;
use std::panic;
use std::path::{Path, PathBuf};
use std::sync::Once;
use std::thread;

use tracing::field::{Field, Visit};
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_appender::non_blocking::WorkerGuard;
use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::fmt::format::{FormatEvent, FormatFields, Writer};
use tracing_subscriber::fmt::time::{FormatTime, SystemTime};
use tracing_subscriber::fmt::{FmtContext, MakeWriter};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::LookupSpan;

use crate::core::{UnixTime, mask, wording};
use crate::files;
use crate::platform::private;

const PREFIX: &str = "shimkeeper";
const SUFFIX: &str = "log";
const KEPT: usize = 7;

/// Keeps the log open. What is still waiting is written when this is dropped, so it has to be
/// dropped before the program ends.
#[derive(Debug)]
#[must_use = "the log ends when this is dropped"]
pub struct Guard(#[expect(dead_code, reason = "held for what it does when it is dropped")] WorkerGuard);

/// Why no log is kept. The program goes on without.
#[derive(Debug, thiserror::Error)]
#[error("{}", wording::log_not_kept(&.dir.display(), .why))]
pub struct LoggingError {
    dir: PathBuf,
    why: String,
}

impl LoggingError {
    /// What to do.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        wording::WRITABLE_HINT
    }
}

/// Opens the log in `dir` for the whole program, down to `finest`, and sees to it that a panic of
/// any thread stands in it. Once a program; nothing changes where it fails.
pub fn init(dir: &Path, finest: Level) -> Result<Guard, LoggingError> {
    let fail = |why: &dyn fmt::Display| LoggingError { dir: dir.to_owned(), why: why.to_string() };
    let file = open(dir).map_err(|error| fail(&error))?;
    let (writer, guard) = tracing_appender::non_blocking(file);
    tracing::subscriber::set_global_default(subscriber(writer, finest)).map_err(|error| fail(&error))?;
    log_panics();
    Ok(Guard(guard))
}

/// The file that the log goes to at `now`, or the newest there is if nothing was written today.
#[must_use]
pub fn current_log(dir: &Path, now: UnixTime) -> PathBuf {
    let today = dir.join(format!("{PREFIX}.{}.{SUFFIX}", now.day()));
    if today.exists() {
        return today;
    }
    // Days are written so that the later one is the greater text.
    logs(dir).into_iter().max().map_or(today, |name| dir.join(name))
}

fn is_log(name: &str) -> bool {
    let day = name.strip_prefix(PREFIX).and_then(|rest| rest.strip_suffix(SUFFIX));
    day.is_some_and(|day| {
        day.len() == ".2026-11-22.".len()
            && day.bytes().all(|byte| byte.is_ascii_digit() || b".-".contains(&byte))
    })
}

fn open(dir: &Path) -> io::Result<RollingFileAppender> {
    files::make_folder(dir)?;
    private::close_folder(dir)?;
    let appender = RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix(PREFIX)
        .filename_suffix(SUFFIX)
        // It counts the file that it is about to begin even where that exists already. One more here,
        // and the exact number below: a program that starts often would lose a day each time.
        .max_log_files(KEPT + 1)
        .build(dir)
        .map_err(io::Error::other)?;
    remove_old(dir);
    Ok(appender)
}

/// Keeps the newest files by the day in their name.
fn remove_old(dir: &Path) {
    let mut names = logs(dir);
    names.sort_unstable();
    for name in names.iter().rev().skip(KEPT) {
        // Another program of ours may be quicker; what stays is tried again at the next start.
        let _ = fs::remove_file(dir.join(name));
    }
}

/// The names of the log files in a folder.
fn logs(dir: &Path) -> Vec<String> {
    let entries = dir.read_dir().into_iter().flatten();
    entries
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| is_log(name))
        .collect()
}

/// Everything of ours down to `finest`; of the libraries only what they warn of.
fn subscriber<W>(writer: W, finest: Level) -> impl Subscriber + Send + Sync
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let wanted = move |event: &Metadata<'_>| {
        let ours = event.target().split("::").next() == Some(env!("CARGO_CRATE_NAME"));
        *event.level() <= if ours { finest } else { Level::WARN }
    };
    let lines = tracing_subscriber::fmt::layer().event_format(Lines).with_writer(writer);
    tracing_subscriber::registry().with(lines.with_filter(filter_fn(wanted)))
}

/// Writes an event as one line.
struct Lines;

impl<S, N> FormatEvent<S, N> for Lines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'w> FormatFields<'w> + 'static,
{
    fn format_event(
        &self,
        _: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let mut line = Line::default();
        event.record(&mut line);
        SystemTime.format_time(&mut writer)?;
        writeln!(writer, " {:>5} {}{}", event.metadata().level(), line.message, line.fields)
    }
}

/// The parts of a line, harmless already.
#[derive(Default)]
struct Line {
    message: String,
    fields: String,
}

impl Visit for Line {
    fn record_str(&mut self, field: &Field, value: &str) {
        let value = one_line(value);
        if field.name() == "message" {
            self.message = value;
            return;
        }
        let bare =
            !value.is_empty() && !value.contains(|c: char| c.is_whitespace() || matches!(c, '"' | '='));
        // Writing into a string cannot fail.
        let _ = if bare {
            write!(self.fields, " {field}={value}")
        } else {
            write!(self.fields, " {field}=\"{}\"", value.replace('"', "\\\""))
        };
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.record_str(field, &format!("{value:?}"));
    }
}

/// Text of whatever origin in one line, with line ends and the like written out.
fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() { line.extend(c.escape_default()) } else { line.push(c) }
    }
    mask::plain(&line)
}

/// Adds a line to the log whenever a thread panics, and leaves the rest to the hook that was there.
fn log_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let previous = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            let thread = thread::current();
            let place = panic.location().map(ToString::to_string).unwrap_or_default();
            let what = panic.payload_as_str().unwrap_or_default();
            tracing::error!(thread = thread.name().unwrap_or_default(), place, what, "{}", wording::PANICKED);
            previous(panic);
        }));
    });
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;
    use crate::core::UnixTime;

    /// A writer whose text can be read afterwards.
    #[derive(Clone, Default)]
    struct Sink(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Sink {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl<'w> MakeWriter<'w> for Sink {
        type Writer = Self;

        fn make_writer(&'w self) -> Self {
            self.clone()
        }
    }

    /// What `write` logs, each line without its time.
    fn logged(finest: Level, write: impl FnOnce()) -> Vec<String> {
        let sink = Sink::default();
        tracing::subscriber::with_default(subscriber(sink.clone(), finest), write);
        let text = String::from_utf8(sink.0.lock().unwrap().clone()).unwrap();
        text.lines().map(|line| line.split_once("Z ").unwrap().1.to_owned()).collect()
    }

    #[test]
    fn an_event_is_one_line_of_level_message_and_fields() {
        let lines = logged(Level::INFO, || {
            tracing::info!(pid = 4242, why = %"its parent 4100 ended", empty = "", "ended an orphan");
            tracing::debug!("too fine");
            tracing::error!(target: "shimkeeper::act", "ours");
            tracing::info!(target: "zbus::connection", "a library talks");
            tracing::warn!(target: "shimkeeperish", "a library warns");
        });
        assert_eq!(
            lines,
            [
                " INFO ended an orphan pid=4242 why=\"its parent 4100 ended\" empty=\"\"",
                "ERROR ours",
                " WARN a library warns",
            ]
        );
        assert_eq!(logged(Level::DEBUG, || tracing::debug!("fine")), ["DEBUG fine"]);
    }

    #[test]
    fn nobody_can_forge_a_line_or_a_field() {
        let evil = "x\n2026-11-22T14:00:00Z  INFO forged\r\u{1b}[31m\u{2028}\u{202e}";
        let lines = logged(Level::INFO, || {
            tracing::info!(evil, shown = %evil, debugged = ?evil, "{evil}");
            tracing::info!(name = "a pid=1", quoted = "\" pid=1", "x");
        });
        assert_eq!(lines.len(), 2, "{lines:#?}");
        assert!(
            !lines[0].chars().any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{202e}')),
            "{lines:#?}"
        );
        assert!(lines[0].contains(r#"evil="x\n2026"#), "{lines:#?}");
        assert_eq!(lines[1], r#" INFO x name="a pid=1" quoted="\" pid=1""#);
    }

    #[test]
    fn a_panic_stands_in_the_log_with_its_thread() {
        let sink = Sink::default();
        let subscriber = subscriber(sink.clone(), Level::INFO);
        log_panics();
        let worker = thread::Builder::new().name("poller".into()).spawn(move || {
            tracing::subscriber::with_default(subscriber, || panic!("the number {}\nwas odd", 3))
        });
        assert!(worker.unwrap().join().is_err());
        let text = String::from_utf8(sink.0.lock().unwrap().clone()).unwrap();
        assert_eq!(text.lines().count(), 1, "{text}");
        assert!(text.contains(wording::PANICKED) && text.contains("thread=poller"), "{text}");
        assert!(text.contains("logging.rs:") && text.contains(r#"what="the number 3\nwas odd""#), "{text}");
    }

    #[test]
    fn a_folder_that_cannot_be_written_is_an_error_with_a_way_out() {
        let file = std::env::current_exe().unwrap();
        let error = init(&file.join("logs"), Level::INFO).unwrap_err();
        assert!(error.to_string().contains("no log is kept in"), "{error}");
        assert!(error.hint().contains("--home"));
    }

    #[test]
    fn the_log_of_today_is_found_or_else_the_newest() {
        let scratch = crate::files::testing::Scratch::new();
        let dir = scratch.path();
        let now = UnixTime(1_795_356_000);
        let today = dir.join("shimkeeper.2026-11-22.log");
        assert_eq!(current_log(dir, now), today);
        assert_eq!(current_log(&dir.join("missing"), now), dir.join("missing/shimkeeper.2026-11-22.log"));
        for name in [
            "shimkeeper.2026-11-09.log",
            "shimkeeper.2026-11-20.log",
            "shimkeeper.zzzz-zz-zz.log",
            "shimkeeper-notes.log",
            "shimkeeper.2026-11-21.log.gz",
        ] {
            fs::write(dir.join(name), "").unwrap();
        }
        assert_eq!(current_log(dir, now), dir.join("shimkeeper.2026-11-20.log"));
        fs::write(&today, "").unwrap();
        assert_eq!(current_log(dir, now), today);
    }

    #[test]
    fn seven_files_are_kept_and_the_name_is_the_documented_one() {
        let scratch = crate::files::testing::Scratch::new();
        let dir = scratch.path().join("logs");
        fs::create_dir(&dir).unwrap();
        for day in 1..=KEPT {
            fs::write(dir.join(format!("shimkeeper.2001-01-0{day}.log")), "").unwrap();
        }
        fs::write(dir.join("notes.log"), "").unwrap();
        for _ in 0..3 {
            drop(open(&dir).unwrap());
            let mut names = logs(&dir);
            names.sort();
            assert_eq!(names.len(), KEPT, "{names:?}");
            assert_eq!(names[0], "shimkeeper.2001-01-02.log", "{names:?}");
            assert!(is_log(&names[6]) && !names[6].contains("2001"), "{names:?}");
        }
        assert!(dir.join("notes.log").exists());
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_may_look_into_the_log() {
        use std::os::unix::fs::PermissionsExt;
        let scratch = crate::files::testing::Scratch::new();
        let dir = scratch.folder("logs");
        fs::set_permissions(&dir, fs::Permissions::from_mode(0o755)).unwrap();
        drop(open(&dir).unwrap());
        assert_eq!(dir.metadata().unwrap().permissions().mode() & 0o777, 0o700);
    }
}
