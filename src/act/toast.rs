//! Toasts, on a thread of their own.
//!
//! A notification daemon may hang or die in the middle: every call here has an end, at most one
//! toast of ours is on the screen, and nothing of this can stall the rest of the program.

use std::io;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::platform::toast::{Content, Shown, show};

/// How long the daemon may take to put a toast on the screen.
const TO_SHOW: Duration = Duration::from_secs(5);

/// How long a click is waited for. Some daemons keep toasts for hours and say nothing.
const TO_ANSWER: Duration = Duration::from_mins(10);

/// A button of a toast.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Button {
    /// Ends the orphans.
    CleanUp,
    /// Opens the log.
    OpenLog,
}

impl Button {
    const ALL: [Self; 2] = [Self::CleanUp, Self::OpenLog];

    const fn id(self) -> &'static str {
        match self {
            Self::CleanUp => "cleanup",
            Self::OpenLog => "open-log",
        }
    }
}

/// A toast to be shown.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Toast {
    /// The first line.
    pub title: String,
    /// The lines below.
    pub body: String,
    /// Its buttons with their labels.
    pub buttons: Vec<(Button, &'static str)>,
}

/// What comes back from a toast.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Reply {
    /// It is on the screen.
    Shown,
    /// A button was clicked.
    Clicked(Button),
    /// It could not be shown.
    Failed(String),
}

/// The way to the thread that shows toasts, which begins with the first one. Dropping this ends the thread and takes the
/// last toast with it.
pub struct Toaster {
    thread: Option<mpsc::UnboundedSender<Toast>>,
    reply: Arc<dyn Fn(Reply) + Send + Sync>,
}

impl Toaster {
    /// Starts nothing yet; `reply` is called on any thread.
    pub fn new(reply: impl Fn(Reply) + Send + Sync + 'static) -> Self {
        Self { thread: None, reply: Arc::new(reply) }
    }

    /// Shows a toast in place of the one before. Does not wait.
    pub fn show(&mut self, toast: Toast) {
        let runs = self.thread.take().filter(|thread| !thread.is_closed());
        let thread = match runs.map_or_else(|| start(&self.reply), Ok) {
            Ok(thread) => self.thread.insert(thread),
            Err(error) => return (self.reply)(Reply::Failed(error.to_string())),
        };
        // The thread ends only with us.
        let _ = thread.send(toast);
    }
}

fn start(reply: &Arc<dyn Fn(Reply) + Send + Sync>) -> io::Result<mpsc::UnboundedSender<Toast>> {
    let (sender, receiver) = mpsc::unbounded_channel();
    let reply = Arc::clone(reply);
    thread::Builder::new().name("toasts".into()).spawn(move || {
        // Made here: on the monitor's thread, which has one of its own, it could not even be dropped.
        match tokio::runtime::Builder::new_current_thread().enable_time().build() {
            Ok(runtime) => runtime.block_on(serve(receiver, |answer| reply(answer))),
            Err(error) => reply(Reply::Failed(error.to_string())),
        }
    })?;
    Ok(sender)
}

async fn serve(mut toasts: mpsc::UnboundedReceiver<Toast>, reply: impl Fn(Reply)) {
    let mut current: Option<Shown> = None;
    loop {
        let next = match &current {
            None => toasts.recv().await.map(Some),
            Some(shown) => tokio::select! {
                toast = toasts.recv() => toast.map(Some),
                answer = timeout(TO_ANSWER, shown.answer()) => {
                    let clicked = answer.ok().flatten();
                    if let Some(button) = Button::ALL.into_iter().find(|b| Some(b.id()) == clicked.as_deref()) {
                        reply(Reply::Clicked(button));
                    }
                    Some(None)
                }
            },
        };
        let previous = current.take();
        match next {
            None => return,
            Some(None) => {}
            Some(Some(toast)) => {
                if let Some(previous) = previous {
                    // It is stale; where the daemon hangs, it is stale on a screen that hangs too.
                    let _ = timeout(Duration::from_secs(1), previous.close()).await;
                }
                // Only the newest of what came in meanwhile is worth showing.
                let mut toast = toast;
                while let Ok(newer) = toasts.try_recv() {
                    toast = newer;
                }
                current = put(&toast, &reply).await;
            }
        }
    }
}

async fn put(toast: &Toast, reply: &impl Fn(Reply)) -> Option<Shown> {
    let buttons = toast.buttons.iter().map(|(button, label)| (button.id(), *label)).collect();
    let content = Content { title: toast.title.clone(), body: toast.body.clone(), buttons };
    match timeout(TO_SHOW, show(&content)).await {
        Ok(Ok(shown)) => {
            reply(Reply::Shown);
            Some(shown)
        }
        Ok(Err(why)) => {
            reply(Reply::Failed(why));
            None
        }
        Err(_) => {
            let why = format!("the notification service did not answer within {} s", TO_SHOW.as_secs());
            reply(Reply::Failed(why));
            None
        }
    }
}
