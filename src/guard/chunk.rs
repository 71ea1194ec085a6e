//! Room to read into.

use std::io;

use crate::platform::streams::{self, Source};

/// As much as is read at once, in bytes: at first, and where more was waiting than that; a pipe holds no more.
const CHUNK: usize = 4 * 1024;
const LARGEST_CHUNK: usize = 64 * 1024;

/// Room to read into. Most conversations are of small messages, and a guard has two of these for hours.
pub(super) struct Chunk(Vec<u8>);

impl Chunk {
    pub(super) fn new() -> Self {
        Self(vec![0; CHUNK])
    }

    /// Reads once; empty at the end of the input.
    pub(super) fn read(&mut self, from: &mut dyn Source) -> io::Result<&[u8]> {
        let count = streams::read(from, &mut self.0)?;
        if count == self.0.len() && count < LARGEST_CHUNK {
            self.0.resize(LARGEST_CHUNK, 0);
        }
        Ok(self.0.get(..count).unwrap_or_default())
    }
}
