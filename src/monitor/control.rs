//! The control channel: other programs of this user ask, and wait for the monitor's answer.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::event::Event;
use super::handle::Monitor;
use crate::core::control::{Reply, Request};
use crate::core::{Identity, Pid, wording};
use crate::paths::Paths;
use crate::platform;

/// How long an answer on the control channel may take: a restart has grace times to keep.
const ANSWER_PATIENCE: Duration = Duration::from_secs(90);

/// Those who wait for an answer on the control channel.
pub(super) type Waiting = Arc<Mutex<HashMap<u64, Sender<Reply>>>>;

/// Opens the control channel. Without it a second start cannot reach us, which is no reason not
/// to watch.
pub(super) fn listen(paths: &Paths, monitor: &Monitor, waiting: &Waiting) {
    let (monitor, waiting) = (monitor.clone(), Arc::clone(waiting));
    let counter = AtomicU64::new(0);
    let answer = move |line: &str| {
        let Some(request) = Request::parse(line) else {
            return Reply::Failed(wording::TRAY_REQUESTS.into()).line();
        };
        let id = counter.fetch_add(1, Ordering::Relaxed);
        let (sender, receiver) = channel();
        if let Ok(mut waiting) = waiting.lock() {
            waiting.insert(id, sender);
        }
        let us = if request == Request::Quit { ourselves() } else { None };
        monitor.tell(Event::Asked { id, request });
        let answer = receiver.recv_timeout(ANSWER_PATIENCE);
        let answer = answer.unwrap_or_else(|_| Reply::Failed(wording::TRAY_BUSY.into()));
        us.map_or(answer, Reply::ends).line()
    };
    let refusal = |error: &std::io::Error| Reply::Failed(error.to_string()).line();
    if let Err(error) = platform::control::listen(&paths.control(), answer, refusal) {
        tracing::warn!(%error, "a second start will not reach this one");
    }
}

/// Who ends, so that whoever asked can wait for exactly that process: number and birth.
fn ourselves() -> Option<Identity> {
    let pid = Pid::new(std::process::id())?;
    Some(Identity { pid, birth: platform::birth(pid).ok().flatten()? })
}
