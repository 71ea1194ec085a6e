//! One tray a user, by a lock on a file in the user's own folder.
//!
//! The system gives the lock back when its holder ends, however that happens: no stale lock.

use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::path::Path;

/// What became of the lock.
#[derive(Debug)]
pub(crate) enum Lock {
    /// It is ours until this is dropped.
    Ours(File),
    /// Another program of this user holds it.
    Theirs,
}

/// Takes the lock, or tells that another has it. Does not wait.
pub(crate) fn acquire(path: &Path) -> io::Result<Lock> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut file = File::options().create(true).truncate(false).read(true).write(true).open(path)?;
    match file.try_lock() {
        Ok(()) => {
            file.set_len(0)?;
            writeln!(file, "{}", std::process::id())?;
            Ok(Lock::Ours(file))
        }
        Err(TryLockError::WouldBlock) => Ok(Lock::Theirs),
        Err(TryLockError::Error(error)) => Err(error),
    }
}
