//! Files for this user alone: below the user's profile every file is that already.

use std::fs::{DirBuilder, File, Metadata, OpenOptions};
use std::io;
use std::path::Path;

/// Only an administrator can make one.
pub(crate) const ANYBODY_LAYS_LINKS: bool = false;

pub(crate) const fn close_new_folders(_: &mut DirBuilder) {}

pub(crate) const fn close_new_file(_: &mut OpenOptions) {}

pub(crate) const fn follow_no_link(_: &mut OpenOptions) {}

pub(crate) fn close_file(file: &File) -> io::Result<()> {
    file.metadata().map(drop)
}

#[expect(clippy::unnecessary_wraps, reason = "its twin can fail")]
pub(crate) const fn give_owner(_: &File, _: &Metadata) -> io::Result<()> {
    Ok(())
}

pub(crate) const fn other_names(_: &Metadata) -> u64 {
    0
}

pub(crate) const fn has_no_locks(_: &io::Error) -> bool {
    false
}

pub(crate) fn is_ours_alone(about: &Metadata) -> bool {
    about.is_dir() || about.is_file()
}

pub(crate) fn close_folder(path: &Path) -> io::Result<()> {
    path.metadata().map(drop)
}

/// The system does so by itself.
pub(crate) fn sync_folder(path: &Path) -> io::Result<()> {
    path.metadata().map(drop)
}
