//! Requests to end that come as signals: from a terminal, a log-off, a service manager.

use std::io;
use std::thread;

use tokio::signal::unix::{SignalKind, signal};

pub(crate) fn when_asked_to_end(tell: impl Fn() + Send + 'static) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    let mut signals = {
        let _inside = runtime.enter();
        [SignalKind::terminate(), SignalKind::interrupt(), SignalKind::hangup()].map(signal)
    };
    thread::Builder::new().name("signals".into()).spawn(move || {
        runtime.block_on(async {
            let [Ok(terminate), Ok(interrupt), Ok(hangup)] = &mut signals else { return };
            loop {
                tokio::select! {
                    _ = terminate.recv() => tell(),
                    _ = interrupt.recv() => tell(),
                    _ = hangup.recv() => tell(),
                }
            }
        });
    })?;
    Ok(())
}
