//! What a file carries beside content and mode: access lists, labels, remarks of other programs.
//!
//! # Platforms
//! Linux: extended attributes, of which access lists are some. Elsewhere nothing is carried over: Windows
//! gives a new file the rights that its folder hands down, and on macOS access lists are lost.

use std::fs::File;
use std::io;

use super::os;

/// Gives a file what another one carries. Fails where a right or a user's remark cannot be kept; labels
/// that only the system may set are tried and no more.
pub(crate) fn copy(from: &File, to: &File) -> io::Result<()> {
    os::copy_attributes(from, to)
}
