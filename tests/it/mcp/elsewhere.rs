//! Servers that run where the guard does not reach are named when they are wrapped, and in the list.

use crate::mcp::fixtures::fixture;
use crate::mcp::user::User;

#[test]
fn containers_and_other_machines_are_named_at_the_time() {
    let user = User::new();
    let text = fixture("elsewhere.json");
    user.has("project/.mcp.json", &text);
    let notes = [
        "what docker's daemon runs is not ended with the client",
        "what podman's daemon runs",
        "what the cluster runs is not ended with the client; the guard ends `kubectl` only",
        "what the other machine runs is not ended with the client; the guard ends `ssh` only",
        "what Linux runs below WSL",
        "what devcontainer's daemon runs",
    ];
    for arguments in [&["list"][..], &["wrap", "--all", "--dry-run"], &["wrap", "--all"], &["list"]] {
        let outcome = user.mcp(arguments).expect_code(0);
        for note in notes {
            assert!(outcome.stdout.contains(note), "{note} in {outcome}");
        }
        assert_eq!(outcome.stdout.matches("not ended with the client").count(), notes.len(), "{outcome}");
    }
    user.mcp(&["unwrap"]).expect_code(0).says("to the byte");
    assert_eq!(user.read("project/.mcp.json"), text);
}
