//! The end of a launcher is not the end of the server: what it has started goes on with the client's pipes, as after
//! `os.execv` and `start /b`.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::windows::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::super::stage::free_port;
use super::process::Process;
use super::scene::{Guarded, Kind, Scene, pids, servers, start};

const CREATE_NO_WINDOW: u32 = 0x0800_0000;

/// What the launcher ends with.
const CODE: i32 = 5;

/// Longer than what a server left behind is given.
const LONG_ENOUGH: Duration = Duration::from_millis(1200);

/// A guard over a launcher that ends.
fn command(scene: &Scene, kind: &str, ready: &Path) -> Command {
    let mut command = scene.stage.program();
    command.args(["guard", "--"]).arg(scene.stage.python()).arg("launch.py").arg(scene.stage.python());
    command.args(["mcp_server.py", kind, "--ready"]).arg(ready);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).creation_flags(CREATE_NO_WINDOW);
    command
}

fn guard(scene: &Scene, kind: &str) -> Guarded {
    let ready = scene.file();
    let child = start(&mut command(scene, kind, &ready));
    let guard = Process::open(child.id());
    Guarded { child, guard, servers: servers(&ready) }
}

#[track_caller]
fn stays(scene: &Scene, guarded: &Guarded) {
    let start = Instant::now();
    while start.elapsed() < LONG_ENOUGH {
        let lives = !guarded.guard.has_ended() && !guarded.servers[0].has_ended();
        assert!(lives, "the guard has ended it\n{}", scene.stage.log());
        std::thread::sleep(Duration::from_millis(50));
    }
    let told = scene.stage.log().matches("goes on as the server").count();
    assert_eq!(told, 1, "{}", scene.stage.log());
}

#[test]
fn the_conversation_goes_on_until_the_client_closes_it() {
    let scene = Scene::new();
    let mut guarded = guard(&scene, "echo");
    let mut output = BufReader::new(guarded.child.stdout.take().unwrap());
    stays(&scene, &guarded);
    guarded.say("still there?");
    let mut heard = String::new();
    output.read_line(&mut heard).unwrap();
    assert_eq!(heard, "still there?\n");
    drop(guarded.child.stdin.take());
    guarded.is_gone_in_time(Kind::Polite);
    assert_eq!(guarded.code(), CODE, "the launcher's own code");
}

#[test]
fn the_end_of_the_server_itself_is_the_end() {
    for kind in [Kind::Polite, Kind::Family] {
        let scene = Scene::new();
        let mut guarded = guard(&scene, if kind == Kind::Polite { "polite" } else { "family" });
        stays(&scene, &guarded);
        guarded.say("exit 9");
        guarded.is_gone_in_time(kind);
        assert_eq!(guarded.code(), CODE);
    }
}

#[test]
fn the_clients_end_is_the_end_of_all() {
    for (kind, word) in [(Kind::Polite, "polite"), (Kind::Deaf, "deaf"), (Kind::Family, "family")] {
        let scene = Scene::new();
        let (ready, told) = (scene.file(), scene.file());
        let guard = command(&scene, word, &ready);
        let mut client = Command::new(scene.stage.client_program());
        client.arg(guard.get_program()).args(guard.get_args());
        client.env("ACTOR_CHILD", &told).creation_flags(CREATE_NO_WINDOW);
        let child = start(client.stdin(Stdio::piped()).stdout(Stdio::null()));
        let guard = Process::open(pids(&told)[0]);
        let mut guarded = Guarded { child, guard, servers: servers(&ready) };
        stays(&scene, &guarded);
        guarded.child.kill().unwrap();
        guarded.is_gone_in_time(kind);
        guarded.code();
    }
}

#[test]
fn a_restart_ends_all_of_it_and_starts_all_of_it_anew() {
    let scene = Scene::new();
    let port = free_port();
    scene.stage.configure(&format!(
        "stop_grace = \"300ms\"\n[[watch]]\nname = \"some\"\nport = {port}\nlistens = \"never\"\n\
         script = \"mcp_server.py\"\n"
    ));
    let ready = scene.file();
    let mut command = command(&scene, "family", &ready);
    let words: Vec<_> = command.get_args().map(std::ffi::OsStr::to_owned).collect();
    // The launcher's own words do not tell what it runs.
    let at = words.iter().position(|word| word == "guard").unwrap() + 1;
    let mut with_watch = scene.stage.program();
    with_watch.args(&words[2..at]).args(["--watch", "some"]).args(&words[at..]);
    with_watch.stdin(Stdio::piped()).stdout(Stdio::piped()).creation_flags(CREATE_NO_WINDOW);
    command = with_watch;
    let child = start(&mut command);
    let guard = Process::open(child.id());
    let mut guarded = Guarded { child, guard, servers: servers(&ready) };
    stays(&scene, &guarded);
    fs::remove_file(&ready).unwrap();
    let (code, said) = scene.stage.run(&["restart"]);
    assert_eq!(code, 0, "{said}");
    assert!(guarded.servers.iter().all(Process::has_ended), "of the old one nothing is left");
    guarded.servers = servers(&ready);
    guarded.say("exit 7");
    guarded.is_gone_in_time(Kind::Family);
    assert_eq!(guarded.code(), CODE);
}

/// What is left both pipes takes nothing of what the client says.
#[test]
fn who_takes_nothing_does_not_keep_the_client_waiting_for_ever() {
    let scene = Scene::new();
    let mut command = scene.stage.program();
    // A launcher of somebody who never reads.
    command.args(["guard", "--"]).arg(scene.stage.python()).arg("launch.py").arg(scene.stage.python());
    command.args(["family.py", "grandchild"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).creation_flags(CREATE_NO_WINDOW);
    let mut child = start(&mut command);
    // To wait for a child would close its input.
    let mut input = child.stdin.take().unwrap();
    writeln!(input, "is anybody there?").unwrap();
    let begin = Instant::now();
    assert_eq!(child.wait().unwrap().code(), Some(CODE), "{}", scene.stage.log());
    assert!(begin.elapsed() > Duration::from_secs(3), "it was given no time: {:?}", begin.elapsed());
    assert!(scene.stage.log().contains("takes nothing"), "{}", scene.stage.log());
}
