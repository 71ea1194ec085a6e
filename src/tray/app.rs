//! The main thread's event loop: hands clicks to the monitor and views to the adapter.

use std::time::Duration;

use tray_icon::menu::MenuEvent;
use tray_icon::{MouseButton, MouseButtonState, TrayIconEvent};

use super::adapter::Adapter;
use crate::core::wording;
use crate::monitor::run::Monitor;
use crate::monitor::{Choice, Event, View};
use crate::platform;
use crate::platform::event_loop::{Next, Program, Proxy};

/// When a panel did not take a change, it is tried again.
const RETRY: Duration = Duration::from_secs(2);

/// So often a lost icon is made anew in vain before the session counts as over.
const LAST_TRY: u32 = 5;

/// What reaches the event loop from other threads.
#[derive(Debug)]
pub(super) enum Wake {
    /// Draw this.
    View(Box<View>),
    /// A row of the menu was clicked.
    Menu(MenuEvent),
    /// The panel was started anew.
    PanelIsBack,
    /// The icon was clicked.
    Icon(TrayIconEvent),
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
    adapter: Option<Adapter>,
    monitor: Monitor,
    /// The icon has gone with the session bus and is made anew.
    is_icon_lost: bool,
    /// How often that has failed.
    in_vain: u32,
    /// The panel did not take the last change.
    is_behind: bool,
    /// Tells the loop that the panel is back.
    panel_is_back: Proxy<Wake>,
    /// Why there is no icon any more; what the program ends with.
    pub(super) failure: Option<anyhow::Error>,
}

impl App {
    pub(super) fn new(view: View, monitor: Monitor, panel_is_back: Proxy<Wake>) -> Self {
        Self {
            view,
            adapter: None,
            monitor,
            is_icon_lost: false,
            in_vain: 0,
            is_behind: false,
            panel_is_back,
            failure: None,
        }
    }

    fn build(&self) -> anyhow::Result<Adapter> {
        let proxy = self.panel_is_back.clone();
        Adapter::build(&self.view, Box::new(move || proxy.send(Wake::PanelIsBack)))
    }

    fn draw(&mut self) -> Next {
        let drawn = match &mut self.adapter {
            Some(adapter) => adapter.draw(&self.view),
            None if self.is_icon_lost => self.build().map(|adapter| {
                self.adapter = Some(adapter);
                self.is_icon_lost = false;
                self.in_vain = 0;
            }),
            None => Ok(()),
        };
        self.is_behind = drawn.is_err();
        if let Err(error) = drawn {
            tracing::debug!(%error, "the panel did not take the change; it is tried again");
        }
        self.rest()
    }

    /// What is left to do when nothing was drawn.
    const fn rest(&self) -> Next {
        if self.is_behind { Next::Again(RETRY) } else { Next::Wait }
    }
}

impl Program for App {
    type Event = Wake;

    fn begin(&mut self) -> Next {
        match self.build() {
            Ok(adapter) => {
                self.adapter = Some(adapter);
                Next::Wait
            }
            Err(error) => {
                self.failure = Some(error.context(wording::NO_BUS));
                self.monitor.tell(Event::Chosen(Choice::Quit));
                Next::End
            }
        }
    }

    fn again(&mut self) -> Next {
        self.in_vain += u32::from(self.is_icon_lost);
        if self.in_vain == LAST_TRY {
            // A tray that outlives its session would keep the next one's from starting.
            tracing::warn!("the session is over, and the tray with it");
            self.monitor.tell(Event::Chosen(Choice::Quit));
        }
        self.draw()
    }

    fn happened(&mut self, wake: Wake) -> Next {
        match wake {
            Wake::View(view) => {
                self.view = *view;
                self.draw()
            }
            Wake::PanelIsBack => {
                if platform::tray::ICON_GOES_WITH_THE_BUS {
                    self.is_icon_lost |= self.adapter.take().is_some();
                }
                // It shows what it was given before it went.
                if let Some(adapter) = &mut self.adapter {
                    adapter.forget();
                }
                self.draw()
            }
            Wake::Menu(click) => {
                if let Some(choice) = self.adapter.as_ref().and_then(|adapter| adapter.clicked(click.id())) {
                    self.monitor.tell(Event::Chosen(choice));
                }
                self.rest()
            }
            // On Windows and macOS the left button opens the menu as well; telling by a toast is for
            // panels on which it does nothing else.
            Wake::Icon(TrayIconEvent::Click {
                button: MouseButton::Left,
                button_state: MouseButtonState::Up,
                ..
            }) => {
                if platform::LEFT_CLICK_IS_FREE {
                    self.monitor.tell(Event::Chosen(Choice::Tell));
                }
                self.rest()
            }
            Wake::Icon(_) => self.rest(),
            Wake::Tell { title, body } => {
                if let Some(adapter) = &self.adapter {
                    adapter.tell(&title, &body);
                }
                self.rest()
            }
            Wake::Quit | Wake::Broken => {
                if matches!(wake, Wake::Broken) {
                    self.failure = Some(anyhow::anyhow!(wording::INTERNAL_ERROR));
                }
                // Dropped before the loop ends: otherwise Windows keeps a dead icon.
                self.adapter = None;
                self.is_icon_lost = false;
                Next::End
            }
        }
    }
}
