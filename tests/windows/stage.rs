//! A stage for one story: a folder, programs under the names that clients know, and our own program.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;

/// A folder of its own with `client.exe`, `python.exe` and a configuration. Whoever was started here
/// ends when it is dropped.
pub(crate) struct Stage {
    folder: PathBuf,
    children: Vec<Child>,
}

/// A shim that said that it is ready.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shim {
    pub(crate) pid: u64,
    pub(crate) port: u16,
}

impl Stage {
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("sk {}-{number}", std::process::id()));
        let stage = Self { folder, children: Vec::new() };
        for place in ["client", "python", "venv"] {
            fs::create_dir_all(stage.folder.join(place)).unwrap();
        }
        let actor = built().join("examples").join("actor.exe");
        fs::copy(&actor, stage.client_program()).unwrap();
        fs::copy(&actor, stage.python()).unwrap();
        fs::copy(&actor, stage.venv_python()).unwrap();
        stage
    }

    /// The interpreter itself.
    pub(crate) fn python(&self) -> PathBuf {
        self.folder.join("python").join("python.exe")
    }

    /// The redirector of a virtual environment.
    pub(crate) fn venv_python(&self) -> PathBuf {
        self.folder.join("venv").join("python.exe")
    }

    /// Starts a client that starts a shim, and waits until that is ready.
    pub(crate) fn client(
        &mut self,
        python: &Path,
        words: &[&str],
        environment: &[(&str, &str)],
    ) -> (usize, Shim) {
        let ready = self.folder.join(format!("ready-{}", self.children.len()));
        let mut command = Command::new(self.client_program());
        command.arg(python).arg("run_ws_shim.py").args(words).arg("--ready").arg(&ready);
        command.envs(environment.iter().copied());
        command.stdin(Stdio::null()).stdout(Stdio::null());
        self.children.push(command.spawn().unwrap());
        (self.children.len() - 1, shim_of(&ready))
    }

    /// Takes care of one that a story has started.
    pub(crate) fn keep(&mut self, child: Child) -> usize {
        self.children.push(child);
        self.children.len() - 1
    }

    /// Ends a client as a crash does. What it started stays.
    pub(crate) fn crash(&mut self, client: usize) {
        self.children[client].kill().unwrap();
        self.children[client].wait().unwrap();
    }

    /// Writes a configuration: nothing is too young here.
    pub(crate) fn watch(&self, port: u16) {
        let text = format!(
            "orphan_grace = \"0s\"\nstop_grace = \"2s\"\n[[watch]]\nname = \"exai-mcp\"\nport = {port}\n\
             script = \"run_ws_shim.py\"\n"
        );
        self.configure(&text);
    }

    /// Runs our program and returns its exit code and what it said.
    #[track_caller]
    pub(crate) fn run(&self, words: &[&str]) -> (i32, String) {
        let output = heard(self.program().args(words).stdin(Stdio::null()));
        let complaints = String::from_utf8_lossy(&output.stderr);
        if !complaints.trim().is_empty() {
            eprintln!("{words:?}: {complaints}");
        }
        (output.status.code().unwrap(), String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Runs the tray's program and returns the same. It has no console of its own.
    #[track_caller]
    pub(crate) fn run_tray(&self, words: &[&str]) -> (i32, String) {
        let mut command = Command::new(built().join("shimkeeper-tray.exe"));
        let output = heard(command.arg("--home").arg(&self.folder).args(words).stdin(Stdio::null()));
        let said = [output.stdout, output.stderr].concat();
        (output.status.code().unwrap(), String::from_utf8_lossy(&said).into_owned())
    }

    /// Everything that was logged so far.
    pub(crate) fn log(&self) -> String {
        let Ok(entries) = fs::read_dir(self.folder.join("logs")) else { return String::new() };
        entries.flatten().filter_map(|entry| fs::read_to_string(entry.path()).ok()).collect()
    }

    /// Writes any other configuration.
    pub(crate) fn configure(&self, text: &str) {
        fs::write(self.folder.join("config.toml"), text).unwrap();
    }

    /// A place in the folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Our program with the configuration of this stage, to be given more words.
    pub(crate) fn program(&self) -> Command {
        let mut command = Command::new(built().join("shimkeeper.exe"));
        command.arg("--home").arg(&self.folder);
        command
    }

    /// What plays a client.
    pub(crate) fn client_program(&self) -> PathBuf {
        self.folder.join("client").join("client.exe")
    }

    /// Runs our program and reads its JSON.
    #[track_caller]
    pub(crate) fn json(&self, words: &[&str]) -> (i32, Value) {
        let (code, text) = self.run(words);
        let value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
        (code, value)
    }

    /// The one watch of `status --json`.
    #[track_caller]
    pub(crate) fn status(&self) -> (i32, Value) {
        let (code, mut value) = self.json(&["status", "--json"]);
        (code, value["watches"][0].take())
    }

    /// A file in which somebody who is started here says that it is ready.
    pub(crate) fn ready_file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        for child in &mut self.children {
            // Most have ended.
            let _ = child.kill();
            let _ = child.wait();
        }
        // Shims end by their clients' end or after ten minutes; what is left over is litter, not harm.
        let _ = self.run(&["cleanup"]);
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// What a program says until it has ended, by files. A pipe would be waited for as long as anybody has its other end: wine's
/// own `explorer.exe`, which inherits it from whoever needs a desktop first, keeps it until no other program is left.
#[track_caller]
pub(crate) fn heard(command: &mut Command) -> Output {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let place = |name| std::env::temp_dir().join(format!("sk said {}-{number} {name}", std::process::id()));
    let [output, complaints] = [place("output"), place("complaints")];
    command.stdout(fs::File::create(&output).unwrap()).stderr(fs::File::create(&complaints).unwrap());
    let status = command.status().unwrap();
    let said = |path: PathBuf| {
        let said = fs::read(&path).unwrap();
        // Somebody else may still have it.
        let _ = fs::remove_file(path);
        said
    };
    Output { status, stdout: said(output), stderr: said(complaints) }
}

/// Says that a test could not run here.
pub(crate) fn skip(test: &str, why: &str) {
    use std::io::Write;
    let line = format!("SKIPPED: {test}: {why}\n");
    eprint!("{line}");
    if let Some(path) = std::env::var_os("SHIMKEEPER_SKIPS") {
        let mut file = fs::File::options().create(true).append(true).open(path).unwrap();
        file.write_all(line.as_bytes()).unwrap();
    }
}

/// Waits for a shim's word.
#[track_caller]
pub(crate) fn shim_of(ready: &Path) -> Shim {
    let mut said = String::new();
    eventually("the shim is ready", || {
        said = fs::read_to_string(ready).unwrap_or_default();
        !said.is_empty()
    });
    let (pid, port) = said.split_once(' ').unwrap();
    Shim { pid: pid.parse().unwrap(), port: port.parse().unwrap() }
}

#[track_caller]
pub(crate) fn eventually(what: &str, mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < Duration::from_secs(30), "timed out waiting until {what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// A port that nobody uses now.
pub(crate) fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// How the actor ends whom nobody has ended.
pub(crate) const LIVED_LONG: u32 = 77;

/// Whether somebody listens there.
pub(crate) fn answers(port: u16) -> bool {
    std::net::TcpStream::connect(("127.0.0.1", port)).is_ok()
}

/// The folder with the programs: the tests stand in one below it.
pub(crate) fn built() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    test.parent().and_then(Path::parent).unwrap().to_owned()
}

/// The pids of an array of JSON.
pub(crate) fn pids(array: &Value) -> Vec<u64> {
    let one = |value: &Value| value.as_u64().or_else(|| value["pid"].as_u64()).unwrap();
    array.as_array().unwrap().iter().map(one).collect()
}
