//! Writes whole files so that nobody ever reads half of one.
//!
//! Aside, flushed, renamed; in folders and with rights of this user alone. Does not lock: of two
//! writers the later one wins, with a whole file. A link at `path` itself is replaced, not followed.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use super::private;
use crate::core::position::position;
use crate::core::wording::{self, Complaint};

/// How many names aside are tried before giving up: leftovers of killed programs, or somebody's trap.
const ATTEMPTS: u32 = 16;

/// How much of a name a name aside holds, in bytes: it must not become longer than the system allows.
const KEPT_OF_NAME: usize = 200;

/// Puts `bytes` at `path`, or leaves what is there. The folder is made if it is missing. Blocks.
///
/// # Platforms
/// Unix: mode 0600, new folders 0700; Windows: what the folder hands down, which under the user's
/// profile is this user alone.
pub(crate) fn write_atomically(path: &Path, bytes: &[u8]) -> io::Result<()> {
    write(path, bytes, Flush::ToDisk)
}

/// The same for what means nothing after a crash of the machine: whole for every reader, but never
/// waiting for the disk.
pub(crate) fn write_volatile(path: &Path, bytes: &[u8]) -> io::Result<()> {
    write(path, bytes, Flush::Never)
}

/// Whether content must survive a crash of the machine.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Flush {
    ToDisk,
    Never,
}

fn write(path: &Path, bytes: &[u8], flush: Flush) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    make_folder(folder)?;
    replace(path, folder, bytes, flush)
        .map_err(|error| io::Error::new(error.kind(), wording::cannot_write(&path.display(), &error)))
}

/// Makes a folder that is this user's alone, with the folders above it. One that exists stays as it is.
pub(crate) fn make_folder(folder: &Path) -> io::Result<()> {
    private::make_folder(folder)
        .map_err(|error| io::Error::new(error.kind(), wording::cannot_make_folder(&folder.display(), &error)))
}

fn replace(path: &Path, folder: &Path, bytes: &[u8], flush: Flush) -> io::Result<()> {
    let (mut file, aside) = create_aside(path, folder)?;
    file.write_all(bytes)?;
    if flush == Flush::ToDisk {
        file.sync_all()?;
    }
    drop(file);
    fs::rename(&aside.0, path)?;
    if flush == Flush::ToDisk {
        // The new content is in place; only a crash of the machine could still bring the old one back.
        let _ = private::sync_folder(folder);
    }
    Ok(())
}

/// Why a file gives no text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Unread {
    /// Line and column, counted from 1, where there is such a place.
    pub(crate) place: Option<(usize, usize)>,
    /// What is wrong, and what to do.
    pub(crate) complaint: Complaint,
}

impl From<Complaint> for Unread {
    fn from(complaint: Complaint) -> Self {
        Self { place: None, complaint }
    }
}

/// Reads a whole file of at most `most` bytes as text. Blocks; touches nothing.
pub(crate) fn read_text(path: &Path, most: u64) -> Result<String, Unread> {
    let unreadable = |error| wording::unreadable(&error);
    if path.is_dir() {
        return Err(wording::no_file().into());
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(unreadable)?;
    file.take(most.saturating_add(1)).read_to_end(&mut bytes).map_err(unreadable)?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length > most) {
        return Err(wording::too_large(most).into());
    }
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        return Err(wording::utf16().into());
    }
    String::from_utf8(bytes).map_err(|error| {
        let good = String::from_utf8_lossy(&error.as_bytes()[..error.utf8_error().valid_up_to()]);
        Unread { place: Some(position(&good, good.len())), complaint: wording::not_utf8() }
    })
}

/// How an attempt to change a file ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Rewrite {
    /// The new content is in place.
    Done,
    /// Somebody else has written meanwhile; what they wrote is in place.
    ChangedMeanwhile,
}

/// Puts `bytes` in place of `before`, which was read from somebody's file, and leaves the file its rights.
/// Compares what is there right before the rename. Blocks.
///
/// # Platforms
/// Unix: mode, owner and group stay, on Linux access lists and other attributes, too; where one of them
/// cannot be kept nothing is written. Windows: the new file has the rights that its folder hands down.
pub(crate) fn rewrite(path: &Path, before: &[u8], bytes: &[u8]) -> io::Result<Rewrite> {
    let folder = path.parent().ok_or(ErrorKind::InvalidInput)?;
    let (mut file, aside) = create_aside(path, folder)?;
    file.write_all(bytes)?;
    private::give_rights_of(&file, &File::open(path)?)?;
    file.sync_all()?;
    drop(file);
    if fs::read(path)? != before {
        return Ok(Rewrite::ChangedMeanwhile);
    }
    fs::rename(&aside.0, path)?;
    // As in `replace`.
    let _ = private::sync_folder(folder);
    Ok(Rewrite::Done)
}

/// A file aside, removed when this is dropped: after the rename there is nothing left to remove.
struct Aside(PathBuf);

impl Drop for Aside {
    fn drop(&mut self) {
        // A failed removal leaves litter, not harm; Drop has nobody to tell.
        let _ = fs::remove_file(&self.0);
    }
}

fn create_aside(path: &Path, folder: &Path) -> io::Result<(File, Aside)> {
    let name = path.file_name().ok_or(ErrorKind::InvalidInput)?.to_string_lossy();
    let name = &name[..name.floor_char_boundary(KEPT_OF_NAME)];
    for attempt in 0..ATTEMPTS {
        let aside = folder.join(format!(".{name}.{}-{attempt}.tmp", std::process::id()));
        match private::create_new(&aside) {
            Ok(file) => return Ok((file, Aside(aside))),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(ErrorKind::AlreadyExists.into())
}

#[cfg(test)]
#[path = "../../tests/support/scratch.rs"]
#[expect(clippy::disallowed_methods, reason = "a scratch folder's name wants to be unique, not true")]
pub(crate) mod testing;

#[cfg(test)]
mod tests {
    use super::testing::Scratch;
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> = folder
            .read_dir()
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn the_folder_is_made_and_nothing_is_left_aside() {
        let scratch = Scratch::new();
        let path = scratch.path().join("a/b/c.toml");
        write_atomically(&path, b"one").unwrap();
        write_atomically(&path, b"two").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(names(path.parent().unwrap()), ["c.toml"]);
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_may_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let scratch = Scratch::new();
        let path = scratch.path().join("a/b/c.toml");
        write_atomically(&path, b"one").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        write_atomically(&path, b"two").unwrap();
        let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!([path.as_path(), path.parent().unwrap()].map(mode), [0o600, 0o700]);
        assert_eq!(mode(&scratch.path().join("a")), 0o700);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_laid_at_the_name_aside_is_not_followed() {
        let scratch = Scratch::new();
        let (path, victim) = (scratch.path().join("c.toml"), scratch.path().join("victim"));
        fs::write(&victim, "untouched").unwrap();
        let trap = |attempt| scratch.path().join(format!(".c.toml.{}-{attempt}.tmp", std::process::id()));
        std::os::unix::fs::symlink(&victim, trap(0)).unwrap();
        write_atomically(&path, b"one").unwrap();
        assert_eq!(fs::read(&victim).unwrap(), b"untouched");
        assert_eq!(fs::read(&path).unwrap(), b"one");
        for attempt in 1..ATTEMPTS {
            std::os::unix::fs::symlink(&victim, trap(attempt)).unwrap();
        }
        let error = write_atomically(&path, b"two").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&path).unwrap(), b"one");
    }

    #[test]
    fn what_another_program_wrote_meanwhile_is_left_alone() {
        let scratch = Scratch::new();
        let path = scratch.path().join("c.json");
        fs::write(&path, "theirs").unwrap();
        assert_eq!(rewrite(&path, b"as it was read", b"ours").unwrap(), Rewrite::ChangedMeanwhile);
        assert_eq!(fs::read(&path).unwrap(), b"theirs");
        assert_eq!(rewrite(&path, b"theirs", b"ours").unwrap(), Rewrite::Done);
        assert_eq!(fs::read(&path).unwrap(), b"ours");
        fs::remove_file(&path).unwrap();
        assert!(rewrite(&path, b"ours", b"again").is_err(), "a file that is gone is not made anew");
        assert!(names(scratch.path()).is_empty(), "nothing is left aside");
    }

    #[cfg(unix)]
    #[test]
    fn a_rewritten_file_keeps_its_mode() {
        use std::os::unix::fs::PermissionsExt;
        let scratch = Scratch::new();
        let path = scratch.path().join("c.json");
        for mode in [0o600, 0o644, 0o775] {
            fs::write(&path, "one").unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(rewrite(&path, b"one", b"two").unwrap(), Rewrite::Done);
            assert_eq!(path.metadata().unwrap().permissions().mode() & 0o7777, mode);
        }
    }

    #[test]
    fn a_file_without_a_text_says_what_is_wrong_and_where() {
        let scratch = Scratch::new();
        let path = scratch.path().join("c.toml");
        let unread = |path: &Path| read_text(path, 20).unwrap_err();
        fs::write(&path, "twenty bytes, not one").unwrap();
        assert_eq!(unread(&path), wording::too_large(20).into());
        fs::write(&path, b"one\n\xc3\xa4\xff").unwrap();
        assert_eq!(unread(&path), Unread { place: Some((2, 2)), complaint: wording::not_utf8() });
        fs::write(&path, b"\xff\xfea\0").unwrap();
        assert_eq!(unread(&path), wording::utf16().into());
        assert_eq!(unread(scratch.path()), wording::no_file().into());
        assert!(unread(&scratch.path().join("none")).complaint.sentence.starts_with("cannot read"));
        fs::write(&path, "twenty bytes exactly").unwrap();
        assert_eq!(read_text(&path, 20).unwrap(), "twenty bytes exactly");
    }

    #[test]
    fn a_failure_names_the_path_and_leaves_what_was_there() {
        let scratch = Scratch::new();
        let folder = scratch.folder("taken");
        fs::write(folder.join("inside"), "x").unwrap();
        let error = write_atomically(&folder, b"one").unwrap_err();
        assert!(error.to_string().contains("taken"), "{error}");
        assert_eq!(names(scratch.path()), ["taken"], "nothing is left aside");
        let error = write_atomically(&folder.join("inside/c.toml"), b"one").unwrap_err();
        assert!(error.to_string().contains("inside"), "{error}");
    }
}
