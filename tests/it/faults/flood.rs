//! Thousands of signals in the notification daemon's name: whoever may write to the session bus can send them.

use std::fs;

use crate::desktop::stage::{GREY, RED, Tray, icon_turns};
use crate::support::bed::Bed;
use crate::support::desktop::on_a_desktop;
use crate::support::{PATIENCE, eventually, stays_so};

/// Signals of each kind, three thousand numbers of toasts that nobody has asked for among them.
const SIGNALS: u32 = 6000;

#[test]
fn a_flood_of_answers_to_toasts_cleans_up_once_at_most_and_costs_nothing() {
    on_a_desktop(|| {
        let bed = Bed::with_the_real_name();
        let desktop = bed.desktop();
        let keeper = bed.keeper(3005);
        let mut tray = Tray::start(&bed, &desktop, &keeper);
        let client = bed.client().on_port(3005).start();
        let shim = client.shim();
        client.kill_hard();
        icon_turns(&desktop, RED, "flood-1-orphaned");
        desktop.toast_about("Orphaned MCP server holds port 3005");
        let (threads, files, memory) = costs(&tray);

        // Of nobody's toasts: nothing comes of it.
        desktop.flood_with_answers((0..SIGNALS).map(|n| 1_000_000 + n), "cleanup");
        stays_so("nothing is ended", std::time::Duration::from_secs(2), || shim.lives());
        icon_turns(&desktop, RED, "flood-2-orphaned");
        // Of the tray's own, by numbers that anybody can guess: the button is pressed, once.
        desktop.flood_with_answers((0..SIGNALS).map(|n| n % 40), "cleanup");
        std::thread::sleep(std::time::Duration::from_secs(3));
        if shim.lives() {
            desktop.menu_click(tray.pid(), "Clean up 1 orphan");
        }
        eventually("the orphan is gone", PATIENCE, || !shim.lives());
        icon_turns(&desktop, GREY, "flood-3-clean");
        let ended = format!("ended pid={} ", shim.pid());
        eventually("it is logged", PATIENCE, || keeper.log().contains(&ended));
        assert_eq!(keeper.log().matches("ended pid=").count(), 1, "{}", keeper.log());

        assert!(tray.lives());
        eventually("threads and files are as before", PATIENCE, || {
            let now = costs(&tray);
            now.0 <= threads + 2 && now.1 <= files + 6
        });
        let now = costs(&tray).2;
        assert!(now < memory + 8_000, "{now} kB after {memory} kB");
    });
}

/// Threads, open files, and memory in kB.
fn costs(tray: &Tray) -> (usize, usize, u64) {
    let (threads, files) = tray.counts();
    let status = fs::read_to_string(format!("/proc/{}/status", tray.pid())).unwrap();
    let memory = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    (threads, files, memory.trim().trim_end_matches(" kB").parse().unwrap())
}
