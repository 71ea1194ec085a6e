//! What was done, refused or could not be done.

use super::{finding, name};
use crate::core::diagnose::Diagnosis;
use crate::core::finding::Finding;
use crate::core::holder::Keeper;
use crate::core::identity::Pid;
use crate::core::plan::Refusal;
use crate::core::severity::{Verdict, of_finding};

/// Why something is not ended, as a clause.
#[must_use]
pub const fn refusal(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::Ourselves => "it is this program or started it",
        Refusal::System => "it belongs to the system",
        Refusal::AnotherUser => "it is another user's",
        Refusal::AnotherContainer => "it runs in another container",
        Refusal::CannotTell => "something that decides could not be read",
        Refusal::OnlyItsLeaseSays => "only its guard says that it belongs to this watch",
        Refusal::ServesAnother => "another live instance was started by it",
        Refusal::Protected => "the configuration protects it",
        Refusal::SetFree => "it was set free on purpose",
        Refusal::TooEarly => "it is younger than the grace time",
        Refusal::InUse => "somebody uses it",
        Refusal::NotGivenUp => {
            "its client runs a copy of it as well, and nothing shows that it has given up either of them"
        }
        Refusal::PidReused => "its number belongs to another process now",
        Refusal::AnotherProgram => "it runs another program now",
        Refusal::NotPermitted => "the system did not permit it",
        Refusal::StillAlive => "it did not end, not even by force",
    }
}

/// What to do about a refusal, where there is something.
#[must_use]
pub const fn refusal_hint(refusal: Refusal) -> Option<&'static str> {
    match refusal {
        Refusal::AnotherUser => Some("run the same command as that user"),
        Refusal::NotPermitted => Some("run the same command as the user that started it"),
        Refusal::TooEarly => Some("wait a moment and try again"),
        Refusal::InUse => Some("`shimkeeper status` says who uses it; end that program first"),
        Refusal::NotGivenUp => Some("close the one that is not needed in the client that runs it"),
        Refusal::StillAlive => Some("it hangs inside the system; only a restart of the machine ends it"),
        Refusal::OnlyItsLeaseSays => Some("end its guard by hand if nobody uses it"),
        Refusal::ServesAnother => Some("end that client first, then clean up again"),
        Refusal::AnotherContainer => Some("run shimkeeper inside that container"),
        Refusal::CannotTell => Some("run `shimkeeper doctor`: it tells what cannot be seen here"),
        Refusal::Protected => Some("take it out of `protect` first"),
        Refusal::SetFree => Some("end it where it was started, or with `shimkeeper free`"),
        Refusal::Ourselves | Refusal::System | Refusal::PidReused | Refusal::AnotherProgram => None,
    }
}

/// The sentence that scripts of the EXAI project look for when nothing runs.
#[must_use]
pub fn no_processes_found(short_script: &str) -> String {
    format!("No {short_script} processes found")
}

/// The sentence that scripts of the EXAI project look for when nothing is wrong.
pub const NO_CLEANUP_NEEDED: &str = "No cleanup needed";

/// What a cleanup would end.
#[must_use]
pub fn would_end(pids: &str) -> String {
    format!("Would end PID {pids}")
}

/// One process that was ended. `how` is "asked" or "forced".
#[must_use]
pub fn ended_one(pid: Pid, who: &str, how: &str, was_asked: bool) -> String {
    let who = if who.is_empty() { String::new() } else { format!(" ({})", name(who)) };
    match how {
        "forced" if was_asked => format!("Ended PID {pid}{who}, by force: it did not go when asked"),
        "forced" => format!("Ended PID {pid}{who}, by force: there was no way to ask it"),
        _ => format!("Ended PID {pid}{who}"),
    }
}

/// Something that was left alone, with why and what to do.
#[must_use]
pub fn left_alone(pid: Pid, why: Refusal) -> String {
    let hint = refusal_hint(why).map_or_else(String::new, |hint| format!("; {hint}"));
    format!("PID {pid} was left alone: {}{hint}", refusal(why))
}

/// A port that nobody listens on.
#[must_use]
pub fn port_is_free(port: u16) -> String {
    format!("Port {port} is free")
}

/// A program that has nothing but a connection from the port.
#[must_use]
pub fn only_connected(who: &str, address: &str) -> String {
    format!("{who} has a connection from {address}; it is not ended for that")
}

/// A pid that the user named and that does not hold the port.
#[must_use]
pub fn does_not_hold(pid: Pid, port: u16) -> String {
    format!("process {pid} does not hold port {port}; nothing was ended")
}

/// A port whose holder has no name.
#[must_use]
pub fn holder_unknown(port: u16) -> String {
    format!("the holder of port {port} could not be seen; nothing was ended")
}

/// What to do about a holder that cannot be seen.
pub const HOLDER_HINT: &str = "look as the user who runs it, or with administrator rights";

/// Several hold the port.
pub const SEVERAL_HOLDERS: &str = "several processes hold it: say which one with --pid; nothing was ended";

/// An heir that is only likely.
pub const NAME_THE_HEIR: &str = "it is not certain which process has the socket: name it with --pid if it may be ended; nothing was ended";

/// Consent without a terminal must name its victim.
pub const YES_NEEDS_PID: &str =
    "--yes without a terminal needs --pid, because nobody sees which process would be ended";

/// Nobody can be asked.
pub const NOBODY_TO_ASK: &str = "there is no terminal to ask on: use --pid PID --yes";

/// No port was named, and no watch has one.
pub const NO_PORT_TO_FREE: &str = "no watch has a port";
/// What to do about that.
pub const NO_PORT_TO_FREE_HINT: &str = "name one: `shimkeeper free PORT`";

/// Nothing was done.
pub const NOTHING_ENDED: &str = "nothing was ended";

/// A command line that may not be read.
pub const COMMAND_HIDDEN: &str = "(its command line could not be read)";

/// The question before an end.
#[must_use]
pub fn end_it(pid: Pid) -> String {
    format!("End PID {pid}? [y/N]")
}

/// A holder that holds for others.
#[must_use]
pub fn keeper(keeper: Keeper, pid: Pid) -> String {
    let of_whom = match keeper {
        Keeper::Docker | Keeper::Podman => "for a container",
        Keeper::Machine => "for a virtual machine",
        Keeper::Wsl => "for a program inside WSL",
        Keeper::Ssh => "for a connection of SSH, which ends with it",
        Keeper::Kubernetes => "for Kubernetes",
        Keeper::Android => "for Android's debugging bridge",
        Keeper::Relay => "for another place, as a relay or tunnel",
        Keeper::System => return format!("{pid} belongs to the system and is not ended"),
    };
    format!("{pid} holds the port {of_whom} and is not ended")
}

/// What to do about a holder that holds for others.
#[must_use]
pub fn keeper_hint(keeper: Keeper, port: u16) -> String {
    match keeper {
        Keeper::Docker => format!("`docker ps --filter publish={port}` names the container; stop that"),
        Keeper::Podman => format!("`podman ps --filter publish={port}` names the container; stop that by `podman stop`"),
        Keeper::Machine => "take the port out of what is forwarded to the machine, or stop the machine".into(),
        Keeper::Wsl => "stop the program inside WSL, or run `wsl --shutdown`".into(),
        Keeper::Ssh => {
            "close that session, or take the forwarding back in it (`~C`, then `-KL PORT`, `-KR PORT` or `-KD PORT`)".into()
        }
        Keeper::Kubernetes => "end the `kubectl port-forward` or tunnel where it was started".into(),
        Keeper::Android => {
            format!("`adb forward --remove tcp:{port}` takes the forwarding back; `adb kill-server` ends the bridge")
        }
        Keeper::Relay => "end it where it was started, or configure another port there".into(),
        Keeper::System => {
            "a service or a port forwarding of the system has the port: change that, or choose another port"
                .into()
        }
    }
}

/// What the tray did for the command line.
#[must_use]
pub fn by_the_tray(says: &str) -> String {
    format!("{says}; it belongs to the tray and ends with it")
}

/// The tray took a request and gave no answer.
pub const TRAY_REQUESTS: &str = "the tray knows four requests: hello, show, restart, quit";
/// One.
pub const TRAY_BUSY: &str = "the tray gave no answer in time; the log says what it did";
/// One.
pub const TRAY_SILENT: &str = "the tray runs but gave no answer; the log says what it did";

/// What a restart without a tray did.
#[must_use]
pub fn set_free(says: &str) -> String {
    format!("{says}; nobody owns it: it runs until it ends, is restarted, or `shimkeeper free` ends it")
}

/// What keeps a watch from being in order, one line for each thing that counts, with the watch's name.
#[must_use]
pub fn what_needs_attention(found: &[Diagnosis]) -> Vec<String> {
    let counts = |finding: &&Finding| match of_finding(finding) {
        Verdict::Orphaned | Verdict::Blocked | Verdict::Unseen | Verdict::Duplicate => true,
        Verdict::Starting | Verdict::Healthy | Verdict::Idle => false,
    };
    let of_one = |diagnosis: &Diagnosis| -> Vec<String> {
        let says = diagnosis.findings.iter().filter(counts);
        says.map(|it| format!("{}: {}", name(&diagnosis.watch.name), finding(it, &diagnosis.watch))).collect()
    };
    let mut lines: Vec<String> = found.iter().flat_map(of_one).collect();
    lines.dedup();
    lines
}

/// Behind `free`: somebody has the port all the same.
#[must_use]
pub fn port_still_held(port: u16, who: &str) -> String {
    format!("port {port} is not free: {who} has it now")
}

/// Behind a cleanup: what it could do nothing about.
#[must_use]
pub fn still_needs_attention(reason: &str) -> String {
    format!("still needs attention: {reason}")
}
