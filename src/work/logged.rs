//! One line in the log about what is ended: who, why, what it ran.

use crate::core::{Target, mask, wording};

/// `verb` says what is done to it.
pub(crate) fn log_target(verb: &str, target: &Target) {
    let why: Vec<String> = target.evidence.iter().map(wording::evidence).collect();
    let pids = wording::pids(target.members.iter().map(|member| member.identity.pid));
    tracing::info!(
        pid = %target.top.pid,
        processes = %pids,
        why = %why.join("; "),
        command = %mask::command_line(&target.command),
        "{verb}"
    );
}
