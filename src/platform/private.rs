//! Files and folders for this user's eyes alone.
//!
//! # Platforms
//! Unix sets modes at creation, so that there is no moment at which others may read. Windows has
//! no modes: below the user's profile every file is already his alone.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io;
use std::path::Path;

use super::{attributes, os};
use crate::core::wording;

/// Makes a folder and those above it; fine if it exists.
pub(crate) fn make_folder(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    os::private::close_new_folders(&mut builder);
    builder.create(path)
}

/// Creates a file for writing; fails if anything has that name, a link included.
pub(crate) fn create_new(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    os::private::close_new_file(&mut options);
    options.open(path)
}

/// Opens a file that is a file and has one name; anything else is invalid data and stays as it is. One that
/// is made is this user's alone.
///
/// # Platforms
/// Windows: links are followed, which only an administrator can make there.
pub(crate) fn open_ours(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    if let Ok(about) = path.symlink_metadata()
        && (!about.is_file() || other_names(&about) > 0)
    {
        return Err(io::Error::new(io::ErrorKind::InvalidData, wording::no_file_of_ours(&path.display())));
    }
    os::private::close_new_file(options);
    os::private::follow_no_link(options);
    options.open(path)
}

/// Takes a file's rights from everybody else, whoever made it.
pub(crate) fn close_file(file: &File) -> io::Result<()> {
    os::private::close_file(file)
}

/// Gives a file the rights of another one, its owner included, and what else that one carries.
pub(crate) fn give_rights_of(file: &File, source: &File) -> io::Result<()> {
    let other = source.metadata()?;
    os::private::give_owner(file, &other)?;
    // Before the mode: without its access list a file would give the rights of the list to its group.
    attributes::copy(source, file)?;
    file.set_permissions(other.permissions())
}

/// By how many names besides its own a file can be reached.
///
/// # Platforms
/// Windows: not looked at.
pub(crate) fn other_names(about: &std::fs::Metadata) -> u64 {
    os::private::other_names(about)
}

/// Whether a lock was refused because the file system knows none, as an NFS without its lock service, or some that are
/// mounted through SSH or into a virtual machine.
pub(crate) fn has_no_locks(error: &io::Error) -> bool {
    os::private::has_no_locks(error) || error.kind() == io::ErrorKind::Unsupported
}

/// Whether nobody but this user (and the superuser) can write to a file or folder.
///
/// # Platforms
/// Windows: below the user's profile that is always so.
pub(crate) fn is_ours_alone(path: &Path) -> io::Result<bool> {
    Ok(os::private::is_ours_alone(&path.metadata()?))
}

/// Takes a folder's rights from everybody else, whoever made it. A link to one is invalid data and stays as it is,
/// and so does what it names.
///
/// # Platforms
/// Windows: links are followed, as by `open_ours`.
pub(crate) fn close_folder(path: &Path) -> io::Result<()> {
    is_no_link(path)?;
    os::private::close_folder(path)
}

/// Invalid data where a link stands at the name of a folder of ours. Fine if nothing does.
///
/// # Platforms
/// Windows: not looked at, as in `open_ours`.
pub(crate) fn is_no_link(folder: &Path) -> io::Result<()> {
    if os::private::ANYBODY_LAYS_LINKS && folder.is_symlink() {
        let why = wording::no_folder_of_ours(&folder.display());
        return Err(io::Error::new(io::ErrorKind::InvalidData, why));
    }
    Ok(())
}

/// Makes a rename inside a folder survive a crash of the machine. Windows does so by itself.
pub(crate) fn sync_folder(path: &Path) -> io::Result<()> {
    os::private::sync_folder(path)
}

/// Whether a file could be made in this folder of ours, or the folder itself. Leaves nothing behind.
pub(crate) fn probe_folder(path: &Path) -> io::Result<()> {
    is_no_link(path)?;
    let Some(existing) = path.ancestors().find(|folder| folder.exists()) else {
        return Err(io::ErrorKind::NotFound.into());
    };
    let probe = existing.join(format!(".shimkeeper-probe-{}", std::process::id()));
    create_new(&probe)?;
    std::fs::remove_file(&probe)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_system_without_locks_is_told_from_another_trouble() {
        assert!(has_no_locks(&io::ErrorKind::Unsupported.into()));
        assert!(!has_no_locks(&io::ErrorKind::PermissionDenied.into()));
    }
}
