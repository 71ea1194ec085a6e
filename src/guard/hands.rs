//! Threads that are there before they are needed. When they are, the system might have no room for them, and the server that
//! is replaced would be gone already.

use std::io;
use std::sync::mpsc::{self, Sender};
use std::thread::{self, JoinHandle};

/// The threads for a server, which wait for something to do, and end where there is nothing.
pub(super) struct Ready {
    pub(super) server: Hand,
    /// Not for the first one.
    pub(super) introduction: Option<Hand>,
}

impl Ready {
    pub(super) fn new(is_for_the_first: bool) -> io::Result<Self> {
        let introduction = if is_for_the_first { None } else { Some(Hand::new("introduction")?) };
        Ok(Self { server: Hand::new("server")?, introduction })
    }
}

/// A thread that was started before it is needed: when it is, it might not be to be had.
pub(super) struct Hand {
    task: Sender<Box<dyn FnOnce() + Send>>,
    thread: JoinHandle<()>,
}

impl Hand {
    fn new(name: &str) -> io::Result<Self> {
        let (task, tasks) = mpsc::channel::<Box<dyn FnOnce() + Send>>();
        let thread = thread::Builder::new().name(name.into()).spawn(move || {
            if let Ok(task) = tasks.recv() {
                task();
            }
        })?;
        Ok(Self { task, thread })
    }

    pub(super) fn does(self, task: impl FnOnce() + Send + 'static) -> JoinHandle<()> {
        // It waits for nothing else.
        let _ = self.task.send(Box::new(task));
        self.thread
    }
}
