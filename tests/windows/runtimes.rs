//! The real runtimes: `node.exe` and Python for Windows, where `scripts/test-windows` could fetch them.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::stage::{Stage, eventually, free_port, pids};

/// A server that says what it hears, and who it is in the file `ready` beside it.
const PYTHON_SERVER: &str = "import os, sys\n\
    open('ready.new', 'w').write(str(os.getpid()))\n\
    os.replace('ready.new', 'ready')\n\
    for line in sys.stdin:\n    print('heard ' + line.strip(), flush=True)\n";

const PYTHON_LAUNCHER: &str =
    "import os, sys\nos.execv(sys.executable, [sys.executable, 'run_std_shim.py'])\n";

const NODE_SERVER: &str = "const fs = require('fs');\n\
    fs.writeFileSync('ready.new', String(process.pid)); fs.renameSync('ready.new', 'ready');\n\
    require('readline').createInterface({input: process.stdin})\n\
    .on('line', line => console.log('heard ' + line)).on('close', () => process.exit(0));\n";

const NODE_LAUNCHER: &str = "require('child_process').spawn(process.execPath, ['run_std_shim.js'], \
    {detached: true, stdio: 'inherit'}).unref();\n";

struct Runtime {
    program: PathBuf,
    launcher: &'static str,
    server: &'static str,
    ending: &'static str,
}

/// `None` where it is not there, which is said.
fn runtime(test: &str, name: &str) -> Option<Runtime> {
    let folder = std::env::var_os("SHIMKEEPER_RUNTIMES").map(PathBuf::from).unwrap_or_default();
    let program = folder.join(name).join(format!("{name}.exe"));
    let found = match name {
        "python" => Runtime { program, launcher: PYTHON_LAUNCHER, server: PYTHON_SERVER, ending: "py" },
        _ => Runtime { program, launcher: NODE_LAUNCHER, server: NODE_SERVER, ending: "js" },
    };
    if found.program.exists() {
        return Some(found);
    }
    super::stage::skip(test, &format!("{name}.exe could not be fetched"));
    None
}

impl Runtime {
    fn write(&self, stage: &Stage) {
        let file = |name: &str| stage.path(&format!("{name}.{}", self.ending));
        fs::write(file("launch"), self.launcher).unwrap();
        fs::write(file("run_std_shim"), self.server).unwrap();
    }

    fn launcher(&self) -> String {
        format!("launch.{}", self.ending)
    }
}

/// The number of the server, whose launcher has ended.
#[track_caller]
fn says_hello(stage: &Stage, child: &mut Child) -> (u64, BufReader<std::process::ChildStdout>) {
    let ready = stage.path("ready");
    eventually("the server is ready", || ready.exists());
    let mut output = BufReader::new(child.stdout.take().unwrap());
    assert_eq!(ask(child, &mut output, "hello"), "heard hello");
    (fs::read_to_string(ready).unwrap().parse().unwrap(), output)
}

#[track_caller]
fn ask(child: &mut Child, output: &mut impl BufRead, line: &str) -> String {
    writeln!(child.stdin.as_mut().unwrap(), "{line}").unwrap();
    let mut heard = String::new();
    output.read_line(&mut heard).unwrap();
    heard.trim().to_owned()
}

#[test]
fn a_guard_goes_on_after_pythons_execv() {
    goes_on("a_guard_goes_on_after_pythons_execv", "python");
}

#[test]
fn a_guard_goes_on_with_what_node_has_detached() {
    goes_on("a_guard_goes_on_with_what_node_has_detached", "node");
}

fn goes_on(test: &str, name: &str) {
    let Some(runtime) = runtime(test, name) else { return };
    let stage = Stage::new();
    stage.configure("stop_grace = \"300ms\"\n");
    runtime.write(&stage);
    let mut guard = stage.program();
    guard.args(["guard", "--"]).arg(&runtime.program).arg(runtime.launcher()).current_dir(stage.path(""));
    let mut guard = guard.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let (_, mut output) = says_hello(&stage, &mut guard);
    let begin = Instant::now();
    while begin.elapsed() < Duration::from_secs(3) {
        assert_eq!(ask(&mut guard, &mut output, "still there?"), "heard still there?", "{}", stage.log());
        std::thread::sleep(Duration::from_millis(100));
    }
    drop(guard.stdin.take());
    eventually("the guard has ended", || guard.try_wait().unwrap().is_some());
    assert_eq!(guard.wait().unwrap().code(), Some(0));
}

#[test]
fn cleanup_spares_a_server_that_pythons_execv_has_left_to_its_client() {
    is_spared("cleanup_spares_a_server_that_pythons_execv_has_left_to_its_client", "python");
}

#[test]
fn cleanup_spares_a_server_that_node_has_detached() {
    is_spared("cleanup_spares_a_server_that_node_has_detached", "node");
}

fn is_spared(test: &str, name: &str) {
    let Some(runtime) = runtime(test, name) else { return };
    let stage = Stage::new();
    stage.configure(&format!(
        "orphan_grace = \"0s\"\n[[watch]]\nname = \"std\"\nport = {}\nlistens = \"never\"\n\
         script = \"run_std_shim.{}\"\n",
        free_port(),
        runtime.ending
    ));
    runtime.write(&stage);
    let mut client = Command::new(&runtime.program);
    client.arg(runtime.launcher()).current_dir(stage.path(""));
    let mut client =
        client.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let (server, mut output) = says_hello(&stage, &mut client);
    let input = client.stdin.take();
    eventually("the launcher has ended", || client.try_wait().unwrap().is_some());
    client.stdin = input;
    let (_, watch) = stage.status();
    let instance = &watch["instances"][0];
    assert_eq!((&instance["pid"], &instance["state"]), (&server.into(), &"adopted".into()), "{watch:#}");
    let (_, report) = stage.json(&["cleanup", "--json"]);
    assert!(pids(&report["ended"]).is_empty(), "{report:#}");
    assert_eq!(ask(&mut client, &mut output, "still there?"), "heard still there?");
}
