//! A queue: the icon is served by the bus on threads of its own, so that there is nothing else to wait for.

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};

use crate::platform::event_loop::{Next, Program};

pub(crate) struct EventLoop<Event> {
    sender: Sender<Event>,
    events: Receiver<Event>,
}

pub(crate) struct Proxy<Event>(Sender<Event>);

impl<Event> Clone for Proxy<Event> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<Event> Proxy<Event> {
    pub(crate) fn send(&self, event: Event) {
        let _ = self.0.send(event);
    }
}

impl<Event> EventLoop<Event> {
    #[expect(clippy::unnecessary_wraps, reason = "its twin asks the system")]
    pub(crate) fn new() -> Result<Self, String> {
        let (sender, events) = channel();
        Ok(Self { sender, events })
    }

    pub(crate) fn proxy(&self) -> Proxy<Event> {
        Proxy(self.sender.clone())
    }

    pub(crate) fn run(self, program: &mut impl Program<Event = Event>) -> Result<(), String>
    where
        Event: Send + 'static,
    {
        let mut next = program.begin();
        loop {
            next = match next {
                Next::End => return Ok(()),
                Next::Wait => match self.events.recv() {
                    Ok(event) => program.happened(event),
                    // We have a sender ourselves.
                    Err(_) => return Ok(()),
                },
                Next::Again(wait) => match self.events.recv_timeout(wait) {
                    Ok(event) => program.happened(event),
                    Err(RecvTimeoutError::Timeout) => program.again(),
                    Err(RecvTimeoutError::Disconnected) => return Ok(()),
                },
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[derive(Default)]
    struct Notes(Vec<String>);

    impl Program for Notes {
        type Event = u8;

        fn begin(&mut self) -> Next {
            self.0.push("begin".into());
            Next::Wait
        }

        fn happened(&mut self, event: u8) -> Next {
            self.0.push(event.to_string());
            if event == 2 { Next::Again(Duration::from_millis(1)) } else { Next::Wait }
        }

        fn again(&mut self) -> Next {
            self.0.push("again".into());
            Next::End
        }
    }

    #[test]
    fn events_come_in_order_and_time_comes_when_none_does() {
        let (looping, mut notes) = (EventLoop::new().unwrap(), Notes::default());
        let proxy = looping.proxy();
        proxy.clone().send(1);
        proxy.send(2);
        looping.run(&mut notes).unwrap();
        assert_eq!(notes.0, ["begin", "1", "2", "again"]);
        proxy.send(3);
    }
}
