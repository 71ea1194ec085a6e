//! Opens files with whatever program the user has for them.

use std::path::Path;

use anyhow::Context;

/// Opens a file, or its folder where nothing opens such files. Does not wait for the program.
pub fn open(path: &Path) -> anyhow::Result<()> {
    if let Err(first) = opener::open(path) {
        let folder = path.parent().context("the file stands in no folder")?;
        opener::open(folder).with_context(|| format!("no program opens {} ({first})", path.display()))?;
    }
    Ok(())
}
