//! The file of the day, begun at midnight and begun again when somebody has taken it away.
//!
//! A link, or whatever else stands at its name, gives way; what it names is not touched.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::error::LoggingError;
use super::kept::{begin, name_of};
use crate::clock::Clock;

/// Who hears that lines are lost: once, until one is written again.
pub(super) type Lost = Box<dyn Fn(&LoggingError) + Send>;

/// Writes whole lines.
pub(super) struct Daily {
    dir: PathBuf,
    clock: Clock,
    name: String,
    file: File,
    lost: Lost,
    is_losing: bool,
}

impl Daily {
    /// Begins today's file, or goes on with it.
    pub(super) fn open(dir: &Path, lost: Lost) -> io::Result<Self> {
        let clock = Clock::start();
        let name = name_of(clock.wall());
        let file = begin(dir, &name)?;
        Ok(Self { dir: dir.to_owned(), clock, name, file, lost, is_losing: false })
    }

    fn keep(&mut self, line: &[u8]) -> io::Result<()> {
        let name = name_of(self.clock.wall());
        if name != self.name || fs::symlink_metadata(self.dir.join(&name)).is_err() {
            self.file = begin(&self.dir, &name)?;
            self.name = name;
        }
        if self.is_losing {
            // Half a line may stand there.
            self.file.write_all(b"\n")?;
        }
        self.file.write_all(line)
    }
}

impl Write for Daily {
    /// Never fails: whoever logs can do nothing about it.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let kept = self.keep(line);
        if let Err(error) = &kept
            && !self.is_losing
        {
            (self.lost)(&LoggingError::new(&self.dir, error));
        }
        self.is_losing = kept.is_err();
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
