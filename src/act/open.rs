//! Opens files with whatever program the user has for them.

use std::path::Path;

use anyhow::Context;

use crate::core::wording;

/// Opens a file, or its folder where nothing opens such files. Does not wait for the program.
pub fn open(path: &Path) -> anyhow::Result<()> {
    if let Err(first) = opener::open(path) {
        let folder = path.parent().context(wording::NO_FOLDER_OF_A_FILE)?;
        opener::open(folder).with_context(|| wording::no_program_opens(path, &first))?;
    }
    Ok(())
}
