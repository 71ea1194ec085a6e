//! Panics of any thread land in the log.

use std::panic;
use std::sync::Once;
use std::thread;

use crate::core::wording;

/// Adds a line to the log whenever a thread panics, and leaves the rest to the hook that was there.
pub(super) fn log() {
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
    use tracing::Level;

    use super::super::line::subscriber;
    use super::super::line::tests::Sink;
    use super::*;

    #[test]
    fn a_panic_stands_in_the_log_with_its_thread() {
        let sink = Sink::default();
        let subscriber = subscriber(sink.clone(), Level::INFO);
        log();
        let worker = thread::Builder::new().name("poller".into()).spawn(move || {
            tracing::subscriber::with_default(subscriber, || panic!("the number {}\nwas odd", 3))
        });
        assert!(worker.unwrap().join().is_err());
        let text = sink.text();
        assert_eq!(text.lines().count(), 1, "{text}");
        assert!(text.contains(wording::PANICKED) && text.contains("thread=poller"), "{text}");
        assert!(text.contains("panics.rs:") && text.contains(r#"what="the number 3\nwas odd""#), "{text}");
    }
}
