//! `shimkeeper __ctrlc`: enters another program's console and asks it to end. For ourselves only.

use anyhow::Context as _;

use super::Failure;
use super::args::CtrlCArgs;
use crate::act;
use crate::exit::Outcome;

pub(super) fn run(args: &CtrlCArgs) -> Result<Outcome, Failure> {
    let target = args.whom.first().context("nobody was named")?;
    let asked = act::ask_in_console(*target, &args.whom).context("its console could not be entered")?;
    if asked {
        return Ok(Outcome::Fine);
    }
    Err(Failure::new(Outcome::Attention, "its console also belongs to somebody else"))
}
