//! What every POSIX system has: modes of files, sockets by name, signals, `poll`, sessions.

pub(crate) mod control;
pub(crate) mod flow;
pub(crate) mod input;
pub(crate) mod local_time;
pub(crate) mod private;
pub(crate) mod programs;
pub(crate) mod signals;
pub(crate) mod spawn;
