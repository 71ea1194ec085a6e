//! Files and folders for this user's eyes alone.
//!
//! # Platforms
//! Unix sets modes at creation, so that there is no moment at which others may read. Windows has
//! no modes: below the user's profile every file is already his alone.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io;
use std::path::Path;

/// Makes a folder and those above it; fine if it exists.
pub(crate) fn make_folder(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Creates a file for writing; fails if anything has that name, a link included.
pub(crate) fn create_new(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Takes a folder's rights from everybody else, whoever made it.
pub(crate) fn close_folder(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    return std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o700));
    #[cfg(not(unix))]
    return path.metadata().map(drop);
}

/// Makes a rename inside a folder survive a crash of the machine. Windows does so by itself.
pub(crate) fn sync_folder(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    return File::open(path)?.sync_all();
    #[cfg(not(unix))]
    return path.metadata().map(drop);
}

/// Whether a file could be made in this folder, or the folder itself. Leaves nothing behind.
pub(crate) fn probe_folder(path: &Path) -> io::Result<()> {
    let Some(existing) = path.ancestors().find(|folder| folder.exists()) else {
        return Err(io::ErrorKind::NotFound.into());
    };
    let probe = existing.join(format!(".shimkeeper-probe-{}", std::process::id()));
    create_new(&probe)?;
    std::fs::remove_file(&probe)
}
