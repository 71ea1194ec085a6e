//! The way to the monitor.

use tokio::sync::mpsc::UnboundedSender;

use super::event::Event;

/// The way to the monitor. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Monitor(pub(super) UnboundedSender<Event>);

impl Monitor {
    /// Tells the monitor that something happened. Does not wait.
    pub fn tell(&self, event: Event) {
        // After its end nobody is interested any more.
        let _ = self.0.send(event);
    }
}
