//! The main thread's event loop: hands clicks to the monitor and views to the icon.

use std::path::PathBuf;
use std::time::Duration;

use super::adapter::{chosen, shown};
use super::icon::picture;
use crate::console;
use crate::core::wording;
use crate::monitor::event::Panel;
use crate::monitor::run::Monitor;
use crate::monitor::{Choice, Event, Face, View};
use crate::platform::desktop;
use crate::platform::event_loop::{Next, Program, Proxy};
use crate::platform::tray::{Icon, Setup, Told};

/// When a panel did not take a change, it is tried again.
const RETRY: Duration = Duration::from_secs(2);

/// What reaches the event loop from other threads.
#[derive(Debug)]
pub(super) enum Wake {
    /// Draw this.
    View(Box<View>),
    /// The icon tells something.
    Icon(Told),
    /// Tell this by the icon itself.
    Tell { title: String, body: String },
    /// All is ended in order.
    Quit,
    /// Nobody looks any more.
    Broken,
}

/// The tray program.
pub(super) struct App {
    view: View,
    icon: Option<Icon>,
    monitor: Monitor,
    proxy: Proxy<Wake>,
    /// A folder of ours for what panels read.
    state: PathBuf,
    /// The session may still be starting.
    is_login: bool,
    /// How long a panel that has the icon is left alone, where that is not the usual time.
    look_again: Option<Duration>,
    /// The panel did not take the last change.
    is_behind: bool,
    /// Why there is no icon any more; what the program ends with.
    pub(super) failure: Option<anyhow::Error>,
}

impl App {
    pub(super) fn new(
        view: View,
        monitor: Monitor,
        proxy: Proxy<Wake>,
        state: PathBuf,
        is_login: bool,
    ) -> Self {
        Self {
            view,
            icon: None,
            monitor,
            proxy,
            state,
            is_login,
            look_again: None,
            is_behind: false,
            failure: None,
        }
    }

    /// Asks a panel that has the icon more often, for tests.
    pub(super) const fn looking_again(mut self, after: Option<Duration>) -> Self {
        self.look_again = after;
        self
    }

    fn put(&self) -> anyhow::Result<Icon> {
        let pictures = Face::ALL.map(picture);
        let setup = Setup {
            state: &self.state,
            is_login: self.is_login,
            look_again: self.look_again,
            pictures: &pictures,
        };
        let proxy = self.proxy.clone();
        Icon::put(&setup, &shown(&self.view), move |told| proxy.send(Wake::Icon(told)))
    }

    fn draw(&mut self) -> Next {
        if let Some(icon) = &mut self.icon {
            let drawn = icon.show(&shown(&self.view));
            self.is_behind = drawn.is_err();
            if let Err(error) = drawn {
                tracing::debug!(%error, "the panel did not take the change; it is tried again");
            }
        }
        self.rest()
    }

    /// What is left to do when nothing was drawn.
    const fn rest(&self) -> Next {
        if self.is_behind { Next::Again(RETRY) } else { Next::Wait }
    }

    fn choose(&self, choice: Choice) {
        self.monitor.tell(Event::Chosen(choice));
    }

    /// The icon appears when a panel does; until then the user must not wonder.
    fn no_panel(&self, for_long: bool) {
        let cure = wording::panel_cure(&desktop::seat());
        if for_long {
            let is_news = desktop::is_first_in_session("no-panel");
            self.monitor.tell(Event::Panel(Panel::Missing { cure, is_news }));
        } else {
            let line = wording::no_panel_line(&cure);
            console::complain(&line);
            tracing::warn!("{line}");
        }
    }

    fn told(&mut self, told: Told) -> Next {
        match told {
            Told::Row(row) => {
                if let Some(icon) = &mut self.icon {
                    icon.put_back(row);
                }
                if let Some(choice) = chosen(&self.view, row) {
                    self.choose(choice);
                }
            }
            Told::Icon => self.choose(Choice::Tell),
            Told::PanelIsBack => {
                // It shows what it was given before it went.
                if let Some(icon) = &mut self.icon {
                    icon.forget();
                }
                return self.draw();
            }
            Told::OnPanel => self.monitor.tell(Event::Panel(Panel::Shows)),
            Told::NoPanel { for_long } => self.no_panel(for_long),
            Told::NoBus(why) => {
                self.failure = Some(anyhow::anyhow!(why).context(wording::NO_BUS));
                self.choose(Choice::Quit);
            }
            Told::BusEnded => {
                // A tray that outlives its session would keep the next one's from starting.
                tracing::warn!("the session is over, and the tray with it");
                self.choose(Choice::Quit);
            }
        }
        self.rest()
    }
}

impl Program for App {
    type Event = Wake;

    fn begin(&mut self) -> Next {
        match self.put() {
            Ok(icon) => self.icon = Some(icon),
            Err(error) => {
                self.failure = Some(error.context(wording::NO_ICON));
                self.choose(Choice::Quit);
            }
        }
        Next::Wait
    }

    fn again(&mut self) -> Next {
        self.draw()
    }

    fn happened(&mut self, wake: Wake) -> Next {
        match wake {
            Wake::View(view) => {
                self.view = *view;
                self.draw()
            }
            Wake::Icon(told) => self.told(told),
            Wake::Tell { title, body } => {
                let balloon = self.icon.as_ref().map(|icon| icon.balloon(&title, &body));
                if let Some(Err(error)) = balloon {
                    // The menu and the log have said it.
                    tracing::debug!(%error, "the icon has no balloon");
                }
                self.rest()
            }
            Wake::Quit | Wake::Broken => {
                if matches!(wake, Wake::Broken) {
                    self.failure = Some(anyhow::anyhow!(wording::INTERNAL_ERROR));
                }
                // Dropped before the loop ends: otherwise Windows keeps a dead icon.
                self.icon = None;
                Next::End
            }
        }
    }
}
