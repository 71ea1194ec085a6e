//! Where nothing can be guarded, nothing is started.

use std::net::TcpListener;
use std::process::{Command, Stdio};

use super::super::stage::heard;
use super::scene::Scene;

#[test]
fn a_program_that_is_missing_is_125() {
    let scene = Scene::new();
    let mut command = scene.stage.program();
    let (code, said) = run(command.args(["guard", "--", "no such program"]));
    assert_eq!(code, 125);
    assert!(said.contains("no such program"), "{said}");
}

#[test]
fn a_port_that_stays_taken_is_126() {
    let scene = Scene::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    // wine tells whose socket it is only once its owner has touched it.
    taken.set_ttl(64).unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let mut command = scene.stage.program();
    command.args(["guard", "--port", &port, "--"]).arg(scene.stage.python());
    let (code, said) = run(command.args(["mcp_server.py", "polite"]));
    assert_eq!(code, 126);
    assert!(said.contains(&port), "{said}");
}

fn run(command: &mut Command) -> (i32, String) {
    let output = heard(command.stdin(Stdio::piped()));
    assert!(output.stdout.is_empty(), "standard output belongs to the server");
    (output.status.code().unwrap(), String::from_utf8_lossy(&output.stderr).into_owned())
}
