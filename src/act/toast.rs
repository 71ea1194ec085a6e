//! Toasts, on a thread of their own.
//!
//! A notification daemon may hang or die in the middle: every call here has an end, at most one toast about orphans and
//! one about anything else are on the screen, and nothing of this can stall the rest of the program.

mod orders;

use std::convert::Infallible;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::core::wording;
use crate::platform::toast::{Button as Drawn, Content, ELSEWHERE, News, Place, Toasts};
use orders::{Order, Orders};

/// How long the daemon may take to put a toast on the screen.
const TO_SHOW: Duration = Duration::from_secs(5);

/// How long it may take to take one away.
const TO_CLOSE: Duration = Duration::from_secs(1);

/// A click on a toast, beside its buttons or on one of them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Button {
    /// Ends the orphans.
    CleanUp,
    /// Opens the log.
    OpenLog,
    /// Stops or goes on looking.
    Pause,
    /// Shows the state. Every toast has it without a label: a click anywhere else.
    State,
}

impl Button {
    const ALL: [Self; 4] = [Self::CleanUp, Self::OpenLog, Self::Pause, Self::State];

    const fn id(self) -> &'static str {
        match self {
            Self::CleanUp => "cleanup",
            Self::OpenLog => "open-log",
            Self::Pause => "pause",
            Self::State => ELSEWHERE,
        }
    }
}

/// What a toast is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum About {
    /// Orphans that are there: stays until they are gone, so that it can be found again.
    Orphans,
    /// What became of orphans: takes the place of the toast about them.
    Outcome,
    /// Anything else.
    News,
}

impl About {
    const fn place(self) -> Place {
        match self {
            Self::Orphans | Self::Outcome => Place::Orphans,
            Self::News => Place::News,
        }
    }
}

/// A toast to be shown.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Toast {
    /// What it is about.
    pub about: About,
    /// The name of its picture.
    pub picture: &'static str,
    /// The first line.
    pub title: String,
    /// The lines below.
    pub body: String,
    /// What to do where no button can be clicked.
    pub by_hand: Option<String>,
    /// Its buttons with their labels.
    pub buttons: Vec<(Button, String)>,
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

/// A picture as PNG, by its name.
pub type Pictures = fn(&str) -> &'static [u8];

/// The way to the thread that shows toasts, which begins with the first one. Dropping this ends the thread and takes the
/// last toasts with it; it waits for that as long as a toast may take to go.
pub struct Toaster {
    thread: Option<Thread>,
    reply: Arc<dyn Fn(Reply) + Send + Sync>,
    pictures: Pictures,
    /// A folder of ours for pictures, where the session has none.
    state: PathBuf,
}

struct Thread {
    orders: mpsc::UnboundedSender<Order>,
    /// Nothing comes through; it closes when the thread has ended.
    ended: Receiver<Infallible>,
}

impl Drop for Toaster {
    fn drop(&mut self) {
        if let Some(Thread { orders, ended }) = self.thread.take() {
            drop(orders);
            // One whose daemon hangs is left behind.
            let _ = ended.recv_timeout(TO_CLOSE);
        }
    }
}

impl Toaster {
    /// Starts nothing yet; `reply` is called on any thread.
    pub fn new(pictures: Pictures, state: PathBuf, reply: impl Fn(Reply) + Send + Sync + 'static) -> Self {
        Self { thread: None, reply: Arc::new(reply), pictures, state }
    }

    /// Shows a toast in place of the one before. Does not wait.
    pub fn show(&mut self, toast: Toast) {
        let runs = self.thread.take().filter(|thread| !thread.orders.is_closed());
        let start = || start(self.pictures, self.state.clone(), &self.reply);
        let thread = match runs.map_or_else(start, Ok) {
            Ok(thread) => self.thread.insert(thread),
            Err(error) => return (self.reply)(Reply::Failed(error.to_string())),
        };
        // The thread ends only with us.
        let _ = thread.orders.send(Order::Show(toast));
    }

    /// Changes the toast about orphans, if there is still one on the screen. Does not wait.
    pub fn amend(&self, toast: Toast) {
        self.order(Order::Amend(toast));
    }

    /// Takes the toast about orphans off the screen, if there is still one. Does not wait.
    pub fn withdraw(&self) {
        self.order(Order::Withdraw);
    }

    fn order(&self, order: Order) {
        if let Some(thread) = &self.thread {
            let _ = thread.orders.send(order);
        }
    }
}

fn start(pictures: Pictures, state: PathBuf, reply: &Arc<dyn Fn(Reply) + Send + Sync>) -> io::Result<Thread> {
    let (orders, receiver) = mpsc::unbounded_channel();
    let (until_the_end, ended) = channel();
    let reply = Arc::clone(reply);
    thread::Builder::new().name("toasts".into()).spawn(move || {
        let _until_the_end = until_the_end;
        // Made here: on the monitor's thread, which has one of its own, it could not even be dropped.
        match tokio::runtime::Builder::new_current_thread().enable_time().build() {
            Ok(runtime) => {
                let screen = Screen::new(Toasts::new(&state), pictures, |answer| reply(answer));
                runtime.block_on(screen.serve(receiver));
            }
            Err(error) => reply(Reply::Failed(error.to_string())),
        }
    })?;
    Ok(Thread { orders, ended })
}

fn drawn((button, label): &(Button, String)) -> Drawn {
    let short = match button {
        Button::CleanUp => wording::BUTTON_CLEAN_UP_SHORT.to_owned(),
        Button::OpenLog | Button::Pause | Button::State => label.clone(),
    };
    Drawn { answer: button.id(), label: label.clone(), short }
}

/// What is on the screen, as far as it is told.
struct Screen<Tell> {
    toasts: Toasts,
    /// The toast about orphans.
    orphans: Option<Toast>,
    /// It was on the screen of a daemon that has ended. Another one gets it once: it may have been its end.
    lost: Option<Toast>,
    /// Another daemon got it already. A daemon that dies of it would otherwise get it at each start.
    is_given_back: bool,
    pictures: Pictures,
    reply: Tell,
}

impl<Tell: Fn(Reply)> Screen<Tell> {
    fn new(toasts: Toasts, pictures: Pictures, reply: Tell) -> Self {
        Self { toasts, orphans: None, lost: None, is_given_back: false, pictures, reply }
    }

    async fn serve(mut self, mut orders: mpsc::UnboundedReceiver<Order>) {
        loop {
            tokio::select! {
                order = orders.recv() => {
                    let Some(order) = order else { break };
                    // Only the newest of what came in meanwhile is worth showing.
                    let mut together = Orders::default();
                    together.add(order);
                    while let Ok(newer) = orders.try_recv() {
                        together.add(newer);
                    }
                    self.perform(together).await;
                }
                news = self.toasts.news() => self.take(news).await,
            }
        }
        self.close(Place::Orphans).await;
        self.close(Place::News).await;
    }

    async fn perform(&mut self, orders: Orders) {
        match orders.orphans {
            Some(Order::Show(toast)) => {
                self.lost = None;
                self.is_given_back = false;
                self.show(toast).await;
            }
            Some(Order::Amend(toast)) => {
                if self.lost.is_some() {
                    self.lost = Some(toast);
                } else if self.orphans.is_some() {
                    self.show(toast).await;
                }
            }
            Some(Order::Withdraw) => {
                self.lost = None;
                if self.orphans.take().is_some() {
                    self.close(Place::Orphans).await;
                }
            }
            None => {}
        }
        if let Some(toast) = orders.news {
            self.show(toast).await;
        }
    }

    async fn take(&mut self, news: News) {
        match news {
            News::Clicked(_, answer) => {
                if let Some(button) = Button::ALL.into_iter().find(|button| button.id() == answer) {
                    (self.reply)(Reply::Clicked(button));
                }
            }
            News::Gone(Place::Orphans) => {
                tracing::info!("the toast about orphans was sent away");
                self.orphans = None;
            }
            News::Lost(Place::Orphans) => self.lost = self.orphans.take().filter(|_| !self.is_given_back),
            News::Gone(Place::News) | News::Lost(Place::News) => {}
            News::AnotherShows => {
                if let Some(toast) = self.lost.take() {
                    self.is_given_back = true;
                    self.show(toast).await;
                }
            }
        }
    }

    async fn show(&mut self, toast: Toast) {
        let content = Content {
            title: toast.title.clone(),
            body: toast.body.clone(),
            by_hand: toast.by_hand.clone(),
            lasting: toast.about == About::Orphans,
            picture: (toast.picture, (self.pictures)(toast.picture)),
            buttons: toast.buttons.iter().map(drawn).collect(),
        };
        let place = toast.about.place();
        let shown = timeout(TO_SHOW, self.toasts.show(place, &content)).await;
        let shown = shown.unwrap_or_else(|_| Err(wording::notifier_silent(TO_SHOW.as_secs())));
        match shown {
            Ok(()) => {
                if place == Place::Orphans {
                    self.orphans = Some(toast).filter(|toast| toast.about == About::Orphans);
                }
                (self.reply)(Reply::Shown);
            }
            Err(why) => (self.reply)(Reply::Failed(why)),
        }
    }

    async fn close(&mut self, place: Place) {
        // Where the daemon hangs, what it shows hangs with it.
        let _ = timeout(TO_CLOSE, self.toasts.close(place)).await;
    }
}
