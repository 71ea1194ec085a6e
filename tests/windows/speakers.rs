//! Whose launcher has ended is judged by its input: it is in use as long as the client has the other end.

use std::fs;
use std::os::windows::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::slice;
use std::time::Duration;

use shimkeeper::act::{Act, Machine as Hands};
use shimkeeper::core::moment::Now;
use shimkeeper::core::plan::Grounds;
use shimkeeper::core::{Instance, Memory, Moment, Refusal, Runs, Target, UnixTime, Watch, diagnose};
use shimkeeper::sense::{Machine, Sense};

use super::guard::process::Process;
use super::stage::{LIVED_LONG, Shim, Stage, answers, eventually, pids, shim_of};

const CREATE_NO_WINDOW: u32 = 0x0800_0000;

/// A shim that has a port, with a grip on it: how it has ended tells who has ended it.
struct Server {
    shim: Shim,
    process: Process,
}

impl Server {
    fn at(ready: &Path) -> Self {
        let shim = shim_of(ready);
        Self { shim, process: Process::open(u32::try_from(shim.pid).unwrap()) }
    }

    #[track_caller]
    fn lives(&self) {
        match self.process.exit_code() {
            None => assert!(answers(self.shim.port), "it lives and does not answer"),
            Some(LIVED_LONG) => panic!("its own life was over: this story took too long"),
            Some(code) => panic!("it was ended, with {code:#x}"),
        }
    }
}

/// A shim whose launcher has ended; this test is the client.
fn launched(stage: &Stage, input: Stdio, output: Stdio) -> (Child, Server) {
    let ready = stage.ready_file("ready");
    let mut launcher = Command::new(stage.python());
    launcher.arg("launch.py").arg(stage.python()).args(["run_ws_shim.py", "--port", "0", "--ready"]);
    launcher.arg(&ready).stdin(input).stdout(output).creation_flags(CREATE_NO_WINDOW);
    let mut child = launcher.spawn().unwrap();
    let server = Server::at(&ready);
    let input = child.stdin.take();
    eventually("the launcher has ended", || child.try_wait().unwrap().is_some());
    child.stdin = input;
    stage.watch(server.shim.port);
    (child, server)
}

#[track_caller]
fn is_spared(stage: &Stage, server: &Server, state: &str) {
    let (_, watch) = stage.status();
    server.lives();
    assert_eq!(watch["instances"][0]["state"], state, "{watch:#}");
    let (_, report) = stage.json(&["cleanup", "--json"]);
    assert!(pids(&report["ended"]).is_empty(), "{report:#}");
    server.lives();
}

#[track_caller]
fn is_ended(stage: &Stage, server: &Server) {
    server.lives();
    let (code, watch) = stage.status();
    assert_eq!((code, watch["verdict"].as_str()), (1, Some("orphaned")), "{watch:#}");
    let (_, report) = stage.json(&["cleanup", "--json"]);
    assert_eq!(pids(&report["ended"]), [server.shim.pid], "{report:#}");
    assert!(!answers(server.shim.port));
}

#[test]
fn a_pipe_as_node_makes_it_keeps_a_server_until_its_client_closes_it() {
    let stage = Stage::new();
    let (mut client, server) = launched(&stage, Stdio::piped(), Stdio::piped());
    is_spared(&stage, &server, "adopted");
    let (_, watch) = stage.status();
    let evidence = watch["instances"][0]["evidence"].to_string();
    assert!(evidence.contains(&std::process::id().to_string()), "it names this test: {evidence}");
    drop(client.stdin.take());
    is_ended(&stage, &server);
}

#[test]
fn a_pipe_as_python_makes_it_keeps_a_server_until_its_client_closes_it() {
    let stage = Stage::new();
    let (theirs, ours) = std::io::pipe().unwrap();
    let (heard, theirs_too) = std::io::pipe().unwrap();
    let (_, server) = launched(&stage, theirs.into(), theirs_too.into());
    is_spared(&stage, &server, "adopted");
    drop(ours);
    is_ended(&stage, &server);
    drop(heard);
}

#[test]
fn a_server_whose_launcher_has_ended_ends_with_its_client() {
    let mut stage = Stage::new();
    let (python, base) = (stage.python(), stage.python());
    let ready = stage.ready_file("ready");
    let mut client = Command::new(stage.client_program());
    client.arg(python).arg("launch.py").arg(base);
    client.args(["run_ws_shim.py", "--port", "0", "--ready"]).arg(&ready);
    client.stdin(Stdio::null()).stdout(Stdio::null());
    let client = stage.keep(client.spawn().unwrap());
    let server = Server::at(&ready);
    stage.watch(server.shim.port);
    is_spared(&stage, &server, "adopted");
    stage.crash(client);
    is_ended(&stage, &server);
}

/// The only instance of a watch, as a look finds it.
fn instance() -> Instance {
    let watch = Watch { runs: Runs::script("run_ws_shim.py"), ..Watch::exai() };
    let now = Now { moment: Moment(Duration::from_secs(1)), wall: UnixTime(0), births: 0 };
    let snapshot = Machine::new().look(slice::from_ref(&watch), now);
    let mut instances = diagnose(&snapshot, &watch, &Memory::default(), now.moment).instances;
    assert_eq!(instances.len(), 1, "{instances:#?}");
    instances.remove(0)
}

#[test]
fn whoever_has_the_other_end_right_before_the_end_spares_what_was_planned() {
    let stage = Stage::new();
    let (mut client, server) = launched(&stage, Stdio::piped(), Stdio::piped());
    let planned = [Target { grounds: Grounds::Unused, ..Target::asked_for(&instance()) }];
    let report = Hands.end(&planned, Duration::from_secs(1));
    assert!(report.ended.is_empty(), "{report:#?}");
    assert_eq!(report.refused.iter().map(|refused| refused.why).collect::<Vec<_>>(), [Refusal::InUse]);
    server.lives();
    drop(client.stdin.take());
    let report = Hands.end(&planned, Duration::from_secs(1));
    let ended: Vec<u64> = report.ended.iter().map(|ended| ended.pid.get().into()).collect();
    assert_eq!(ended, [server.shim.pid], "{report:#?}");
}

#[test]
fn a_single_look_names_the_client_and_not_the_launcher_between() {
    let mut stage = Stage::new();
    let (python, base) = (stage.python(), stage.python());
    let ready = stage.ready_file("ready");
    let mut client = Command::new(stage.client_program());
    client.arg(python).arg("launch.py").arg(base);
    client.args(["run_ws_shim.py", "--port", "0", "--ready"]).arg(&ready);
    client.stdin(Stdio::null()).stdout(Stdio::null());
    let client = client.spawn().unwrap();
    let number = client.id();
    let client = stage.keep(client);
    let server = Server::at(&ready);
    stage.watch(server.shim.port);
    stage.crash(client);
    let (_, watch) = stage.status();
    let instance = &watch["instances"][0];
    assert_eq!(instance["client"]["pid"], number, "{instance:#}");
    let evidence = instance["evidence"].to_string();
    assert!(
        evidence.contains(&format!("its client {number}, which had made its input, ended")),
        "{evidence}"
    );
}

#[test]
fn an_end_that_was_left_to_a_sibling_spares_the_server() {
    let mut stage = Stage::new();
    let (python, base) = (stage.python(), stage.python());
    let (ready, leaks) = (stage.ready_file("ready"), stage.ready_file("leaks"));
    let mut client = Command::new(stage.client_program());
    client.arg(python).arg("launch.py").arg(base);
    client.args(["run_ws_shim.py", "--port", "0", "--ready"]).arg(&ready).env("ACTOR_LEAKS_TO", &leaks);
    client.stdin(Stdio::null()).stdout(Stdio::null());
    let client = stage.keep(client.spawn().unwrap());
    let server = Server::at(&ready);
    eventually("the sibling is there", || leaks.exists());
    let sibling = Process::open(fs::read_to_string(&leaks).unwrap().parse().unwrap());
    stage.watch(server.shim.port);
    stage.crash(client);
    is_spared(&stage, &server, "unseen");
    // Ended when it is dropped.
    drop(sibling);
    is_ended(&stage, &server);
}

#[test]
fn who_cannot_be_asked_is_not_waited_for() {
    let mut stage = Stage::new();
    let python = stage.python();
    let (client, shim) = stage.client(&python, &["--port", "0"], &[("ACTOR_NO_CONSOLE", "1")]);
    stage.configure(&format!(
        "orphan_grace = \"0s\"\nstop_grace = \"40s\"\n[[watch]]\nname = \"exai-mcp\"\nport = {}\n\
         script = \"run_ws_shim.py\"\n",
        shim.port
    ));
    stage.crash(client);
    let begin = std::time::Instant::now();
    let (code, said) = stage.run(&["cleanup"]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("by force: there was no way to ask it"), "{said}");
    assert!(begin.elapsed().as_secs() < 30, "it was waited for");
    assert!(!answers(shim.port));
}
