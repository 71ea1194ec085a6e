//! Our own standard input: what it is, and how it is given up where nobody is to speak to us.

use std::fs::File;
use std::io;

use rustix::fs::{FileType, fstat};

pub(crate) fn has_a_clients_input() -> bool {
    fstat(io::stdin())
        .is_ok_and(|stat| matches!(FileType::from_raw_mode(stat.st_mode), FileType::Fifo | FileType::Socket))
}

pub(crate) fn give_up_a_pipe() -> io::Result<()> {
    if has_a_clients_input() {
        rustix::stdio::dup2_stdin(File::open("/dev/null")?)?;
    }
    Ok(())
}
