//! A restart behind the client's back: another server, the same guard, the same pipes.

use std::fs;

use super::super::stage::free_port;
use super::process::Process;
use super::scene::{Kind, Scene, servers};

#[test]
fn a_guard_that_is_asked_by_its_pipe_keeps_its_number_and_changes_its_server() {
    let scene = Scene::new();
    let port = free_port();
    scene.stage.configure(&format!(
        "stop_grace = \"300ms\"\n[[watch]]\nname = \"some\"\nport = {port}\nlistens = \"never\"\n\
         script = \"mcp_server.py\"\n"
    ));
    for kind in ["polite", "deaf", "family"] {
        let ready = scene.stage.ready_file(kind);
        let mut guarded = scene.guard_at(kind, &ready);
        let before: Vec<u32> = guarded.servers.iter().map(|server| server.pid).collect();
        fs::remove_file(&ready).unwrap();
        let (code, said) = scene.stage.run(&["restart"]);
        assert_eq!(code, 0, "{said}");
        assert!(guarded.servers.iter().all(Process::has_ended), "of the old one nothing is left");
        assert!(!guarded.guard.has_ended(), "the client's process is still the same");
        guarded.servers = servers(&ready);
        assert!(guarded.servers.iter().all(|server| !before.contains(&server.pid) && !server.has_ended()));
        guarded.say("exit 7");
        guarded.is_gone_in_time(Kind::Family);
        assert_eq!(guarded.code(), 7, "the new one hears the client");
    }
}
