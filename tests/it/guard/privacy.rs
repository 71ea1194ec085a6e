//! The control socket is its user's alone.

use std::fs;
use std::io::{BufRead, BufReader, ErrorKind, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::Command;

use crate::guard::scene::{Kind, Scene, Streams};
use crate::support::own::{can_run, skip};
use crate::support::{PATIENCE, eventually_some};

/// The control socket of the only guard.
#[track_caller]
pub(crate) fn socket(scene: &Scene) -> PathBuf {
    eventually_some("the guard listens for requests", PATIENCE, || {
        let path = scene.lease_file("sock")?;
        // There before it can be used.
        UnixStream::connect(&path).is_ok().then_some(path)
    })
}

/// Says a line there and returns the answer.
#[track_caller]
pub(crate) fn ask(scene: &Scene, line: &str) -> String {
    let mut stream = UnixStream::connect(socket(scene)).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    // It need not read all of it, and may hang up instead.
    let said = writeln!(stream, "{line}");
    let mut answer = String::new();
    let heard = BufReader::new(stream).read_line(&mut answer);
    let is_cut =
        |error: &std::io::Error| matches!(error.kind(), ErrorKind::BrokenPipe | ErrorKind::ConnectionReset);
    assert!(said.as_ref().err().is_none_or(is_cut), "{said:?}");
    assert!(heard.as_ref().err().is_none_or(is_cut), "{heard:?}");
    answer.trim_end().to_owned()
}

#[test]
fn folder_files_and_socket_are_closed_to_others() {
    let scene = Scene::new();
    for streams in Streams::BOTH {
        let _guarded = scene.guard(Kind::Polite, streams);
        let mode = |path: PathBuf| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(socket(&scene)), 0o600);
        assert_eq!(mode(scene.leases()), 0o700);
        for path in scene.lease_files() {
            assert_eq!(mode(path.clone()), 0o600, "{}", path.display());
        }
    }
}

#[test]
fn another_user_cannot_connect() {
    if !can_run(&another_user_cannot_connect, &["setpriv"]) {
        return;
    }
    if !rustix::process::geteuid().is_root() {
        return skip("privacy::another_user_cannot_connect", "only root can become somebody else");
    }
    let scene = Scene::new();
    let _guarded = scene.guard(Kind::Polite, Streams::Relayed);
    let socket = socket(&scene);
    let connect = format!(
        "import socket; socket.socket(socket.AF_UNIX).connect({:?}); print('connected')",
        socket.to_string_lossy()
    );
    let python = ["/usr/bin/python3", "-c", connect.as_str()];
    let ourselves = scene.bed.run(scene.bed.command(python[0]).args(&python[1..])).expect_code(0);
    assert_eq!(ourselves.stdout, "connected\n");
    // The scratch folder is open to all, so that only the guard's own folder keeps others out.
    fs::set_permissions(scene.bed.path(""), fs::Permissions::from_mode(0o755)).unwrap();
    fs::set_permissions(scene.home(), fs::Permissions::from_mode(0o755)).unwrap();
    let mut nobody = scene.bed.command("setpriv");
    nobody.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).args(python);
    let other = scene.bed.run(&mut nobody);
    assert_ne!(other.code, Some(0), "{other}");
    other.complains("PermissionError");
    // Even where a user has opened the folder.
    fs::set_permissions(scene.leases(), fs::Permissions::from_mode(0o755)).unwrap();
    let mut nobody: Command = scene.bed.command("setpriv");
    nobody.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).args(python);
    scene.bed.run(&mut nobody).complains("PermissionError");
}

#[test]
fn strange_requests_are_refused_and_do_no_harm() {
    let scene = Scene::new();
    let mut guarded = scene.guard(Kind::Polite, Streams::Relayed);
    for line in ["", "stop", "RESTART", "restart now", "\0", &"x".repeat(10_000)] {
        let answer = ask(&scene, line);
        assert!(answer.is_empty() || answer.starts_with("failed "), "{answer}");
    }
    // Whoever says nothing keeps nobody waiting.
    let _silent: Vec<_> = (0..50).map(|_| UnixStream::connect(socket(&scene)).unwrap()).collect();
    assert!(ask(&scene, "stop").starts_with("failed "));
    guarded.say("exit 0");
    guarded.is_gone_in_time(Kind::Polite);
    assert_eq!(guarded.code(), 0);
}
