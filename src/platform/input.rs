//! Our own standard input, given up where nobody is to speak to us.

use std::io;

use super::os;

/// Puts the null device in place of a standard input that is a pipe or a socket, for us and for whatever we start from
/// now on. Call it before anybody reads or asks what it is.
pub(crate) fn give_up_a_pipe() -> io::Result<()> {
    os::input::give_up_a_pipe()
}
