//! Known go-betweens on the way from a client to its shim.
//!
//! A launcher is looked *through* when the client is sought: it waits for what it started and dies
//! or stays with it. Interactive shells and consoles are no launchers; they are clients.

use super::recognise::{file_name, program_name, program_of, script_of};
use super::snapshot::{Fact, Process};
use super::watch::{PathStyle, Watch};

/// Whether `process` is a known go-between (the watched script itself aside).
#[must_use]
pub fn is_launcher(process: &Process, watch: &Watch) -> bool {
    let style = watch.style;
    let args = process.args();
    let Some((first, rest)) = args.split_first() else { return false };
    match program_of(process, style).as_str() {
        "py" | "pyw" => script_of(process, style).is_some(),
        program => match orders(program) {
            Some(launches) => launches(rest),
            None => is_npx_script(process, style) || is_npm_title(first) || is_safe_start(process, style),
        },
    }
}

/// Whether `process` hides its command line and is a program of which some are go-betweens: it must not
/// be taken for a client then.
#[must_use]
pub fn may_be_a_launcher(process: &Process, style: PathStyle) -> bool {
    let program = program_name(process.exe.as_deref().unwrap_or(&process.name), style);
    matches!(process.args, Fact::Hidden) && (orders(&program).is_some() || is_npm_title(&process.name))
}

/// How a program that may be a go-between tells by its arguments whether it is one.
fn orders(program: &str) -> Option<fn(&[String]) -> bool> {
    match program {
        "uvx" | "npx" => Some(|_| true),
        "uv" | "uvw" => Some(|rest| runs_sub_command(rest, &["run", "x", "tool"])),
        "cmd" => Some(cmd_runs_a_command),
        "sh" | "bash" | "dash" | "ash" | "zsh" | "ksh" | "busybox" => Some(shell_runs_a_command),
        "npm" => Some(|rest| runs_sub_command(rest, &["exec", "x"])),
        "shimkeeper" => Some(|rest| runs_sub_command(rest, &["guard"])),
        _ => None,
    }
}

/// Whether `process` belongs to the instance's own machinery rather than to what a client needs, such
/// as the console host that Windows gives to each console program.
#[must_use]
pub fn is_furniture(process: &Process, style: PathStyle) -> bool {
    style == PathStyle::Windows
        && matches!(program_name(&process.name, style).as_str(), "conhost" | "openconsole")
}

/// The first word that is no option is one of `names`.
fn runs_sub_command(rest: &[String], names: &[&str]) -> bool {
    rest.iter().find(|word| !word.starts_with('-')).is_some_and(|word| names.contains(&word.as_str()))
}

/// `cmd.exe /c …`, `/d /s /c …`; `/k` stays open for a person and is no launcher.
fn cmd_runs_a_command(rest: &[String]) -> bool {
    rest.iter()
        .map(|word| word.to_lowercase())
        .find(|word| matches!(word.get(..2), Some("/c" | "/k")))
        .is_some_and(|word| word.starts_with("/c"))
}

/// `sh -c …`, `bash -lc …`; a shell that runs a script file or talks to a person is no launcher.
fn shell_runs_a_command(rest: &[String]) -> bool {
    let mut words = rest.iter().map(String::as_str);
    while let Some(word) = words.next() {
        // busybox is called with the applet's name first.
        if matches!(word, "sh" | "ash") {
            continue;
        }
        let Some(cluster) = word.strip_prefix('-') else { return false };
        if cluster.starts_with('-') {
            continue;
        }
        if cluster.contains('c') {
            return true;
        }
        if cluster.ends_with('o') {
            words.next();
        }
    }
    false
}

fn is_npx_script(process: &Process, style: PathStyle) -> bool {
    script_of(process, style).is_some_and(|script| match file_name(script, style) {
        "npx-cli.js" | "npx" => true,
        "npm-cli.js" | "npm" => process.args().iter().any(|word| word == "exec" || word == "x"),
        _ => false,
    })
}

/// npm renames its process to what it does, in one word.
fn is_npm_title(first: &str) -> bool {
    first.starts_with("npm exec ") || first.starts_with("npx ")
}

/// The EXAI project's own wrapper.
fn is_safe_start(process: &Process, style: PathStyle) -> bool {
    script_of(process, style)
        .is_some_and(|script| file_name(script, style).eq_ignore_ascii_case("start_ws_shim_safe.py"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::testing::process;

    fn launches(style: PathStyle, words: &[&str]) -> bool {
        is_launcher(&process(7, 1).with_args(words), &Watch::exai(style))
    }

    #[test]
    fn go_betweens_are_known() {
        for words in [
            &["sh", "-c", "python run_ws_shim.py"][..],
            &["/bin/bash", "-lc", "x"],
            &["bash", "-o", "pipefail", "-c", "x"],
            &["bash", "--norc", "-c", "x"],
            &["busybox", "sh", "-c", "x"],
            &["uv", "run", "run_ws_shim.py"],
            &["uv", "--quiet", "run", "python", "run_ws_shim.py"],
            &["uvx", "some-server"],
            &["npm exec some-server"],
            &["node", "/usr/bin/npx", "some-server"],
            &["node", "/usr/lib/node_modules/npm/bin/npx-cli.js", "-y", "some-server"],
            &["python", "scripts/start_ws_shim_safe.py"],
            &["shimkeeper", "guard", "--", "python", "run_ws_shim.py"],
        ] {
            assert!(launches(PathStyle::Unix, words), "{words:?}");
        }
        for words in [
            &["cmd.exe", "/c", "npx", "some-server"][..],
            &[r"C:\Windows\System32\cmd.exe", "/d", "/s", "/c", "x"],
            &["py", "-3.12", "run_ws_shim.py"],
        ] {
            assert!(launches(PathStyle::Windows, words), "{words:?}");
        }
    }

    #[test]
    fn people_and_their_shells_are_clients() {
        for words in [
            &["bash"][..],
            &["-bash"],
            &["bash", "start.sh", "-c"],
            &["bash", "-i"],
            &["uv", "pip", "install", "run"],
            &["python", "server.py", "start_ws_shim_safe.py"],
            &["shimkeeper", "status"],
            &["node", "server.js", "npx"],
        ] {
            assert!(!launches(PathStyle::Unix, words), "{words:?}");
        }
        assert!(!launches(PathStyle::Windows, &["cmd.exe", "/k", "/c"]));
        assert!(!launches(PathStyle::Windows, &["cmd.exe"]));
    }
}
