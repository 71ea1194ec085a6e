//! What the user wants kept in order. Made from the configuration, checked at that door.

use std::time::Duration;

/// Whether a watch's server binds the port.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Listens {
    /// It must: a live one that does not is trouble.
    Always,
    /// Two generations are in use; either is fine.
    #[default]
    Maybe,
    /// It speaks over stdio; the port is not looked at.
    Never,
}

/// How paths and program names are read: a fact of the watched world, not of this build.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PathStyle {
    /// Slashes only; case matters.
    Unix,
    /// Slashes and backslashes, `.exe` may be left out, case does not matter.
    Windows,
}

/// One thing to watch: a name, a port, a script.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Watch {
    /// What the user calls it.
    pub name: String,
    /// The TCP port.
    pub port: u16,
    /// The shim's script, by file name or by the end of its path.
    pub script: String,
    /// Whether it binds the port.
    pub listens: Listens,
    /// How to start it; empty means: as the one that is stopped was started.
    pub command: Vec<String>,
    /// The folder to start it in.
    pub cwd: Option<String>,
    /// A file of `KEY=value` lines for its environment.
    pub env_file: Option<String>,
    /// Parts of command lines that are never ended.
    pub protect: Vec<String>,
    /// How its paths are read.
    pub style: PathStyle,
    /// How old a process must be before it may count as an orphan.
    pub orphan_grace: Duration,
}

impl Watch {
    /// The shim of the EXAI project on its port, as it is watched without a configuration.
    #[must_use]
    pub fn exai(style: PathStyle) -> Self {
        Self {
            name: "exai-mcp".into(),
            port: 3005,
            script: "run_ws_shim.py".into(),
            listens: Listens::Maybe,
            command: Vec::new(),
            cwd: None,
            env_file: None,
            protect: Vec::new(),
            style,
            orphan_grace: Duration::from_secs(5),
        }
    }

    /// The script's name without its ending, as people say it: `run_ws_shim`.
    #[must_use]
    pub fn short_script(&self) -> &str {
        let file = super::recognise::file_name(&self.script, self.style);
        file.rsplit_once('.').map_or(file, |(stem, _)| if stem.is_empty() { file } else { stem })
    }
}
