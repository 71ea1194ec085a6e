//! Texts and numbers as Windows wants them.

use std::ffi::OsStr;
use std::os::windows::ffi::OsStrExt;

/// A text in UTF-16 with a zero at its end.
pub(crate) fn wide(text: impl AsRef<OsStr>) -> Vec<u16> {
    text.as_ref().encode_wide().chain([0]).collect()
}

/// The text up to its first zero, or all of it.
pub(crate) fn narrow(units: &[u16]) -> String {
    String::from_utf16_lossy(units.split(|unit| *unit == 0).next().unwrap_or_default())
}

/// An error code as the standard library keeps it.
pub(crate) const fn code(error: u32) -> i32 {
    error.cast_signed()
}

/// How many bytes something of this size takes, for calls that want to be told in 32 bits.
pub(crate) fn length<T>(_: &T) -> u32 {
    u32::try_from(size_of::<T>()).unwrap_or(u32::MAX)
}

/// UTF-16 units in a row of bytes. An odd byte at the end is dropped.
pub(crate) fn units(bytes: &[u8]) -> Vec<u16> {
    bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect()
}
