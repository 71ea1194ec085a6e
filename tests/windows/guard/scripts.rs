//! A server that is started by a script, as `npx` starts its own.

use std::fs;
use std::process::Stdio;

use super::super::stage::eventually;
use super::process::Process;
use super::scene::Scene;

#[test]
fn a_script_is_found_without_its_ending_and_what_it_starts_is_guarded() {
    let scene = Scene::new();
    let ready = scene.stage.ready_file("ready");
    let script = scene.stage.ready_file("server.cmd");
    let (python, said) = (scene.stage.python(), ready.display());
    fs::write(&script, format!("@\"{}\" mcp_server.py polite --ready \"{said}\"\r\n", python.display()))
        .unwrap();
    let mut command = scene.stage.program();
    command.args(["guard", "--"]).arg(script.with_extension(""));
    let mut guard = command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    eventually("the server is ready", || ready.exists());
    let server = Process::open(fs::read_to_string(&ready).unwrap().parse().unwrap());
    guard.kill().unwrap();
    guard.wait().unwrap();
    eventually("the server has ended", || server.has_ended());
}
