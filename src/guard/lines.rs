//! Cuts a stream of bytes into lines, whatever the pieces are that it arrives in.
//!
//! Changes no byte: the lines with their ends, one after the other, are the stream.

use memchr::{memchr_iter, memrchr};

/// The unfinished line at the end of a stream.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    rest: Vec<u8>,
}

impl Lines {
    /// Adds a piece and calls `with` for every line that it completes, end included.
    pub(crate) fn add(&mut self, piece: &[u8], mut with: impl FnMut(&[u8])) {
        let Some(last) = memrchr(b'\n', piece) else {
            self.rest.extend_from_slice(piece);
            return;
        };
        let (whole, rest) = piece.split_at(last + 1);
        let mut begin = 0;
        for end in memchr_iter(b'\n', whole) {
            let line = whole.get(begin..=end).unwrap_or_default();
            begin = end + 1;
            if self.rest.is_empty() {
                with(line);
            } else {
                self.rest.extend_from_slice(line);
                with(&self.rest);
                self.rest.clear();
            }
        }
        // A message of many megabytes must not be paid for until the end.
        self.rest.shrink_to(KEPT);
        self.rest.extend_from_slice(rest);
    }

    /// What has no end yet.
    pub(crate) fn rest(&self) -> &[u8] {
        &self.rest
    }

    /// Forgets what has no end yet.
    pub(crate) fn clear(&mut self) {
        self.rest = Vec::new();
    }
}

/// As much room as is kept for the next line, in bytes.
const KEPT: usize = 64 * 1024;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_byte_is_lost_or_added_however_it_is_cut(
            pieces in prop::collection::vec(prop::collection::vec(prop::sample::select(b"ab\n\0\xff".to_vec()), 0..9), 0..9)
        ) {
            let stream: Vec<u8> = pieces.concat();
            let (mut lines, mut found) = (Lines::default(), Vec::new());
            for piece in &pieces {
                lines.add(piece, |line| found.push(line.to_vec()));
            }
            for line in &found {
                prop_assert_eq!(line.split(|byte| *byte == b'\n').count(), 2, "one end of a line");
                prop_assert_eq!(line.last(), Some(&b'\n'));
            }
            prop_assert!(!lines.rest().contains(&b'\n'));
            found.push(lines.rest().to_vec());
            prop_assert_eq!(found.concat(), stream);
        }
    }
}
