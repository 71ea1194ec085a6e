//! The program under test, with a home and a configuration of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::bed::Bed;
use super::spawned::{Spawned, Talk};
use super::{PATIENCE, eventually_some};

/// A home folder with a configuration, and the console program run against it.
pub(crate) struct Keeper<'a> {
    bed: &'a Bed,
    home: PathBuf,
}

impl Bed {
    /// Watches `port` for the bed's own shim, without any grace: a look is a verdict.
    pub(crate) fn keeper(&self, port: u16) -> Keeper<'_> {
        self.keeper_with(port, "")
    }

    /// The same, with more lines for the `[[watch]]` table.
    pub(crate) fn keeper_with(&self, port: u16, more: &str) -> Keeper<'_> {
        self.configured(port, "1s", more)
    }

    /// Takes its time between asking and forcing, so that the work itself can be watched.
    pub(crate) fn patient_keeper(&self, port: u16) -> Keeper<'_> {
        self.configured(port, "6s", "")
    }

    fn configured(&self, port: u16, stop_grace: &str, more: &str) -> Keeper<'_> {
        let home = self.fresh("home");
        fs::create_dir(&home).unwrap();
        let script = self.script();
        let text = format!(
            "poll_interval = \"0.3s\"\n\
             orphan_grace = \"0s\"\n\
             stop_grace = \"{stop_grace}\"\n\n\
             [[watch]]\n\
             name = \"exai-mcp\"\n\
             port = {port}\n\
             script = \"{script}\"\n\
             {more}\n"
        );
        fs::write(home.join("config.toml"), text).unwrap();
        Keeper { bed: self, home }
    }
}

impl Bed {
    /// Runs a program to its end.
    #[track_caller]
    pub(crate) fn run(&self, command: &mut Command) -> Outcome {
        // Files instead of pipes: a child of the program that lives on holds no pipe open.
        let (out, err) = (self.fresh("stdout"), self.fresh("errors"));
        command.stdout(fs::File::create(&out).unwrap()).stderr(fs::File::create(&err).unwrap());
        let mut process = Spawned::start(command);
        let status = eventually_some("shimkeeper has ended", PATIENCE * 2, || process.ended());
        Outcome {
            asked: format!("{command:?}"),
            code: status.code(),
            stdout: fs::read_to_string(out).unwrap(),
            stderr: fs::read_to_string(err).unwrap(),
        }
    }
}

impl Keeper<'_> {
    pub(crate) fn home(&self) -> &Path {
        &self.home
    }

    /// Writes another configuration in place of the one that is there.
    pub(crate) fn configure(&self, text: impl AsRef<[u8]>) {
        fs::write(self.home.join("config.toml"), text).unwrap();
    }

    /// Runs `shimkeeper` to its end.
    #[track_caller]
    pub(crate) fn run(&self, arguments: &[&str]) -> Outcome {
        self.run_with(arguments, |_| ())
    }

    /// The same with changes to its surroundings.
    #[track_caller]
    pub(crate) fn run_with(&self, arguments: &[&str], change: impl FnOnce(&mut Command)) -> Outcome {
        let mut command = self.console();
        command.args(arguments);
        change(&mut command);
        self.bed.run(&mut command)
    }

    /// Starts `shimkeeper` and listens to what it says.
    #[track_caller]
    pub(crate) fn talk(&self, arguments: &[&str]) -> Talk {
        Talk::start(self.console().args(arguments))
    }

    /// The console program with this home.
    pub(crate) fn console(&self) -> Command {
        self.command(env!("CARGO_BIN_EXE_shimkeeper"))
    }

    /// Everything that was logged so far.
    pub(crate) fn log(&self) -> String {
        let Ok(entries) = fs::read_dir(self.home.join("logs")) else { return String::new() };
        entries.flatten().filter_map(|entry| fs::read_to_string(entry.path()).ok()).collect()
    }

    /// A marked command with this home, for programs that are driven by hand.
    pub(crate) fn command(&self, program: &str) -> Command {
        let mut command = self.bed.command(program);
        command.arg("--home").arg(&self.home);
        command
    }
}

/// What a run left behind.
#[derive(Debug)]
pub(crate) struct Outcome {
    asked: String,
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Outcome {
    #[track_caller]
    pub(crate) fn expect_code(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self}");
        self
    }

    #[track_caller]
    pub(crate) fn says(self, sentence: &str) -> Self {
        assert!(self.stdout.contains(sentence), "expected `{sentence}` of {self}");
        self
    }

    #[track_caller]
    pub(crate) fn complains(self, sentence: &str) -> Self {
        assert!(self.stderr.contains(sentence), "expected the complaint `{sentence}` of {self}");
        self
    }

    /// The whole of stdout as JSON: one stray line on stdout fails the test.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        match serde_json::from_str(&self.stdout) {
            Ok(value) => value,
            Err(error) => panic!("no JSON ({error}): {self}"),
        }
    }
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { asked, code, stdout, stderr } = self;
        write!(f, "`{asked}` ended with {code:?}\n-- stdout --\n{stdout}\n-- stderr --\n{stderr}")
    }
}
