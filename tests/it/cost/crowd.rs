//! Many processes that do nothing.

use crate::support::bed::{Bed, python};
use crate::support::spawned::Talk;
use crate::support::{PATIENCE, eventually};

/// Each of them ends with the one that started it.
const CROWD: &str = r"
import ctypes, os, signal, sys
for _ in range(int(sys.argv[1])):
    if os.fork() == 0:
        ctypes.CDLL(None).prctl(1, 9)
        while True:
            signal.pause()
print('ready', flush=True)
signal.pause()
";

/// Starts so many; they are gone when the answer is dropped.
#[track_caller]
pub(crate) fn crowd(bed: &Bed, size: usize) -> Talk {
    let mut command = bed.command(python());
    let mut talk = Talk::start(command.args(["-c", CROWD, &size.to_string()]));
    eventually("everybody is there", PATIENCE * 5, || talk.heard().contains("ready"));
    talk
}
