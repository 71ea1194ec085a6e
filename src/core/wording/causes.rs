//! Why something of the system failed: the half of a sentence behind the colon.

use std::fmt::Display;
use std::path::Path;

use crate::core::identity::Pid;
use crate::core::mask::plain;

pub const ENDS_BEFORE_A_START: &str = "ends before a start";

pub const STOPS_FOR_A_RESTART: &str = "stops for a restart";

pub const OUR_OWN_PLACE: &str = "where this program stands could not be read";

pub const TRAY_LOCK: &str = "the lock of the tray could not be taken";

pub const NO_FOLDER_OF_A_FILE: &str = "the file stands in no folder";

pub const NOBODY_NAMED: &str = "nobody was named";

pub const NO_WAY_INTO_ITS_CONSOLE: &str = "its console could not be entered";

pub const LIST_WITHOUT_US: &str = "the list does not even hold this program";

pub const NO_LIST_OF_SOCKETS: &str = "the socket list could not be taken";

pub const SOCKETS_NEVER_STILL: &str = "the list of sockets changed each time that it was read";

pub const SOCKETS_REFUSED: &str = "the kernel refuses to list sockets";

pub const PROCESS_HIDDEN: &str = "it is hidden";

pub const BUS_SILENT: &str = "the session bus does not answer";

pub const PANEL_SILENT: &str = "it does not answer";

pub const PANEL_WITHOUT_ICON: &str = "it does not list the icon";

pub const NAMELESS_ON_THE_BUS: &str = "we have no name on the bus";

pub const PICTURE_TOO_LARGE: &str = "the picture is too large";

pub const PICTURE_NO_RGBA: &str = "the picture is no 8-bit RGBA";

pub const PICTURE_MISSING: &str = "every picture is there";

pub const PICTURE_WITHOUT_SIZE: &str = "a picture has no size";

pub const TASKBAR_REFUSES: &str = "the taskbar does not take the picture";

pub const OWN_SOCKET_NOT_LISTED: &str = "our own socket is not in the list of handles";

pub const HANDLES_NEVER_STILL: &str = "the list of handles grows faster than it can be read";

pub const RESERVED_BY_NO_RANGE: &str =
    "binding it is refused with error 10013, and no reserved range holds it";

#[must_use]
pub fn no_program_opens(file: &Path, why: &dyn Display) -> String {
    format!("no program opens {} ({why})", plain(&file.display().to_string()))
}

#[must_use]
pub fn could_not_be_read(file: &Path) -> String {
    format!("{} could not be read", plain(&file.display().to_string()))
}

#[must_use]
pub fn does_not_exist(file: &Path) -> String {
    format!("{} does not exist", file.display())
}

#[must_use]
pub fn tray_program_missing(file: &Path) -> String {
    format!("the tray program is missing: it should be {}", plain(&file.display().to_string()))
}

#[must_use]
pub fn nothing_to_start(watch: &str) -> String {
    format!("the watch \"{watch}\" has no command, and nothing runs whose command could be used")
}

#[must_use]
pub fn start_unreadable(pid: Pid, why: &dyn Display) -> String {
    format!("how process {pid} was started could not be read ({why})")
}

#[must_use]
pub fn notifier_silent(seconds: u64) -> String {
    format!("the notification service did not answer within {seconds} s")
}

#[must_use]
pub fn sockets_disagree(port: u16, file: &str) -> String {
    format!("the kernel's query shows nobody on port {port}, {file} does")
}

#[must_use]
pub fn stat_not_understood(pid: Pid) -> String {
    format!("/proc/{pid}/stat is not understood")
}
