//! What a line looks like, and which events become one.
//!
//! Control characters are written out and values with spaces stand in quotes. Spans are not shown.

use std::fmt::{self, Write as _};

use tracing::field::{Field, Visit};
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::fmt::format::{FormatEvent, FormatFields, Writer};
use tracing_subscriber::fmt::time::{FormatTime, time};
use tracing_subscriber::fmt::{FmtContext, MakeWriter};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::LookupSpan;

use crate::core::mask;

/// Everything of ours down to `finest`; of the libraries only what they warn of.
pub(super) fn subscriber<W>(writer: W, finest: Level) -> impl Subscriber + Send + Sync
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
        time().format_time(&mut writer)?;
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

#[cfg(test)]
pub(super) mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};

    use super::*;

    /// A writer whose text can be read afterwards.
    #[derive(Clone, Default)]
    pub(in crate::logging) struct Sink(Arc<Mutex<Vec<u8>>>);

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

    impl Sink {
        pub(in crate::logging) fn text(&self) -> String {
            String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
        }
    }

    /// What `write` logs, each line without its time.
    fn logged(finest: Level, write: impl FnOnce()) -> Vec<String> {
        let sink = Sink::default();
        tracing::subscriber::with_default(subscriber(sink.clone(), finest), write);
        sink.text().lines().map(|line| line.split_once("Z ").unwrap().1.to_owned()).collect()
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
}
