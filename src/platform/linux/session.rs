//! What lasts as long as the user's session: a folder of ours below `$XDG_RUNTIME_DIR`, which the system empties at the end.

use std::fs::OpenOptions;
use std::path::PathBuf;

use crate::platform::files;

/// Ours; `None` where the session has no such folder.
fn folder() -> Option<PathBuf> {
    let session = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
    session.filter(|path| path.is_absolute()).map(|path| path.join("shimkeeper"))
}

/// A picture as a file that other programs can read, where the panel's own pictures lie, too.
pub(super) fn picture(name: &str, png: &[u8]) -> Option<PathBuf> {
    let file = folder()?.join(format!("icons/shimkeeper_{name}.png"));
    if std::fs::read(&file).is_ok_and(|there| there == png) {
        return Some(file);
    }
    match files::write_volatile(&file, png) {
        Ok(()) => Some(file),
        Err(error) => {
            tracing::debug!(%error, "a toast comes without its picture");
            None
        }
    }
}

/// Whether this is the first time in this session. Where that cannot be kept, it always is.
pub(crate) fn is_first(what: &str) -> bool {
    let Some(folder) = folder() else { return true };
    // A failure shows in the next line.
    let _ = files::make_folder(&folder);
    match OpenOptions::new().write(true).create_new(true).open(folder.join(what)) {
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => false,
        Ok(_) | Err(_) => true,
    }
}
