//! The main thread's event loop, on which the icon lives.

use std::time::Duration;

use super::os;

/// What the loop does after a call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Next {
    /// Waits for the next event.
    Wait,
    /// The same, and calls [`Program::again`] if none comes for so long.
    Again(Duration),
    /// Ends.
    End,
}

/// What runs in the loop. Everything is called on the main thread.
pub(crate) trait Program {
    /// What other threads send.
    type Event: Send + 'static;

    /// Called once, when the loop has begun.
    fn begin(&mut self) -> Next;

    /// Something was sent.
    fn happened(&mut self, event: Self::Event) -> Next;

    /// The time that was asked for is over.
    fn again(&mut self) -> Next;
}

/// The loop.
///
/// # Platforms
/// Windows: `winit`'s, which hands on the messages of the icon's window. Linux: a queue and nothing else, because the
/// icon is served by the bus; `winit` would open a connection to the screen and keep its libraries in memory.
pub(crate) struct EventLoop<Event: Send + 'static>(os::event_loop::EventLoop<Event>);

/// The way to the loop, from any thread.
pub(crate) struct Proxy<Event: Send + 'static>(os::event_loop::Proxy<Event>);

impl<Event: Send + 'static> Clone for Proxy<Event> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<Event: Send + 'static> Proxy<Event> {
    /// Sends an event. Does not wait; after the end of the loop it goes nowhere.
    pub(crate) fn send(&self, event: Event) {
        self.0.send(event);
    }
}

impl<Event: Send + 'static> EventLoop<Event> {
    /// Makes the loop. On the main thread, once.
    pub(crate) fn new() -> Result<Self, String> {
        os::event_loop::EventLoop::new().map(Self)
    }

    /// The way to it.
    pub(crate) fn proxy(&self) -> Proxy<Event> {
        Proxy(self.0.proxy())
    }

    /// Runs it to its end.
    pub(crate) fn run(self, program: &mut impl Program<Event = Event>) -> Result<(), String> {
        self.0.run(program)
    }
}
