//! Who uses a server that its own client has left.

use super::name;
use crate::core::evidence::Evidence;
use crate::core::identity::Pid;
use crate::core::mask::plain_short;
use crate::core::snapshot::Door;

/// Who is connected to what: "python3 (4242) is connected to its port 41715".
#[must_use]
pub fn called_by(caller: Option<&(Pid, String)>, at: &Door) -> String {
    let who = caller.map_or_else(|| "somebody".to_owned(), |(pid, who)| format!("{} ({pid})", name(who)));
    match at {
        Door::Port(port) => format!("{who} is connected to its port {port}"),
        Door::Local(path) => format!("{who} is connected to its socket {}", plain_short(path, 80)),
    }
}

/// Where connections cannot be read.
pub const CALLERS_UNKNOWN: &str = "the system does not tell whether anybody is connected to it";

/// A restart that would cut somebody off who was not asked.
#[must_use]
pub fn not_restarted_in_use(pid: Pid, user: &str) -> String {
    format!("{pid} was not restarted: {user}, and a restart would cut the connection")
}

/// What to do about it.
#[must_use]
pub fn not_restarted_in_use_hint(pid: Pid) -> String {
    format!("`shimkeeper restart --pid {pid}` restarts it all the same")
}

/// A number that is no server's.
#[must_use]
pub fn no_server_of_a_watch(pid: Pid) -> String {
    format!("{pid} belongs to no server that is watched: `shimkeeper status` lists them")
}

/// Why it stays, in two or three words.
pub(super) fn adoption_in_short(evidence: &Evidence) -> Option<&'static str> {
    match evidence {
        Evidence::Service { .. } => Some("a service"),
        Evidence::IgnoresHangup => Some("set free on purpose"),
        Evidence::LivingTerminal => Some("a terminal owns it"),
        Evidence::StartedByHand => Some("set free by hand"),
        Evidence::SpokenTo { .. } => Some("somebody speaks to it"),
        Evidence::CalledBy { .. } => Some("somebody is connected to it"),
        Evidence::Protected { .. } => Some("protected"),
        Evidence::ClientLives { .. }
        | Evidence::StartedByInit { .. }
        | Evidence::ParentEnded { .. }
        | Evidence::ParentReused { .. }
        | Evidence::TakenIn { .. }
        | Evidence::ClientEnded { .. }
        | Evidence::NobodySpeaks
        | Evidence::InputMadeBy { .. }
        | Evidence::ParentLives { .. }
        | Evidence::TooEarly { .. }
        | Evidence::StartedAgain { .. }
        | Evidence::Guarded { .. }
        | Evidence::GuardSilent { .. }
        | Evidence::ParentHidden { .. }
        | Evidence::TraitHidden(_)
        | Evidence::HoldsPort { .. } => None,
    }
}
