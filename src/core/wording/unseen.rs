//! What could not be seen, and what to do about it.

use super::name;
use crate::core::mask::plain_short;
use crate::core::unseen::{Trait, Unseen};

pub(super) fn of_trait(which: Trait) -> &'static str {
    match which {
        Trait::Service => "the service that it belongs to",
        Trait::Hangup => "whether it was set free on purpose",
        Trait::Terminal => "what its standard streams are connected to",
        Trait::Birth => "whether its parent is older than it (the clock was set back)",
        Trait::Session => "its session",
        Trait::Container => "its container",
        Trait::Lease => "what its guard tells of it",
        Trait::Speaker => "who still speaks to its standard input",
        Trait::Caller => "who is connected to it",
        Trait::Client => "whether its client still runs",
        Trait::Title => "what it runs under the title that it has given itself",
    }
}

/// One thing that could not be read, as a clause.
#[must_use]
pub fn unseen(unseen: &Unseen) -> String {
    match unseen {
        Unseen::Processes { why } => {
            format!("the list of processes could not be read ({})", plain_short(why, 120))
        }
        Unseen::Listeners { family, why } => {
            format!("the {family} listeners could not be read ({})", plain_short(why, 120))
        }
        Unseen::Reservation { port, why } => {
            format!(
                "nobody listens on port {port}, and whether it can be had could not be told ({})",
                plain_short(why, 120)
            )
        }
        Unseen::CommandLine { pid, name: who } => {
            format!("the command line of {} ({pid}) could not be read", name(who))
        }
        Unseen::Module { pid, name: who, module } => format!(
            "{} ({pid}) runs the module {}, which may be this watch's server: a watch knows scripts only",
            name(who),
            name(module)
        ),
        Unseen::Parent { pid, parent: Some(parent) } => {
            format!("the parent {parent} of the server {pid} may not be looked at")
        }
        Unseen::Parent { pid, parent: None } => {
            format!("the parent of the server {pid} is outside this container")
        }
        Unseen::Use { pid, parent, name: who } => format!(
            "whether anybody uses the shim {pid} could not be told: its parent {} ({parent}) runs, but nobody holds \
             the other end of its input",
            name(who)
        ),
        Unseen::Trait { pid, which } => {
            format!("{} could not be read for the server {pid}", of_trait(*which))
        }
        Unseen::Holder { port } => format!("somebody holds port {port}, but we may not see who"),
    }
}

/// What to do about something that could not be read.
#[must_use]
pub fn unseen_hint(unseen: &Unseen) -> &'static str {
    match unseen {
        Unseen::Processes { .. }
        | Unseen::Listeners { .. }
        | Unseen::Reservation { .. }
        | Unseen::Trait { which: Trait::Speaker | Trait::Caller, .. } => {
            "run `shimkeeper doctor`: it tells what this system does not let us see"
        }
        Unseen::Module { .. } => {
            "start it by its file, or under `shimkeeper guard --watch NAME`, whose lease makes it known; if it is \
             another program, give `script` its folder"
        }
        Unseen::Trait { which: Trait::Title, .. } => {
            "end it yourself if nobody uses it; under `shimkeeper guard` it is known whatever it calls itself"
        }
        Unseen::Use { .. } => "if nobody needs it any more, end it by hand",
        Unseen::CommandLine { .. } | Unseen::Trait { .. } => {
            "it runs with other rights than ours; look as the user who started it"
        }
        Unseen::Parent { .. } => {
            "look from where the parent can be seen: outside the container, or as its user"
        }
        Unseen::Holder { .. } => {
            "the holder is another user's: look as that user, or with administrator rights"
        }
    }
}
