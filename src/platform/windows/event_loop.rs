//! `winit`'s loop: it hands on the messages of the icon's window, and keeps doing so while the menu is open.

use winit::application::ApplicationHandler;
use winit::event::{StartCause, WindowEvent};
use winit::event_loop::{ActiveEventLoop, ControlFlow, DeviceEvents, EventLoopProxy};
use winit::window::WindowId;

use crate::platform::event_loop::{Next, Program};

pub(crate) struct EventLoop<Event: 'static>(winit::event_loop::EventLoop<Event>);

pub(crate) struct Proxy<Event: 'static>(EventLoopProxy<Event>);

impl<Event> Clone for Proxy<Event> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<Event> Proxy<Event> {
    pub(crate) fn send(&self, event: Event) {
        let _ = self.0.send_event(event);
    }
}

impl<Event: Send> EventLoop<Event> {
    pub(crate) fn new() -> Result<Self, String> {
        let event_loop = winit::event_loop::EventLoop::with_user_event().build();
        let event_loop = event_loop.map_err(|error| error.to_string())?;
        event_loop.listen_device_events(DeviceEvents::Never);
        Ok(Self(event_loop))
    }

    pub(crate) fn proxy(&self) -> Proxy<Event> {
        Proxy(self.0.create_proxy())
    }

    pub(crate) fn run(self, program: &mut impl Program<Event = Event>) -> Result<(), String> {
        self.0.run_app(&mut Handler(program)).map_err(|error| error.to_string())
    }
}

struct Handler<'a, Runs>(&'a mut Runs);

fn go_on(event_loop: &ActiveEventLoop, next: Next) {
    match next {
        Next::Wait => event_loop.set_control_flow(ControlFlow::Wait),
        Next::Again(wait) => event_loop.set_control_flow(ControlFlow::wait_duration(wait)),
        Next::End => event_loop.exit(),
    }
}

impl<Runs: Program> ApplicationHandler<Runs::Event> for Handler<'_, Runs> {
    fn new_events(&mut self, event_loop: &ActiveEventLoop, cause: StartCause) {
        match cause {
            StartCause::Init => go_on(event_loop, self.0.begin()),
            StartCause::ResumeTimeReached { .. } => go_on(event_loop, self.0.again()),
            StartCause::WaitCancelled { .. } | StartCause::Poll => {}
        }
    }

    fn resumed(&mut self, _: &ActiveEventLoop) {}

    fn window_event(&mut self, _: &ActiveEventLoop, _: WindowId, _: WindowEvent) {}

    fn user_event(&mut self, event_loop: &ActiveEventLoop, event: Runs::Event) {
        go_on(event_loop, self.0.happened(event));
    }
}
