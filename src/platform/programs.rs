//! What the system takes for a program.

use std::path::Path;

/// The endings that the system adds to a program's name by itself.
pub(crate) const ENDINGS: &[&str] = if cfg!(windows) { &["", ".exe"] } else { &[""] };

/// Whether this file may be run.
///
/// # Platforms
/// Unix: a file that somebody may execute; Windows: any file.
pub(crate) fn is_program(path: &Path) -> bool {
    #[cfg(unix)]
    return path.metadata().is_ok_and(|facts| {
        facts.is_file() && std::os::unix::fs::PermissionsExt::mode(&facts.permissions()) & 0o111 != 0
    });
    #[cfg(not(unix))]
    return path.is_file();
}
