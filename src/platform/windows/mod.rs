//! Windows behind the facade, through Win32 and the few native calls that it lacks.

#[cfg(not(target_pointer_width = "64"))]
compile_error!("the layouts that are read here are those of 64-bit Windows");

mod args;
mod ask;
mod attributes;
pub(crate) mod autostart;
mod balloon;
mod bind;
mod birth;
mod callers;
mod console;
pub(crate) mod control;
pub(crate) mod desktop;
mod details;
mod ends;
mod environment;
pub(crate) mod event_loop;
pub(crate) mod flow;
pub(crate) mod guard;
mod handle;
mod heirs;
mod held;
pub(crate) mod input;
mod job;
mod listeners;
mod local_time;
mod memory;
mod old_task;
mod pipe;
mod pipe_end;
pub(crate) mod private;
pub(crate) mod programs;
mod registry;
mod reserved;
mod roster;
pub(crate) mod schedule;
mod small_program;
mod sockets;
mod spawn;
mod stdin_peer;
mod streams;
mod table;
mod task_xml;
mod taskbar;
mod text;
pub(crate) mod toast;
pub(crate) mod tray;

pub(crate) use args::args;
pub(crate) use ask::ask_in_console;
pub(crate) use attributes::copy as copy_attributes;
pub(crate) use birth::{age, birth, birth_clock, children, presence};
pub(crate) use callers::Calls;
pub(crate) use details::{name, program};
pub(crate) use ends::Ends;
pub(crate) use environment::environment;
pub(crate) use heirs::heirs;
pub(crate) use held::{Held, wait_for_ends};
pub(crate) use listeners::Listeners;
pub(crate) use local_time::local_offset;
pub(crate) use old_task::old_cleanup_task;
pub(crate) use reserved::reserved_range;
pub(crate) use spawn::{let_run, set_free, tie_to_us};
pub(crate) use table::Table;

use details::details;

use crate::core::{PathStyle, System};

pub(crate) const SYSTEM: System = System::Windows;
pub(crate) const PATH_STYLE: PathStyle = PathStyle::Windows;
pub(crate) const TABLE_TELLS_WORDS: bool = false;

#[expect(clippy::unnecessary_wraps, reason = "its twin asks the kernel")]
pub(crate) const fn sockets_tell_their_peers() -> std::io::Result<()> {
    Ok(())
}

pub(crate) const fn hides_others() -> bool {
    false
}

pub(crate) const fn try_bytes_of_the_system(_: &[u8]) {}

#[expect(clippy::unnecessary_wraps, reason = "its twin installs handlers")]
pub(crate) fn when_asked_to_end(_: impl Fn() + Send + 'static) -> std::io::Result<()> {
    Ok(())
}
