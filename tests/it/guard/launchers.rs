//! Who the client is where others stand between it and the guard.

use std::time::Duration;

use crate::guard::scene::{Kind, Scene, Streams};
use crate::support::stays_so;

/// A shell that waits for what it has started.
const SHELL: [&str; 3] = ["-c", "\"$@\"; exit $?", "sh"];

#[test]
fn a_shell_in_between_is_no_client_and_ends_too() {
    let scene = Scene::new();
    for streams in Streams::BOTH {
        for kind in [Kind::Polite, Kind::Deaf, Kind::Family] {
            let mut guarded =
                scene.plan(kind.word()).streams(streams).behind("sh", &SHELL).start_by_a_client();
            guarded.process.kill_hard();
            guarded.is_gone_in_time(kind);
            crate::support::eventually("the shell has ended", kind.limit(), || scene.bed.living().is_empty());
            scene.is_empty();
        }
    }
}

#[test]
fn a_client_whose_input_says_nothing_is_watched_all_the_same() {
    // No pipe tells of its end: only the client's own does.
    let scene = Scene::new();
    for streams in Streams::BOTH {
        for kind in ["mute", "deaf"] {
            let shell = ["-c", "exec \"$@\" </dev/null >/dev/null", "sh"];
            let plan = scene.plan(kind).streams(streams).behind("sh", &shell);
            let mut guarded = plan.start_by_a_client();
            stays_so("everybody lives", Duration::from_millis(50), || guarded.server().lives());
            guarded.process.kill_hard();
            guarded.is_gone_in_time(Kind::Deaf);
            scene.is_empty();
        }
    }
}

#[test]
fn a_guard_in_a_guard_ends_as_one() {
    let scene = Scene::new();
    for kind in [Kind::Polite, Kind::Deaf, Kind::Family] {
        let shimkeeper = env!("CARGO_BIN_EXE_shimkeeper");
        let home = scene.home().to_string_lossy().into_owned();
        let words = ["--home", home.as_str(), "guard", "--"];
        let mut guarded = scene.plan(kind.word()).behind(shimkeeper, &words).start_by_a_client();
        guarded.process.kill_hard();
        guarded.is_gone_within(Kind::Deaf.limit() * 2);
        crate::support::eventually("nothing is left", kind.limit(), || scene.bed.living().is_empty());
        // The inner one has no more time than its own server, and may have been ended by force with it.
        scene.bed.run(scene.program().arg("cleanup")).expect_code(0);
        scene.is_empty();
    }
}
