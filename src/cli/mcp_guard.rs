//! How a client is to call us: by the whole path and with the same places, or by the bare name.

use std::fs;
use std::path::Path;

use anyhow::Context as _;

use super::args::Globals;
use super::context::Context;
use super::failure::Failure;
use crate::console;
use crate::core::wording::{self, Complaint};
use crate::exit::Outcome;
use crate::mcp::{self, Guard};
use crate::paths::{self, Paths};

/// The name by which clients find us on `PATH`.
const NAME: &str = "shimkeeper";

/// As we are called now. A client has few variables of this terminal's, so that all that is not in the usual place is
/// written down.
pub(super) fn guard(context: &Context, globals: &Globals) -> Result<Guard, Failure> {
    let program = std::env::current_exe().context(wording::OUR_OWN_PLACE)?;
    let program = written(&program)?;
    if !mcp::is_ours(&program) {
        return Err(refused(wording::mcp_not_called_shimkeeper(&program)));
    }
    let usual = usual()?;
    let (state, config) = (context.paths.state_dir(), context.paths.config_file());
    let variable = std::env::var_os(paths::HOME_VARIABLE);
    let mut options = Vec::new();
    let mut would_read = usual.config_file();
    if paths::home(globals.home.as_deref(), variable.as_deref()).is_some() || state != usual.state_dir() {
        options.extend(["--home".to_owned(), written(&state)?]);
        would_read = state.join("config.toml");
    }
    // One that is named has to be there, so that it is named only where it is.
    if globals.config.is_some() || config != would_read && config.exists() {
        options.extend(["--config".to_owned(), written(&config)?]);
    }
    Ok(Guard { program, options })
}

/// By the name alone, where that starts this program.
pub(super) fn bare(context: &Context) -> Result<Guard, Failure> {
    let program = std::env::current_exe().context(wording::OUR_OWN_PLACE)?;
    let Some(found) = mcp::on_path(NAME) else {
        let folder = program.parent().unwrap_or(&program);
        return Err(refused(wording::mcp_bare_not_found(&folder.display())));
    };
    let same = |left: &Path, right: &Path| match (fs::canonicalize(left), fs::canonicalize(right)) {
        (Ok(left), Ok(right)) => left == right,
        (Err(_), _) | (_, Err(_)) => false,
    };
    if !same(&found, &program) {
        return Err(refused(wording::mcp_bare_is_another(&found.display())));
    }
    let (usual, ours) = (usual()?.state_dir(), context.paths.state_dir());
    if usual != ours {
        console::complain(&wording::mcp_bare_elsewhere(&usual.display(), &ours.display()));
    }
    Ok(Guard { program: NAME.to_owned(), options: Vec::new() })
}

fn usual() -> Result<Paths, Failure> {
    Paths::without_variables()
        .map_err(|error| Failure::new(Outcome::Usage, error.to_string()).hint(error.hint()))
}

fn refused(complaint: Complaint) -> Failure {
    Failure::new(Outcome::Attention, complaint.sentence).hint(complaint.hint)
}

/// A path as a configuration can hold it.
fn written(path: &Path) -> Result<String, Failure> {
    let text = path.to_str().map(str::to_owned);
    text.ok_or_else(|| Failure::new(Outcome::Attention, wording::mcp_path_not_utf8(&path.display())))
}
