//! Nobody reads standard error: then the guard's own words are lost, and nothing else.

use std::fs;
use std::process::Stdio;

use crate::guard::scene::{Kind, Scene};
use crate::support::spawned::Spawned;
use crate::support::{PATIENCE, eventually};

#[test]
fn a_full_standard_error_keeps_no_guard_from_its_work() {
    let scene = Scene::new();
    let starts = scene.bed.fresh("starts");
    // As much as a pipe holds.
    let server = format!(
        "echo x >> {0}; test $(wc -l < {0}) -gt 1 && exec cat; head -c 65536 /dev/zero >&2; exit 5",
        starts.display()
    );
    let (theirs, input) = std::io::pipe().unwrap();
    let (errors, theirs_too) = std::io::pipe().unwrap();
    let mut command = scene.program();
    command.args(["guard", "--restart", "on-failure", "--", "sh", "-c", &server]);
    command.stdin(theirs).stdout(Stdio::null()).stderr(theirs_too);
    let mut guard = Spawned::start(&mut command);
    drop(command);
    eventually("it is started again", PATIENCE, || {
        fs::read_to_string(&starts).is_ok_and(|starts| starts.lines().count() > 1)
    });
    drop(input);
    eventually("it ends with its input", Kind::Deaf.limit(), || scene.bed.living().is_empty());
    assert_eq!(guard.wait().code(), Some(0));
    drop(errors);
    scene.is_empty();
}
