//! `shimkeeper __ctrlc`: enters another program's console and asks it to end. For ourselves only.

use anyhow::Context as _;

use super::args::CtrlCArgs;
use super::failure::Failure;
use crate::act;
use crate::core::wording;
use crate::exit::Outcome;

pub(super) fn run(args: &CtrlCArgs) -> Result<Outcome, Failure> {
    let target = args.whom.first().context(wording::NOBODY_NAMED)?;
    let asked = act::ask_in_console(*target, &args.whom).context(wording::NO_WAY_INTO_ITS_CONSOLE)?;
    if asked {
        return Ok(Outcome::Fine);
    }
    Err(Failure::new(Outcome::Attention, wording::CONSOLE_IS_SHARED))
}
