//! What a change of the configuration is noticed by.

use crate::paths::Paths;

/// When a file was changed and made, and how long it is: enough to notice a new one.
pub(super) type Stamp = (Option<std::time::SystemTime>, Option<std::time::SystemTime>, u64);

pub(super) fn stamp(paths: &Paths) -> Option<Stamp> {
    let about = std::fs::metadata(paths.config_file()).ok()?;
    Some((about.modified().ok(), about.created().ok(), about.len()))
}
