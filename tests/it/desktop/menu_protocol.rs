//! The menu as hosts of all kinds read it: such as follow each property, and such as read anew only when told to.

use std::collections::HashMap;
use std::time::Duration;

use zbus::zvariant::{OwnedValue, Value};

use crate::desktop::stage::Tray;
use crate::support::bed::Bed;
use crate::support::desktop::on_a_bus;
use crate::support::desktop::{Bare, Panel};
use crate::support::{PATIENCE, eventually, eventually_some, stays_so};

#[test]
fn a_host_that_reads_only_when_the_layout_changes_sees_every_change() {
    on_a_bus(|| {
        let bed = Bed::with_the_real_name();
        let session = bed.session();
        let keeper = bed.keeper(3005);
        let _panel = Panel::start(&session.address);
        let tray = Tray::start_in(&bed, &session, &keeper);
        let pid = tray.pid();
        eventually("it has looked", PATIENCE, || row(&session, pid, "No orphan to clean up").is_some());
        let (before, rows) = session.menu(pid);
        let signals = session.signals("/MenuBar");
        let client = bed.client().on_port(3005).start();
        client.kill_hard();
        let cleanup =
            eventually_some("Clean up is offered", PATIENCE, || row(&session, pid, "Clean up 1 orphan"));
        assert!(flag(&cleanup, "enabled"));
        let (after, rows_after) = session.menu(pid);
        assert!(after > before, "the revision counts: {before} → {after}");
        assert_eq!(rows.len(), rows_after.len(), "the rows stay the same in number");
        eventually("each batch ends with a changed layout", PATIENCE, || {
            let heard = signals.lock().unwrap().clone();
            let count = |name: &str| heard.iter().filter(|it| *it == name).count();
            count("LayoutUpdated") >= 1 && count("LayoutUpdated") == count("ItemsPropertiesUpdated")
        });
    });
}

#[test]
fn a_host_that_asks_before_it_shows_the_menu_gets_the_truth() {
    on_a_bus(|| {
        let bed = Bed::with_the_real_name();
        let session = bed.session();
        let keeper = bed.keeper(3005);
        let _panel = Panel::start(&session.address);
        let tray = Tray::start_in(&bed, &session, &keeper);
        let pid = tray.pid();
        let is_news = || -> bool {
            session.menu_call(pid, "AboutToShow", &(0_i32,)).unwrap().body().deserialize().unwrap()
        };
        eventually("it has looked", PATIENCE, || row(&session, pid, "Start at login").is_some());
        eventually("nothing is new to who has just read it", PATIENCE, || {
            session.menu(pid);
            !is_news()
        });
        stays_so("and nothing becomes new by itself", Duration::from_secs(1), || !is_news());
        click(&session, pid, "Pause");
        eventually("a change is new", PATIENCE, is_news);
        session.menu(pid);
        assert!(!is_news(), "it was read");
        assert!(session.menu_call(pid, "AboutToShow", &(999_i32,)).is_err());
        let groups = session.menu_call(pid, "AboutToShowGroup", &(vec![0_i32, 999],)).unwrap();
        let groups: (Vec<i32>, Vec<i32>) = groups.body().deserialize().unwrap();
        assert_eq!(groups, (vec![], vec![999]));
    });
}

#[test]
fn sentences_can_be_chosen_and_show_the_state_and_empty_rows_are_not_shown() {
    on_a_bus(|| {
        let bed = Bed::with_the_real_name();
        let session = bed.session();
        let keeper = bed.keeper(3005);
        let notifier = session.notifier();
        let _panel = Panel::start(&session.address);
        let tray = Tray::start_in(&bed, &session, &keeper);
        let pid = tray.pid();
        let client = bed.client().on_port(3005).start();
        let shim = client.shim();
        client.kill_hard();
        let headline = eventually_some("the headline says it", PATIENCE, || {
            row(&session, pid, "1 orphan holds port 3005")
        });
        let why = row(&session, pid, &format!("Orphan · PID {}: its client", shim.pid())).unwrap();
        assert!(flag(&headline, "enabled") && flag(&why, "enabled"));
        for row in session.menu(pid).1 {
            let label = text(&row.1, "label");
            let is_separator = text(&row.1, "type") == "separator";
            assert_eq!(flag(&row.1, "visible"), is_separator || !label.is_empty(), "{row:?}");
            assert!(!label.contains("__") || label.matches('_').count() == 2, "{label}");
        }
        click(&session, pid, "1 orphan holds port 3005");
        eventually("the state is shown", PATIENCE, || {
            notifier.shown().iter().any(|(title, _)| title.contains("1 orphan holds port 3005"))
        });
        assert!(shim.lives(), "a sentence ended it");
        click(&session, pid, "Clean up 1 orphan");
        eventually("the row ends it", PATIENCE, || !shim.lives());
    });
}

#[test]
fn single_properties_groups_of_them_and_events_are_answered_and_unknown_rows_are_refused() {
    on_a_bus(|| {
        let bed = Bed::with_the_real_name();
        let session = bed.session();
        let keeper = bed.keeper(3005);
        let _panel = Panel::start(&session.address);
        let tray = Tray::start_in(&bed, &session, &keeper);
        let pid = tray.pid();
        let rows = session.menu(pid).1.len();
        let label = session.menu_call(pid, "GetProperty", &(1_i32, "label")).unwrap();
        assert!(!String::try_from(label.body().deserialize::<OwnedValue>().unwrap()).unwrap().is_empty());
        assert!(session.menu_call(pid, "GetProperty", &(1_i32, "no such")).is_err());
        let nobody: [i32; 0] = [];
        let all = session.menu_call(pid, "GetGroupProperties", &(&nobody[..], &["label"][..])).unwrap();
        let all: Vec<(i32, HashMap<String, OwnedValue>)> = all.body().deserialize().unwrap();
        assert_eq!(all.len(), rows);
        assert!(all.iter().all(|(_, told)| told.keys().all(|key| key == "label")));
        assert!(session.menu_call(pid, "GetLayout", &(999_i32, -1_i32, &[""; 0][..])).is_err());
        let clicked = |id: i32| (id, "clicked", Value::from(0_i32), 0_u32);
        assert!(session.menu_call(pid, "Event", &clicked(999)).is_err());
        let unknown = session.menu_call(
            pid,
            "EventGroup",
            &(vec![clicked(999), (1, "hovered", Value::from(0_i32), 0)],),
        );
        let unknown: Vec<i32> = unknown.unwrap().body().deserialize().unwrap();
        assert_eq!(unknown, [999]);
    });
}

#[test]
fn a_tick_that_the_host_turned_over_is_told_as_it_is() {
    on_a_bus(|| {
        let bed = Bed::with_the_real_name();
        let session = bed.session();
        let keeper = bed.keeper(3005);
        let _panel = Panel::start(&session.address);
        let tray = Tray::start_in(&bed, &session, &keeper);
        let pid = tray.pid();
        let state =
            || row(&session, pid, "Pause").and_then(|row| row["toggle-state"].downcast_ref::<i32>().ok());
        assert_eq!(state(), Some(0));
        let signals = session.signals("/MenuBar");
        click(&session, pid, "Pause");
        eventually("it is ticked", PATIENCE, || state() == Some(1));
        // Once as it was, and once as it became.
        eventually("the host was told twice", PATIENCE, || {
            signals.lock().unwrap().iter().filter(|it| *it == "ItemsPropertiesUpdated").count() >= 2
        });
    });
}

/// The properties of the row that begins so.
fn row(session: &Bare<'_>, pid: u32, label: &str) -> Option<HashMap<String, OwnedValue>> {
    session.menu(pid).1.into_iter().map(|(_, row)| row).find(|row| text(row, "label").starts_with(label))
}

#[track_caller]
fn click(session: &Bare<'_>, pid: u32, label: &str) {
    let rows = session.menu(pid).1;
    let found = rows.iter().find(|(_, row)| text(row, "label").starts_with(label));
    let (id, _) = found.unwrap_or_else(|| panic!("no row `{label}` in {rows:#?}"));
    session.menu_call(pid, "Event", &(*id, "clicked", Value::from(0_i32), 0_u32)).unwrap();
}

fn text(row: &HashMap<String, OwnedValue>, key: &str) -> String {
    row.get(key).and_then(|it| it.downcast_ref::<String>().ok()).unwrap_or_default()
}

fn flag(row: &HashMap<String, OwnedValue>, key: &str) -> bool {
    row.get(key).and_then(|it| it.downcast_ref::<bool>().ok()).unwrap_or(false)
}
