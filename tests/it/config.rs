//! Every broken configuration is told apart: which line, which key, what is wrong, what to do.

#[cfg(not(target_os = "linux"))]
#[path = "../support/scratch.rs"]
mod scratch;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use shimkeeper::config::{Config, ConfigError, Missing, load};
use shimkeeper::core::runs::What;
use shimkeeper::core::{Listens, PathStyle, Port};

#[cfg(target_os = "linux")]
use crate::support::scratch::Scratch;
#[cfg(not(target_os = "linux"))]
use scratch::Scratch;

/// A mistake: the text, and the key, the part of the sentence and the line that tell of it.
type Mistake = (&'static str, Option<&'static str>, &'static str, Option<usize>);

const MISTAKES: &[Mistake] = &[
    // Keys that nobody knows, or that stand where they mean nothing.
    ("pol_interval = \"2s\"", Some("pol_interval"), "no key \"pol_interval\"", Some(1)),
    ("toasts = true\n\nautoCleanup = true", Some("autoCleanup"), "no key \"autoCleanup\"", Some(3)),
    ("[[watch]]\nprot = 3005", Some("watch.prot"), "no key \"prot\"", Some(2)),
    ("watch = [{ nam = \"a\" }]", Some("watch.nam"), "no key \"nam\"", Some(1)),
    ("port = 3005", Some("port"), "belongs to a watch", Some(1)),
    ("[[watch]]\nname = \"a\"\ntoasts = false", Some("watch.toasts"), "does not belong to a watch", Some(3)),
    ("[watch]\nname = \"a\"", Some("watch"), "a table, not a list of watches", Some(1)),
    ("watch = []", Some("watch"), "nothing would be watched", Some(1)),
    ("watch = [3005]", Some("watch"), "an integer, not a list of watches", Some(1)),
    // Wrong types.
    ("poll_interval = 2", Some("poll_interval"), "an integer, not a time", Some(1)),
    ("auto_cleanup = \"yes\"", Some("auto_cleanup"), "a string, not true or false", Some(1)),
    ("toasts = 1", Some("toasts"), "an integer, not true or false", Some(1)),
    ("[[watch]]\nport = \"3005\"", Some("watch.port"), "a string, not a whole number", Some(2)),
    ("[[watch]]\nport = 3005.0", Some("watch.port"), "a float, not a whole number", Some(2)),
    ("[[watch]]\nname = 7", Some("watch.name"), "an integer, not a string", Some(2)),
    ("[[watch]]\nscript = [\"a.py\"]", Some("watch.script"), "an array, not a string", Some(2)),
    ("[[watch]]\nlistens = true", Some("watch.listens"), "a boolean, not a string", Some(2)),
    (
        "[[watch]]\ncommand = \"python a.py\"",
        Some("watch.command"),
        "a string, not a list of strings",
        Some(2),
    ),
    (
        "[[watch]]\ncommand = [\n  \"sh\",\n  3005,\n]",
        Some("watch.command"),
        "an integer, not a string",
        Some(4),
    ),
    ("[[watch]]\ncwd = false", Some("watch.cwd"), "a boolean, not a string", Some(2)),
    ("[[watch]]\nenv_file = 2026-11-22", Some("watch.env_file"), "a datetime, not a string", Some(2)),
    ("[[watch]]\nprotect = \"a\"", Some("watch.protect"), "a string, not a list of strings", Some(2)),
    // Times.
    ("poll_interval = \"2\"", Some("poll_interval"), "\"2\" is not a time", Some(1)),
    ("poll_interval = \"\"", Some("poll_interval"), "\"\" is not a time", Some(1)),
    ("poll_interval = \"199ms\"", Some("poll_interval"), "\"199ms\" is out of range", Some(1)),
    ("poll_interval = \"61m\"", Some("poll_interval"), "\"61m\" is out of range", Some(1)),
    ("orphan_grace = \"-1s\"", Some("orphan_grace"), "\"-1s\" is not a time", Some(1)),
    ("orphan_grace = \"1.1h\"", Some("orphan_grace"), "\"1.1h\" is out of range", Some(1)),
    ("\nstop_grace = \"61s\"", Some("stop_grace"), "\"61s\" is out of range", Some(2)),
    // Ports.
    ("[[watch]]\nport = 0", Some("watch.port"), "0 is not a port", Some(2)),
    ("[[watch]]\nport = 65536", Some("watch.port"), "65536 is not a port", Some(2)),
    ("[[watch]]\nport = -1", Some("watch.port"), "-1 is not a port", Some(2)),
    ("[[watch]]\nport = 99999999999999999999", Some("watch.port"), "is not a port", Some(2)),
    // Words.
    ("[[watch]]\nlistens = \"sometimes\"", Some("watch.listens"), "\"sometimes\" is not known", Some(2)),
    ("[[watch]]\nlistens = \"Never\"", Some("watch.listens"), "\"Never\" is not known", Some(2)),
    ("[[watch]]\nname = \"\"", Some("watch.name"), "empty", Some(2)),
    ("[[watch]]\nname = \" \"", Some("watch.name"), "empty", Some(2)),
    ("[[watch]]\nname = \"a\\nb\"", Some("watch.name"), "cannot be shown", Some(2)),
    ("[[watch]]\nscript = \"\"", Some("watch.script"), "empty", Some(2)),
    ("[[watch]]\ncommand = [\"\"]", Some("watch.command"), "empty", Some(2)),
    ("[[watch]]\ncommand = [\"sh\", \"a\\u0000\"]", Some("watch.command"), "cannot be shown", Some(2)),
    ("[[watch]]\nprotect = [\"a\",\n\"\"]", Some("watch.protect"), "empty", Some(3)),
    ("[[watch]]\ncwd = \"\"", Some("watch.cwd"), "empty", Some(2)),
    // How the server is run.
    ("[[watch]]\nmodul = \"a.b\"", Some("watch.modul"), "no key \"modul\"", Some(2)),
    (
        "[[watch]]\nscript = \"a.py\"\nmodule = \"a\"",
        Some("watch.module"),
        "line 2 says by script already",
        Some(3),
    ),
    (
        "[[watch]]\nprogram = \"srv\"\nmodule = \"a\"",
        Some("watch.program"),
        "line 3 says by module already",
        Some(2),
    ),
    ("[[watch]]\nargs = [\"mcp\"]", Some("watch.args"), "whose arguments these are", Some(2)),
    (
        "[[watch]]\nscript = \"a.py\"\nargs = \"mcp\"",
        Some("watch.args"),
        "a string, not a list of strings",
        Some(3),
    ),
    ("[[watch]]\nscript = \"a.py\"\nargs = [\"\"]", Some("watch.args"), "empty", Some(3)),
    ("[[watch]]\nmodule = \"pkg/server.py\"", Some("watch.module"), "not the name of a module", Some(2)),
    ("[[watch]]\nmodule = \"server.py\"", Some("watch.module"), "not the name of a module", Some(2)),
    ("[[watch]]\nmodule = \"a..b\"", Some("watch.module"), "not the name of a module", Some(2)),
    ("[[watch]]\npackage = \"./pkg\"", Some("watch.package"), "not the name of a package", Some(2)),
    ("[[watch]]\npackage = \"a/b\"", Some("watch.package"), "not the name of a package", Some(2)),
    ("[[watch]]\npackage = \"@a\"", Some("watch.package"), "not the name of a package", Some(2)),
    ("[[watch]]\nprogram = \"/usr/bin/python3.12\"", Some("watch.program"), "runs much else", Some(2)),
    ("[[watch]]\nscript = \"node\"", Some("watch.script"), "runs much else", Some(2)),
    (
        "[[watch]]\nmodule = \"a\"\nlistens = \"always\"",
        Some("watch.listens"),
        "no port on which its server could listen",
        Some(3),
    ),
    // Two watches in each other's way.
    (
        "[[watch]]\nname = \"a\"\nport = 1\n[[watch]]\nname = \"a\"\nport = 2",
        Some("watch.name"),
        "line 2 has the name \"a\" too",
        Some(5),
    ),
    (
        "[[watch]]\nname = \"a\"\nport = 1\n[[watch]]\nname = \"b\"\nport = 1",
        Some("watch.port"),
        "\"a\" in line 3 has the port 1 too",
        Some(6),
    ),
    (
        "[[watch]]\nname = \"a\"\n\n[[watch]]\nname = \"b\"",
        Some("watch.port"),
        "line 1 has the port 3005 too",
        Some(4),
    ),
    ("[[watch]]\nport = 1\n\n[[watch]]\nport = 2", Some("watch.name"), "\"exai-mcp\" too", Some(4)),
    // What is not there.
    ("[[watch]]\ncwd = \"nowhere\"", Some("watch.cwd"), "there is no folder", Some(2)),
    ("[[watch]]\ncwd = \"config.toml\"", Some("watch.cwd"), "there is no folder", Some(2)),
    ("[[watch]]\nenv_file = \"nowhere.env\"", Some("watch.env_file"), "there is no file", Some(2)),
    ("[[watch]]\nenv_file = \".\"", Some("watch.env_file"), "not a file", Some(2)),
    ("[[watch]]\nenv_file = \"broken.env\"", Some("watch.env_file"), "line 2 of", Some(2)),
    (
        "[[watch]]\ncommand = [\"/nowhere/python\"]",
        Some("watch.command"),
        "no program /nowhere/python",
        Some(2),
    ),
    ("[[watch]]\ncommand = [\"./python\", \"a.py\"]", Some("watch.command"), "there is no program", Some(2)),
    (
        "[[watch]]\ncommand = [\"shimkeeper-has-no-such-program\"]",
        Some("watch.command"),
        "in no folder of PATH",
        Some(2),
    ),
    ("[[watch]]\ncwd = \"/nowhere\"\ncommand = [\"sh\"]", Some("watch.cwd"), "no folder /nowhere", Some(2)),
    // No TOML.
    ("toasts = ", None, "not valid TOML", Some(1)),
    ("toasts = true\ntoasts = false", None, "duplicate key", Some(2)),
    ("\n[[watch]\n", None, "not valid TOML", Some(2)),
    ("toasts = true\ncwd = \"C:\\Project\"", None, "not valid TOML", Some(2)),
    ("toasts = yes", None, "not valid TOML", Some(1)),
];

/// A folder with a configuration and an environment file with a mistake.
struct Folder(Scratch);

impl Folder {
    fn new(config: impl AsRef<[u8]>) -> Self {
        let scratch = Scratch::new();
        fs::write(scratch.path().join("config.toml"), config).unwrap();
        fs::write(scratch.path().join("broken.env"), "A=1\nhunter2\n").unwrap();
        fs::write(scratch.path().join("good.env"), "TOKEN=hunter2\n").unwrap();
        Self(scratch)
    }

    fn config(&self) -> PathBuf {
        self.0.path().join("config.toml")
    }

    fn load(&self) -> Result<Config, ConfigError> {
        load(&self.config(), PathStyle::Unix, Missing::Refused)
    }
}

/// What one problem tells, in the shape of the table.
fn tells((_, key, sentence, line): &Mistake, error: &ConfigError) -> bool {
    let [problem] = &error.problems[..] else { return false };
    problem.key.as_deref() == *key && problem.line == *line && problem.sentence.contains(sentence)
}

#[test]
fn every_mistake_is_told_with_its_line_its_key_and_what_to_do() {
    let mut wrong = Vec::new();
    for mistake in MISTAKES {
        let folder = Folder::new(mistake.0);
        match folder.load() {
            Err(error) if tells(mistake, &error) => {
                let shown = error.to_string();
                assert!(shown.starts_with(&folder.config().display().to_string()), "{shown}");
                assert!(error.hint().is_some(), "no hint: {shown}");
                assert!(!shown.contains("hunter2"), "a secret: {shown}");
            }
            other => wrong.push((mistake, other)),
        }
    }
    assert!(wrong.is_empty(), "{} of {} go wrong: {wrong:#?}", wrong.len(), MISTAKES.len());
}

#[test]
fn the_table_can_fail() {
    let error = Folder::new("[[watch]]\nprot = 3005").load().unwrap_err();
    let right = ("", Some("watch.prot"), "no key \"prot\"", Some(2));
    assert!(tells(&right, &error));
    assert!(!tells(&("", Some("watch.port"), right.2, right.3), &error), "another key");
    assert!(!tells(&("", right.1, "no key \"port\"", right.3), &error), "another sentence");
    assert!(!tells(&("", right.1, right.2, Some(1)), &error), "another line");
    let two = Folder::new("[[watch]]\nprot = 3005\nnam = \"a\"").load().unwrap_err();
    assert!(!tells(&right, &two), "a second problem");
}

#[test]
fn the_nearest_key_is_named() {
    for (text, nearest) in [
        ("pol_interval = \"2s\"", "poll_interval"),
        ("[[watch]]\nprot = 3005", "port"),
        ("[[watch]]\nenv-file = \"a\"", "env_file"),
    ] {
        let error = Folder::new(text).load().unwrap_err();
        assert_eq!(error.hint(), Some(format!("did you mean \"{nearest}\"?").as_str()), "{error}");
    }
    let error = Folder::new("colour = \"red\"").load().unwrap_err();
    assert!(error.hint().unwrap().contains("poll_interval"), "{error}");
}

#[test]
fn all_mistakes_are_told_at_once_in_the_order_of_their_lines() {
    let text = "\
        toasts = 1\n\
        poll_interval = \"2\"\n\
        [[watch]]\n\
        script = \"\"\n\
        port = 0\n\
        env_file = \"nowhere.env\"\n\
        cwd = \"nowhere\"\n\
        command = [\"/nowhere/python\"]\n\
        [[watch]]\n\
        colour = \"red\"\n\
        listens = \"sometimes\"\n\
        name = \"exai-mcp\"\n";
    let error = Folder::new(text).load().unwrap_err();
    let lines: Vec<_> = error.problems.iter().filter_map(|problem| problem.line).collect();
    assert_eq!(lines, [1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12], "{error}");
    assert_eq!(error.to_string().lines().count(), lines.len());
}

#[test]
fn a_file_that_is_no_text_is_refused() {
    let error = Folder::new(b"toasts = true\nname = \"\xff\"\n").load().unwrap_err();
    assert_eq!(error.problems[0].line, Some(2), "{error}");
    assert!(error.to_string().contains("not UTF-8"), "{error}");
    let error = Folder::new(b"\xff\xfet\0o\0").load().unwrap_err();
    assert!(error.hint().unwrap().contains("UTF-8"), "{error}");

    let scratch = Scratch::new();
    let error = load(&scratch.folder("config.toml"), PathStyle::Unix, Missing::Standard).unwrap_err();
    assert!(error.to_string().contains("not a file"), "{error}");
    let error = Folder::new("# \n".repeat(500_000)).load().unwrap_err();
    assert!(error.to_string().contains("larger"), "{error}");
}

#[cfg(unix)]
#[test]
fn a_file_that_may_not_be_read_is_an_error_and_not_the_default() {
    let folder = Folder::new("");
    let below_a_file = folder.config().join("config.toml");
    let error = load(&below_a_file, PathStyle::Unix, Missing::Standard).unwrap_err();
    assert!(error.to_string().contains("cannot read the file"), "{error}");

    let link = folder.0.path().join("link.toml");
    std::os::unix::fs::symlink("nowhere.toml", &link).unwrap();
    assert!(load(&link, PathStyle::Unix, Missing::Standard).is_err());
}

#[test]
fn a_missing_file_is_the_default_unless_the_user_named_it() {
    let path = Path::new("/nowhere/config.toml");
    let config = load(path, PathStyle::Unix, Missing::Standard).unwrap();
    assert_eq!(config, Config::standard());
    let error = load(path, PathStyle::Unix, Missing::Refused).unwrap_err();
    assert_eq!(error.to_string(), "/nowhere/config.toml: the file does not exist");
    assert!(error.hint().unwrap().contains("--config"));
}

#[test]
fn without_a_file_the_exai_shim_is_watched() {
    let config = Folder::new("").load().unwrap();
    assert_eq!(config, Config::standard());
    assert_eq!(config.poll_interval, Duration::from_secs(2));
    assert_eq!([config.orphan_grace, config.stop_grace], [5, 3].map(Duration::from_secs));
    assert_eq!((config.auto_cleanup, config.toasts), (false, true));
    let [watch] = &config.watches[..] else { panic!("{config:?}") };
    assert_eq!(
        (watch.name.as_str(), watch.port_number().unwrap(), watch.runs.what.name()),
        ("exai-mcp", 3005, "run_ws_shim.py")
    );
    assert_eq!(watch.port.map(|port| port.listens), Some(Listens::Maybe));
}

#[test]
fn every_key_is_read() {
    let program = std::env::current_exe().unwrap();
    let text = format!(
        "\u{FEFF}poll_interval = \"0.2s\"\r\n\
         auto_cleanup = true\r\n\
         toasts = false\r\n\
         orphan_grace = \"1h\"\r\n\
         stop_grace = \"0s\"\r\n\
         [[watch]]\r\n\
         name = \"a b\"\r\n\
         port = 0xFFFF\r\n\
         script = \"x/y.py\"\r\n\
         listens = \"always\"\r\n\
         command = ['{}', \"\", \"two\\nlines\"]\r\n\
         cwd = \".\"\r\n\
         env_file = \"good.env\"\r\n\
         protect = [\"mine\"]\r\n",
        program.display()
    );
    let folder = Folder::new(text);
    let config = folder.load().unwrap();
    assert_eq!(config.poll_interval, Duration::from_millis(200));
    assert_eq!([config.orphan_grace, config.stop_grace], [3600, 0].map(Duration::from_secs));
    assert_eq!((config.auto_cleanup, config.toasts), (true, false));
    let [watch] = &config.watches[..] else { panic!("{config:?}") };
    assert_eq!(
        (watch.name.as_str(), watch.port_number().unwrap(), watch.runs.what.name()),
        ("a b", 65535, "x/y.py")
    );
    assert_eq!(watch.port.map(|port| port.listens), Some(Listens::Always));
    assert_eq!(watch.orphan_grace, Duration::from_hours(1));
    assert_eq!(watch.command, [program.to_str().unwrap(), "", "two\nlines"]);
    assert!(Path::new(watch.cwd.as_ref().unwrap()).is_absolute());
    assert_eq!(Path::new(watch.env_file.as_ref().unwrap()), folder.0.path().join("good.env"));
    assert_eq!(watch.protect, ["mine"]);
}

#[test]
fn a_watch_that_never_listens_shares_its_port() {
    let text = "[[watch]]\nname = \"a\"\nlistens = \"never\"\n[[watch]]\nname = \"b\"\nlistens = \"never\"\n[[watch]]\nname = \"c\"\n";
    assert_eq!(Folder::new(text).load().unwrap().watches.len(), 3);
}

#[test]
fn each_way_to_run_is_read_with_its_arguments_and_has_the_port_that_is_named() {
    let read = |text: &str| Folder::new(format!("[[watch]]\n{text}\n")).load().unwrap().watches.remove(0);
    for (text, what) in [
        ("script = \"a/b.py\"", What::Script("a/b.py".into())),
        ("module = \"pkg.server\"", What::Module("pkg.server".into())),
        ("package = \"@scope/pkg\"", What::Package("@scope/pkg".into())),
        ("program = \"srv\"", What::Program("srv".into())),
        ("image = \"mcp/github\"", What::Image("mcp/github".into())),
    ] {
        let watch = read(&format!("{text}\nargs = [\"mcp\", \"--x\"]"));
        assert_eq!((&watch.runs.what, watch.runs.args.join(" ").as_str()), (&what, "mcp --x"), "{text}");
        assert_eq!(watch.port, None, "{text}: no port was named");
        assert_eq!(read(&format!("{text}\nport = 4000")).port, Some(Port::maybe(4000)), "{text}");
    }
    assert_eq!(read("port = 4000\nscript = \"a.py\"\nlistens = \"never\"").port, None);
    assert_eq!(
        read("listens = \"always\"").port,
        Some(Port::always(3005)),
        "the usual server has the usual port"
    );
    assert_eq!(read("program = \"python3\"\nargs = [\"-c\"]").runs.args, ["-c"]);
}
