//! Files for this user alone, by their modes.

use std::fs::{DirBuilder, File, Metadata, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt, fchown};
use std::path::Path;

use rustix::io::Errno;

/// Links in a folder of ours can be laid by anybody who may write to it.
pub(crate) const ANYBODY_LAYS_LINKS: bool = true;

pub(crate) fn close_new_folders(builder: &mut DirBuilder) {
    builder.mode(0o700);
}

pub(crate) fn close_new_file(options: &mut OpenOptions) {
    options.mode(0o600);
}

/// Against whoever lays a link right now.
pub(crate) fn follow_no_link(options: &mut OpenOptions) {
    options.custom_flags(libc::O_NOFOLLOW);
}

pub(crate) fn close_file(file: &File) -> io::Result<()> {
    file.set_permissions(PermissionsExt::from_mode(0o600))
}

pub(crate) fn give_owner(file: &File, other: &Metadata) -> io::Result<()> {
    let ours = file.metadata()?;
    if (ours.uid(), ours.gid()) != (other.uid(), other.gid()) {
        fchown(file, Some(other.uid()), Some(other.gid()))?;
    }
    Ok(())
}

pub(crate) fn other_names(about: &Metadata) -> u64 {
    about.nlink().saturating_sub(1)
}

pub(crate) fn has_no_locks(error: &io::Error) -> bool {
    matches!(Errno::from_io_error(error), Some(Errno::NOLCK | Errno::NOSYS | Errno::OPNOTSUPP))
}

pub(crate) fn is_ours_alone(about: &Metadata) -> bool {
    about.uid() == rustix::process::geteuid().as_raw() && about.mode() & 0o022 == 0
}

pub(crate) fn close_folder(path: &Path) -> io::Result<()> {
    // Against whoever lays a link right now.
    let flags = libc::O_DIRECTORY | libc::O_NOFOLLOW;
    let folder = OpenOptions::new().read(true).custom_flags(flags).open(path)?;
    folder.set_permissions(PermissionsExt::from_mode(0o700))
}

pub(crate) fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_system_without_locks_is_told_by_its_errors() {
        for errno in [Errno::NOLCK, Errno::NOSYS, Errno::OPNOTSUPP] {
            assert!(has_no_locks(&errno.into()), "{errno}");
        }
        assert!(!has_no_locks(&Errno::ACCESS.into()));
    }
}
