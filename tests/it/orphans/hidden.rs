//! Servers that no command line names: whoever sees them does not call their watch idle.

use std::fs;

use crate::orphans::{instances, nothing_was_ended};
use crate::support::bed::{Bed, python};
use crate::support::own::{can_run, in_own_world};
use crate::support::{PATIENCE, eventually};

const WAIT: &str = "import threading; threading.Event().wait(300)";

#[test]
fn a_server_that_runs_as_a_module_is_not_called_idle_and_never_ended() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        fs::write(bed.folder("mcp_server").join("run_ws_shim.py"), WAIT).unwrap();
        let line =
            format!("cd {} && exec {} -m mcp_server.run_ws_shim", bed.path("").display(), python().display());
        let client = bed.client_of(&["sh", "-c", &line]);
        let server = client.children()[0];
        eventually("the module runs", PATIENCE, || server.comm().starts_with("python"));
        let keeper = bed.keeper(3005);
        let told = "runs the module mcp_server.run_ws_shim, which may be this watch's server";
        keeper.run(&["status"]).expect_code(3).says(told);
        client.kill_hard();
        keeper.run(&["status"]).expect_code(3).says(told);
        nothing_was_ended(&keeper.run(&["cleanup", "--json"]).expect_code(3).json());
        assert!(server.lives());
    });
}

#[test]
fn a_server_that_gave_itself_a_title_before_anybody_looked_is_remarked_and_no_verdict() {
    if !can_run(
        &a_server_that_gave_itself_a_title_before_anybody_looked_is_remarked_and_no_verdict,
        &["node"],
    ) {
        return;
    }
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let script = bed.path("zz_title.js");
        fs::write(&script, "process.title = 'mcp-server'; setInterval(() => {}, 1000)").unwrap();
        let client = bed.client_of(&["node", script.to_str().unwrap()]);
        let server = client.children()[0];
        eventually("it has a title", PATIENCE, || server.command_line().starts_with("mcp-server"));
        let keeper = bed.keeper(3005);
        keeper.configure("[[watch]]\nscript = \"zz_title.js\"\n");
        let status = keeper
            .run(&["status", "--json"])
            .expect_code(0)
            .complains(&format!("cannot tell what mcp-server ({}) runs under its own title", server.pid));
        assert!(instances(&status.json()).is_empty(), "{status}");
        keeper.configure("[[watch]]\nscript = \"other.py\"\n");
        let status = keeper.run(&["status"]).expect_code(0);
        assert!(!status.stderr.contains("title"), "node runs no Python: {status}");
        assert!(server.lives());
    });
}
