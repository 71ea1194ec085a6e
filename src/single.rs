//! One of us at a time, by a lock on a file in the user's own folder: one tray a user, one change of configurations, one
//! guard that starts a server for a port.
//!
//! The system gives the lock back when its holder ends, however that happens: no stale lock. Some file systems know no
//! locks. Then the work goes on without one, and that is said: a second tray looks and ends by the same proofs, and
//! a configuration that was changed meanwhile is noticed when it is written.

use std::fs::{File, TryLockError};
use std::io::{self, Write};
use std::path::Path;

use crate::platform::files;
use crate::platform::private;

/// What became of the lock.
#[derive(Debug)]
pub(crate) enum Lock {
    /// It is ours until this is dropped.
    Ours(File),
    /// Another program of this user holds it.
    Theirs,
    /// The file system knows no locks, so that nobody can have it: the error says so.
    Unknown(File, io::Error),
}

/// Takes the lock, or tells that another has it. Does not wait.
pub(crate) fn acquire(path: &Path) -> io::Result<Lock> {
    if let Some(folder) = path.parent() {
        files::make_folder(folder)?;
    }
    let mut file = match private::create_new(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => existing(path)?,
        created => created?,
    };
    match file.try_lock() {
        Ok(()) => {
            // For curious people only: on a full or a read-only disk the lock is as good without.
            let _ = file.set_len(0).and_then(|()| writeln!(file, "{}", std::process::id()));
            Ok(Lock::Ours(file))
        }
        Err(TryLockError::WouldBlock) => Ok(Lock::Theirs),
        Err(TryLockError::Error(error)) if private::has_no_locks(&error) => Ok(Lock::Unknown(file, error)),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// A lock that is there. Through a link its content would go to somebody else's file.
fn existing(path: &Path) -> io::Result<File> {
    match private::open_ours(path, File::options().read(true).write(true)) {
        Err(error) if error.kind() == io::ErrorKind::ReadOnlyFilesystem => {
            private::open_ours(path, File::options().read(true))
        }
        opened => opened,
    }
}

/// Whether a program of this user holds the lock. Makes and changes nothing.
pub(crate) fn is_held(path: &Path) -> bool {
    File::open(path).is_ok_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)))
}
