//! Linux behind the facade, through `/proc`, pidfds and the session bus.

pub(crate) mod autostart;
mod birth;
pub(crate) mod control;
pub(crate) mod desktop;
mod desktop_exec;
mod details;
mod pidfd;
mod proc;
mod sockets;
mod spawn;
pub(crate) mod toast;

pub(crate) use birth::{age, birth, birth_clock, children, presence};
pub(crate) use details::{args, details, environment, name};
pub(crate) use pidfd::{Held, wait_for_ends};
pub(crate) use sockets::{confirm_no_sockets, speaks};
pub(crate) use spawn::{set_free, tie_to_us};

use crate::core::{PathStyle, System};

pub(crate) const SYSTEM: System = System::Linux;
pub(crate) const PATH_STYLE: PathStyle = PathStyle::Unix;
pub(crate) const LEFT_CLICK_IS_FREE: bool = true;

#[expect(
    clippy::unnecessary_wraps,
    reason = "the Windows twin of this function asks a program that can fail"
)]
pub(crate) fn old_cleanup_task() -> std::io::Result<Option<String>> {
    Ok(None)
}
