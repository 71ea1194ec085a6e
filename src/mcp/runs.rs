//! What a server's command line runs, looked at through the go-betweens in front of it.
//!
//! A configuration of Windows is read as one wherever it lies, by how it writes its program.

use crate::core::interpreter::{is_interpreter, program_name};
use crate::core::path_style::file_name;
use crate::core::{CommandLine, PathStyle, Watch, launcher};

/// The EXAI project's own wrapper, and the shim beside it that it starts.
pub(super) const SAFE_START: &str = "start_ws_shim_safe.py";
pub(super) const SHIM: &str = "run_ws_shim.py";

/// How the paths of a command line are read.
pub(super) fn style_of(words: &[String], here: PathStyle) -> PathStyle {
    let program = words.first().map_or("", String::as_str).to_lowercase();
    let has_a_drive = matches!(program.as_bytes(), [letter, b':', ..] if letter.is_ascii_alphabetic());
    let is_windows = has_a_drive || program.contains('\\') || program.rsplit('.').next() == Some("exe");
    if is_windows { PathStyle::Windows } else { here }
}

/// Whether it runs the server of one of the watches, also where its program is written as a whole command line.
pub(super) fn runs_one_of(words: &[String], cwd: Option<&str>, watches: &[Watch], here: PathStyle) -> bool {
    let style = style_of(words, here);
    let runs = |words: &[String]| {
        let line = CommandLine::of(words, style).within(cwd);
        watches.iter().any(|watch| line.runs(&watch.runs))
    };
    let is_one_text = words.first().is_some_and(|first| whole_command_line(first, here).is_some());
    let split = || words.iter().flat_map(|word| launcher::words_of(word)).collect::<Vec<_>>();
    runs(words) || is_one_text && runs(&split())
}

/// The wrapper that it runs: its place in the command line, and the same path with the shim's name.
pub(super) fn safe_start(words: &[String], here: PathStyle) -> Option<(usize, String)> {
    CommandLine::of(words, style_of(words, here)).find(&|line| {
        let script = line.script()?;
        let name = file_name(script, line.style);
        let folder = script.strip_suffix(name)?;
        // One in a shell's text has no place of its own.
        let at = words.iter().position(|word| std::ptr::eq(word.as_str(), script))?;
        name.eq_ignore_ascii_case(SAFE_START).then(|| (at, format!("{folder}{SHIM}")))
    })
}

/// Programs that are known to be called with more words behind them, scripts' interpreters aside.
const CALLED_WITH_WORDS: &[&str] = &[
    "cmd",
    "powershell",
    "pwsh",
    "sh",
    "bash",
    "zsh",
    "env",
    "uv",
    "uvx",
    "npx",
    "npm",
    "pnpm",
    "yarn",
    "pipx",
    "poetry",
    "bun",
    "bunx",
    "deno",
    "docker",
    "podman",
    "java",
    "dotnet",
    "ruby",
    "perl",
    "php",
    "go",
    "wsl",
];

/// The program, where the text of a `command` looks like a whole command line: `python -u server.py`.
pub(super) fn whole_command_line(command: &str, here: PathStyle) -> Option<&str> {
    let (first, rest) = command.trim().split_once(' ')?;
    let style = style_of(&[first.to_owned()], here);
    let name = program_name(first, style);
    let name = name.strip_suffix(".cmd").unwrap_or(&name);
    let is_known = is_interpreter(name, style) || CALLED_WITH_WORDS.contains(&name) || is_ours(name);
    (is_known && !rest.trim().is_empty()).then_some(first)
}

/// Our own program in front of a command line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Guarded {
    /// Where the guarded command line begins; `None` where that cannot be told.
    pub(super) inner: Option<usize>,
}

/// Whether a program is ours by its name, wherever it lies and on either system.
#[must_use]
pub fn is_ours(program: &str) -> bool {
    launcher::is_ours(&program_name(program, PathStyle::Windows))
}

/// Whether a command line is `shimkeeper guard … CMD`, wherever that program lies.
pub(super) fn guarded(words: &[String]) -> Option<Guarded> {
    if is_ours(words.first()?) { orders_a_guard(words) } else { None }
}

/// The same for one whose program is known to be ours, whatever it is called.
pub(super) fn orders_a_guard(words: &[String]) -> Option<Guarded> {
    let rest = words.get(1..)?;
    let (_, "guard") = launcher::our_command(rest)? else { return None };
    // One word on for our own program.
    let inner = launcher::behind_guard(rest).map(|behind| behind + 1);
    Some(Guarded { inner })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<String> {
        line.split_whitespace().map(str::to_owned).collect()
    }

    fn runs_the_shim(words: &[String]) -> bool {
        runs_one_of(words, None, &[Watch::exai()], PathStyle::Unix)
    }

    #[test]
    fn the_shim_is_found_behind_go_betweens_and_on_either_system() {
        for line in [
            "python -u scripts/runtime/run_ws_shim.py",
            "C:/EXAI/.venv/Scripts/python.exe -u C:/EXAI/scripts/runtime/run_ws_shim.py",
            r"C:\EXAI\.venv\Scripts\python.exe scripts\runtime\RUN_WS_SHIM.PY",
            "cmd.exe /c python run_ws_shim.py",
            "uv run --quiet python -u run_ws_shim.py",
            "uv run run_ws_shim.py",
            "uv --directory /srv/mcp run run_ws_shim.py",
            "env A=b python run_ws_shim.py",
            "./run_ws_shim.py",
            "bun.exe run_ws_shim.py",
            "/home/x/.bun/bin/bun.exe run /srv/run_ws_shim.py",
            "bun run run_ws_shim.py",
        ] {
            assert!(runs_the_shim(&words(line)), "{line}");
        }
        for line in
            ["exec python3 run_ws_shim.py", "python3 'run_ws_shim.py'", "python3 \"/my srv/run_ws_shim.py\""]
        {
            let shell = ["bash".to_owned(), "-lc".to_owned(), line.to_owned()];
            assert!(runs_the_shim(&shell), "{line}");
        }
        for line in ["npx -y some-server", "python -m pytest run_ws_shim.py", "code run_ws_shim.py", "python"]
        {
            assert!(!runs_the_shim(&words(line)), "{line}");
        }
    }

    #[test]
    fn the_wrapper_gives_way_to_the_shim_beside_it() {
        let swapped = |line: &str| safe_start(&words(line), PathStyle::Unix);
        assert_eq!(
            swapped("python -u scripts/runtime/start_ws_shim_safe.py --x"),
            Some((2, "scripts/runtime/run_ws_shim.py".to_owned()))
        );
        assert_eq!(
            swapped(r"C:\py\python.exe C:\EXAI\start_ws_shim_safe.py"),
            Some((1, r"C:\EXAI\run_ws_shim.py".to_owned()))
        );
        assert_eq!(swapped("./start_ws_shim_safe.py"), Some((0, "./run_ws_shim.py".to_owned())));
        assert_eq!(swapped("uv run python start_ws_shim_safe.py"), Some((3, "run_ws_shim.py".to_owned())));
        assert_eq!(swapped("python other.py start_ws_shim_safe.py"), None);
    }

    #[test]
    fn a_whole_command_line_in_one_text_is_told_from_a_path_with_blanks() {
        let found = |command| whole_command_line(command, PathStyle::Unix);
        for command in
            ["python run_ws_shim.py", "cmd /c npx run_ws_shim.py", "/usr/bin/python3.12 -u x", "npx.cmd -y x"]
        {
            assert!(found(command).is_some(), "{command}");
        }
        for command in
            ["python", "python ", "my server", r"C:\Program Files\Python\python.exe", "./a b/python"]
        {
            assert_eq!(found(command), None, "{command}");
        }
    }

    #[test]
    fn our_own_guard_is_known_by_any_path() {
        for (line, inner) in [
            ("shimkeeper guard -- python x.py", Some(3)),
            ("/opt/old/shimkeeper guard -- python", Some(3)),
            ("/opt/shimkeeper-0.1.0 guard -- python", Some(3)),
            (r"D:\Shimkeeper-0.1.0-x64.exe guard -- python", Some(3)),
            (r"C:\Tools\ShimKeeper.EXE --home D:\x guard --watch a -- python", Some(7)),
            ("shimkeeper --config=x -v guard --port 3 -- python -- x", Some(7)),
            ("shimkeeper guard python -u x.py --port 5", Some(2)),
            ("shimkeeper guard --port 3 python -- x", Some(4)),
            ("shimkeeper guard --watch python", None),
            ("shimkeeper guard python x.py", Some(2)),
            ("shimkeeper guard --port 3005 --no-restart python -- x", Some(5)),
            ("shimkeeper guard --watch=a --restart on-failure python x.py", Some(5)),
            ("shimkeeper guard", None),
            ("shimkeeper guard --", None),
            ("shimkeeper guard --port 3005", None),
        ] {
            assert_eq!(guarded(&words(line)), Some(Guarded { inner }), "{line}");
        }
        for line in ["shimkeeper status", "shimkeeper", "python guard -- x", "shimkeeper --home guard"] {
            assert_eq!(guarded(&words(line)), None, "{line}");
        }
    }
}
