//! The main thread's event loop: hands clicks to the monitor and views to the adapter.

use std::time::Duration;

use anyhow::Context;
use tray_icon::menu::MenuEvent;
use tray_icon::{MouseButton, MouseButtonState, TrayIconEvent};
use winit::application::ApplicationHandler;
use winit::event::{StartCause, WindowEvent};
use winit::event_loop::{ActiveEventLoop, ControlFlow};
use winit::window::WindowId;

use super::adapter::Adapter;
use crate::monitor::clock::Clock;
use crate::monitor::run::Monitor;
use crate::monitor::{Choice, Event, View};

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
    /// Tells the loop that the panel is back; taken by the icon.
    panel_is_back: Option<Box<dyn Fn()>>,
    /// Why there is no icon; what the program ends with.
    pub(super) failure: Option<anyhow::Error>,
}

impl App {
    pub(super) fn new(view: View, monitor: Monitor, clock: Clock, panel_is_back: Box<dyn Fn()>) -> Self {
        let panel_is_back = Some(panel_is_back);
        Self { view, adapter: None, monitor, clock, panel_is_back, failure: None }
    }

    fn build(&mut self) -> anyhow::Result<Adapter> {
        let panel_is_back = self.panel_is_back.take().context("there is one icon only")?;
        Adapter::build(&self.view, panel_is_back)
    }

    fn draw(&mut self, event_loop: &ActiveEventLoop) {
        let drawn = match &mut self.adapter {
            Some(adapter) => adapter.draw(&self.view),
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
                if crate::platform::LEFT_CLICK_IS_FREE {
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
                event_loop.exit();
            }
        }
    }
}
