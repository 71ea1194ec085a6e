//! `watch`: a line for each thing that happens, and an end when nobody reads.

use serde_json::Value;

use crate::commands::shapes;
use crate::support::bed::Bed;
use crate::support::own::in_own_world;

#[test]
fn an_orphan_is_told_when_it_appears_and_when_it_ends() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let keeper = bed.keeper(3005);
        let mut watch = keeper.talk(&["watch"]);
        watch.says(&["exai-mcp: exai-mcp does not run", "(idle)"]);
        let client = bed.client().on_port(3005).start();
        let shim = client.shim();
        let pid = format!("PID {}", shim.pid());
        watch.says(&[&pid, "is attached", "its client"]);
        client.kill_hard();
        let line = watch.says(&[&pid, "is orphan", "taken it in"]);
        let (time, _) = line.split_once(' ').unwrap();
        assert!(time.ends_with('Z') && time.contains('T'), "{line}");
        watch.says(&["1 orphan holds port 3005", "(orphaned)"]);
        assert!(shim.lives(), "who watches ends nothing");
        keeper.run(&["cleanup"]).expect_code(0);
        watch.says(&[&pid, "ended"]);
        assert!(watch.lives());
    });
}

#[test]
fn each_line_of_json_is_a_whole_state() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let mut watch = bed.keeper(3005).talk(&["watch", "--json"]);
        watch.says(&["\"idle\""]);
        let client = bed.client().on_port(3005).start();
        watch.says(&["\"attached\""]);
        client.kill_hard();
        watch.says(&["\"orphaned\""]);
        let heard = watch.heard();
        for line in heard.lines() {
            let state: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
            shapes::status().fits(&state);
        }
    });
}

#[test]
fn nothing_is_said_while_nothing_happens() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let _client = bed.client().on_port(3005).start();
        let mut watch = bed.keeper(3005).talk(&["watch"]);
        watch.says(&["is attached"]);
        let before = watch.heard();
        // Several looks of 0.3 s.
        crate::support::stays_so("it is silent", std::time::Duration::from_secs(1), || {
            watch.heard() == before
        });
    });
}

#[test]
fn it_ends_when_its_reader_has_gone() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let mut watch = bed.keeper(3005).talk(&["watch"]);
        watch.says(&["(idle)"]);
        watch.hang_up();
        // The next thing to say finds nobody.
        let _client = bed.client().on_port(3005).start();
        assert_eq!(watch.end().code(), Some(0));
    });
}
