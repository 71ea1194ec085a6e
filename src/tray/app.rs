//! The main thread's event loop: hands clicks to the monitor and views to the adapter.

use std::time::Duration;

use tray_icon::menu::MenuEvent;
use tray_icon::{MouseButton, MouseButtonState, TrayIconEvent};
use winit::application::ApplicationHandler;
use winit::event::{StartCause, WindowEvent};
use winit::event_loop::{ActiveEventLoop, ControlFlow, EventLoopProxy};
use winit::window::WindowId;

use super::adapter::Adapter;
use crate::monitor::clock::Clock;
use crate::monitor::run::Monitor;
use crate::monitor::{Choice, Event, View};
use crate::platform;

/// When a panel did not take a change, it is tried again.
const RETRY: Duration = Duration::from_secs(2);

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
}

/// The tray program.
pub(super) struct App {
    view: View,
    adapter: Option<Adapter>,
    monitor: Monitor,
    clock: Clock,
    /// The icon has gone with the session bus and is made anew.
    is_icon_lost: bool,
    /// Tells the loop that the panel is back.
    panel_is_back: EventLoopProxy<Wake>,
    /// Why there is no icon; what the program ends with.
    pub(super) failure: Option<anyhow::Error>,
}

impl App {
    pub(super) fn new(
        view: View,
        monitor: Monitor,
        clock: Clock,
        panel_is_back: EventLoopProxy<Wake>,
    ) -> Self {
        Self { view, adapter: None, monitor, clock, is_icon_lost: false, panel_is_back, failure: None }
    }

    fn build(&self) -> anyhow::Result<Adapter> {
        let proxy = self.panel_is_back.clone();
        Adapter::build(&self.view, Box::new(move || drop(proxy.send_event(Wake::PanelIsBack))))
    }

    fn draw(&mut self, event_loop: &ActiveEventLoop) {
        let drawn = match &mut self.adapter {
            Some(adapter) => adapter.draw(&self.view),
            None if self.is_icon_lost => self.build().map(|adapter| {
                self.adapter = Some(adapter);
                self.is_icon_lost = false;
            }),
            None => Ok(()),
        };
        match drawn {
            Ok(()) => event_loop.set_control_flow(ControlFlow::Wait),
            Err(error) => {
                tracing::debug!(%error, "the panel did not take the change; it is tried again");
                event_loop.set_control_flow(ControlFlow::WaitUntil(self.clock.deadline(RETRY)));
            }
        }
    }
}

impl ApplicationHandler<Wake> for App {
    fn new_events(&mut self, event_loop: &ActiveEventLoop, cause: StartCause) {
        match cause {
            StartCause::Init => match self.build() {
                Ok(adapter) => self.adapter = Some(adapter),
                Err(error) => {
                    self.failure = Some(error);
                    self.monitor.tell(Event::Chosen(Choice::Quit));
                    event_loop.exit();
                }
            },
            StartCause::ResumeTimeReached { .. } => self.draw(event_loop),
            StartCause::WaitCancelled { .. } | StartCause::Poll => {}
        }
    }

    fn resumed(&mut self, _event_loop: &ActiveEventLoop) {}

    fn window_event(&mut self, _event_loop: &ActiveEventLoop, _window: WindowId, _event: WindowEvent) {}

    fn user_event(&mut self, event_loop: &ActiveEventLoop, wake: Wake) {
        match wake {
            Wake::View(view) => {
                self.view = *view;
                self.draw(event_loop);
            }
            Wake::PanelIsBack => {
                if platform::tray::ICON_GOES_WITH_THE_BUS {
                    self.is_icon_lost |= self.adapter.take().is_some();
                }
                // It shows what it was given before it went.
                if let Some(adapter) = &mut self.adapter {
                    adapter.forget();
                }
                self.draw(event_loop);
            }
            Wake::Menu(click) => {
                if let Some(choice) = self.adapter.as_ref().and_then(|adapter| adapter.clicked(click.id())) {
                    self.monitor.tell(Event::Chosen(choice));
                }
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
            }
            Wake::Icon(_) => {}
            Wake::Tell { title, body } => {
                if let Some(adapter) = &self.adapter {
                    adapter.tell(&title, &body);
                }
            }
            Wake::Quit => {
                // Dropped before the loop ends: otherwise Windows keeps a dead icon.
                self.adapter = None;
                self.is_icon_lost = false;
                event_loop.exit();
            }
        }
    }
}
