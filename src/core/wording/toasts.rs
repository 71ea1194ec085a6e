//! Toasts about orphans, and the words for desktops that cannot show buttons.

use super::found::the_port;
use super::{bytes, name, reason};
use crate::core::diagnose::Diagnosis;
use crate::core::instance::{Client, Instance};

/// The program's name, where nobody else says who speaks.
pub const OUR_NAME: &str = "Shimkeeper";
/// A click anywhere on a toast, where that has a label.
pub const BUTTON_STATE: &str = "Show the state";
/// The button that goes on looking after a pause.
pub const BUTTON_GO_ON: &str = "Resume";
/// How to see the state without the menu and without buttons.
pub const STATE_BY_HAND: &str = "`shimkeeper status` tells more";

/// So many orphans are named one by one.
const NAMED: usize = 3;

/// What a toast says, and who says it.
#[must_use]
pub fn who_says(body: &str) -> String {
    if body.is_empty() { OUR_NAME.into() } else { format!("{OUR_NAME} · {body}") }
}

/// The button that ends orphans where there is little room; the toast says how many orphans there are.
pub const BUTTON_CLEAN_UP_SHORT: &str = "Clean up";

/// How to end orphans without a button.
#[must_use]
pub fn clean_up_by_hand(orphans: usize) -> String {
    format!("`shimkeeper cleanup` ends {}", if orphans == 1 { "it" } else { "them" })
}

/// Title and body of the toast about orphans.
#[must_use]
pub fn orphan_toast(orphans: &[(&Diagnosis, &Instance)]) -> (String, String) {
    let on_port = orphans.iter().find(|(_, instance)| instance.listens);
    let title = match (on_port, orphans.len()) {
        (Some((diagnosis, _)), 1) => format!("Orphaned MCP server holds {}", the_port(&diagnosis.watch)),
        (None, 1) => "Orphaned MCP server".into(),
        (Some((diagnosis, _)), n) => {
            format!("{n} orphaned MCP servers, one holds {}", the_port(&diagnosis.watch))
        }
        (None, n) => format!("{n} orphaned MCP servers"),
    };
    let mut lines: Vec<String> =
        orphans.iter().take(NAMED).map(|(found, orphan)| line(found, orphan)).collect();
    if orphans.len() > NAMED {
        lines.push(format!("and {} more", orphans.len() - NAMED));
    }
    (title, lines.join("\n"))
}

/// Who it is and why; number and size come last.
fn line(diagnosis: &Diagnosis, orphan: &Instance) -> String {
    format!(
        "{}: {}. PID {}, {}.",
        name(&diagnosis.watch.name),
        why(orphan),
        orphan.top.pid,
        bytes(orphan.memory_bytes)
    )
}

/// "code ended" alone reads as if the orphan had ended.
fn why(orphan: &Instance) -> String {
    match &orphan.client {
        Client::Gone { name: Some(who), pid: Some(pid) } => {
            format!("its client, {} ({pid}), ended", name(who))
        }
        Client::Gone { name: Some(who), pid: None } => format!("its client, {}, ended", name(who)),
        Client::Gone { name: None, pid: Some(pid) } => format!("its client ({pid}) ended"),
        Client::Gone { name: None, pid: None } => "its client ended".into(),
        Client::Living { .. } | Client::Unseen => reason(orphan),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::testing::{World, process};
    use crate::core::{Moment, diagnose};

    /// A name or a colon stands before it, so it begins no sentence.
    #[test]
    fn why_an_orphan_is_one_begins_in_small_letters_behind_its_name() {
        let shim = process(600, 600).with_args(&["python", "run_ws_shim.py"]).child_of(100);
        let world = World::linux().and(shim);
        let mut found = diagnose(&world.snapshot, &world.watch, &world.memory, Moment::default());
        for client in [Client::Unseen, Client::Gone { name: None, pid: None }] {
            found.instances[0].client = client;
            let (_, body) = orphan_toast(&[(&found, &found.instances[0])]);
            let why = body.split(": ").nth(1).unwrap();
            assert!(why.starts_with(char::is_lowercase), "{body}");
        }
    }
}
