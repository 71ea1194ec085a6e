//! Whether a restart would cut off somebody who was not asked: who else is connected to the servers that it stops.

use crate::act::Act;
use crate::act::connected::Other;
use crate::core::restart::RestartPlan;
use crate::core::{Instance, Pid, wording};

/// The first server of a plan that somebody else uses, and the sentence that says who. Servers for which `is_agreed` are
/// not asked about.
pub fn cut_off(
    act: &mut dyn Act,
    plan: &RestartPlan<'_>,
    is_agreed: impl Fn(&Instance) -> bool,
) -> Option<(Pid, String)> {
    let mut servers = plan.stop.iter().chain(&plan.ask).filter(|instance| !is_agreed(instance));
    servers.find_map(|instance| {
        let user = match act.other_user(instance)? {
            Other::Connected { caller, at } => wording::called_by(caller.as_ref(), &at),
            Other::Unknown => wording::CALLERS_UNKNOWN.into(),
        };
        Some((instance.top.pid, user))
    })
}
