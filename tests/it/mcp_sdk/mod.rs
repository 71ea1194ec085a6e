//! The guard between a client and a server of the official MCP SDKs, as they are used in earnest.
//!
//! The stories themselves are in `client.py`, `node/client.mjs` and `node/everything.mjs`; each is one test here. `scripts/test` puts the
//! SDKs into `target/`; where they could not be had, each story counts as skipped.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::support::bed::Bed;
use crate::support::eventually_some;
use crate::support::own::skip;
use crate::support::spawned::Spawned;

/// A story's own deadline is shorter and says more.
const PATIENCE: Duration = Duration::from_secs(170);

/// The folder into which `scripts/test` fetched what `asked` asks for, all of it and nothing else.
fn sdk(name: &str, asked: &str) -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name(name);
    let fetched = fs::read(folder.join("fetched")).ok()?;
    (fetched == fs::read(source(asked)).unwrap()).then_some(folder)
}

/// Runs a story of the Python SDK.
#[track_caller]
fn python_tells(story: &str) {
    let Some(sdk) = sdk("mcp-sdk-python", "requirements.txt") else {
        return skip(story, "the MCP SDK for Python was not fetched");
    };
    let bed = Bed::new();
    let server = bed.path(bed.script());
    fs::copy(source("server.py"), &server).unwrap();
    let mut command = bed.command(sdk.join("bin/python"));
    command.arg(source("client.py"));
    tell(&bed, story, command, &server);
}

/// Runs a story of the TypeScript SDK.
#[track_caller]
fn node_tells(story: &str) {
    let Some(sdk) = sdk("mcp-sdk-node", "node/package-lock.json") else {
        return skip(story, "the MCP SDK for TypeScript was not fetched");
    };
    let bed = Bed::new();
    // A module finds its libraries beside itself.
    std::os::unix::fs::symlink(sdk.join("node_modules"), bed.path("node_modules")).unwrap();
    let (client, server) = (bed.path("client.mjs"), bed.path(&bed.script().replace(".py", ".mjs")));
    fs::copy(source("node/client.mjs"), &client).unwrap();
    fs::copy(source("node/server.mjs"), &server).unwrap();
    let mut command = bed.command("node");
    command.arg(client);
    tell(&bed, story, command, &server);
}

/// Runs a story over server-everything, with the client of either SDK.
#[track_caller]
fn everything_tells(story: &str) {
    let Some(node) = sdk("mcp-sdk-node", "node/package-lock.json") else {
        return skip(story, "server-everything was not fetched");
    };
    let bed = Bed::new();
    std::os::unix::fs::symlink(node.join("node_modules"), bed.path("node_modules")).unwrap();
    // Known by a name of our own; its libraries are beside the file that the link names.
    let server = bed.path(&bed.script().replace(".py", ".js"));
    let index = "node_modules/@modelcontextprotocol/server-everything/dist/index.js";
    std::os::unix::fs::symlink(node.join(index), &server).unwrap();
    let command = if story.starts_with("with_the_typescript") {
        let client = bed.path("everything.mjs");
        fs::copy(source("node/everything.mjs"), &client).unwrap();
        let mut command = bed.command("node");
        command.arg(client);
        command
    } else {
        let Some(python) = sdk("mcp-sdk-python", "requirements.txt") else {
            return skip(story, "the MCP SDK for Python was not fetched");
        };
        let mut command = bed.command(python.join("bin/python"));
        command.arg(source("client.py"));
        command
    };
    tell(&bed, story, command, &server);
}

fn source(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/mcp_sdk").join(name)
}

/// `client STORY SHIMKEEPER HOME WATCH SERVER`, to its end.
#[track_caller]
fn tell(bed: &Bed, story: &str, mut client: Command, server: &Path) {
    let home = bed.folder("home");
    let script = server.file_name().unwrap().to_string_lossy();
    let config =
        format!("[[watch]]\nname = \"story\"\nport = 3005\nlistens = \"never\"\nscript = \"{script}\"\n");
    fs::write(home.join("config.toml"), config).unwrap();
    client.arg(story).arg(env!("CARGO_BIN_EXE_shimkeeper")).arg(home).arg("story").arg(server);
    let mut client = Spawned::start(&mut client);
    let status = eventually_some("the story has ended", PATIENCE, || client.ended());
    assert!(status.success(), "{story} ended with {status}");
    drop(client);
    let left: Vec<String> =
        bed.living().into_iter().map(crate::support::identity::Identity::command_line).collect();
    assert!(left.is_empty(), "left after {story}: {left:#?}");
}

macro_rules! stories {
    ($($teller:ident: $($(#[$attribute:meta])* $name:ident),+ $(,)?;)+) => { $($(
        $(#[$attribute])*
        #[test]
        fn $name() {
            $teller(stringify!($name));
        }
    )+)+ };
}

stories! {
    python_tells:
        the_session_goes_on_after_a_restart,
        a_call_in_flight_gets_our_error_and_the_next_one_its_answer,
        calls_during_a_restart_wait_and_succeed,
        twenty_restarts_under_load_lose_no_call_silently,
        a_question_in_flight_is_taken_back,
        a_late_answer_does_not_confuse_the_new_server,
        a_crash_is_survived_where_that_is_wished,
        a_crash_ends_the_session_otherwise,
        without_restarts_the_pipes_are_the_servers_own,
        progress_is_told_step_by_step,
        the_end_of_the_client_ends_everything_in_mcps_order,
        a_client_without_a_handshake_goes_on_too,
        a_subscription_is_told_that_it_is_lost,
        a_client_that_probes_finds_an_older_server_and_goes_on;
    node_tells:
        a_session_of_the_typescript_sdk_goes_on_after_a_restart;
    everything_tells:
        a_consent_for_one_thing_is_none_for_another,
        with_the_typescript_sdk_a_consent_for_one_thing_is_none_for_another;
}

#[test]
fn every_story_of_the_python_client_is_a_test_here() {
    let text = fs::read_to_string(source("client.py")).unwrap();
    let told: Vec<&str> =
        text.split("@story\nasync def ").skip(1).map(|rest| rest.split_once('(').unwrap().0).collect();
    let ours = fs::read_to_string(source("mod.rs")).unwrap();
    for story in told {
        assert!(ours.contains(&format!("        {story}")), "{story} is told and not run");
    }
}
