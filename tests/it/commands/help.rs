//! Help, completions and README say the same.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::support::bed::Bed;

const EXIT_CODES: &[(&str, &str)] = &[
    ("0", "all is well, or it was done"),
    ("1", "something needs attention, or could not be done"),
    ("2", "wrong usage, or a configuration that does not load; nothing was touched"),
    ("3", "could not see enough to say"),
];

#[test]
fn the_exit_codes_are_those_of_the_promise_in_help_and_readme() {
    let (help, readme) = (help(&[]), readme());
    for (code, meaning) in EXIT_CODES {
        assert!(help.contains(&format!("  {code}  {meaning}")), "{code} in {help}");
        assert!(readme.contains(&format!("| {code} | {meaning} |")), "{code} in README.md");
    }
}

#[test]
fn the_commands_are_those_of_the_promise() {
    let promised =
        "status cleanup free restart start guard mcp watch autostart schedule log doctor config completions";
    let promised: BTreeSet<&str> = promised.split(' ').collect();
    let found = commands();
    let found: BTreeSet<&str> = found.iter().map(String::as_str).collect();
    assert_eq!(found, promised);
}

#[test]
fn readme_names_every_command_and_every_option_of_it() {
    let readme = readme();
    let rows: Vec<&str> = readme.lines().filter(|line| line.starts_with("| `shimkeeper ")).collect();
    let named: BTreeSet<String> =
        rows.iter().filter_map(|row| row.split([' ', '`']).nth(3).map(str::to_owned)).collect();
    assert_eq!(named, commands());
    for row in rows {
        let usage = row.split('`').nth(1).unwrap();
        let is_a_word = |word: &&str| word.chars().all(|c| c.is_ascii_lowercase());
        let command: Vec<&str> = usage.split(' ').skip(1).take_while(is_a_word).collect();
        let help = help(&command);
        let options: BTreeSet<String> = long_options(usage).collect();
        let global = ["--config", "--home", "--verbose", "--color", "--help"];
        let known: BTreeSet<String> =
            long_options(&help).filter(|option| !global.contains(&option.as_str())).collect();
        assert_eq!(options, known, "{usage}");
    }
}

#[test]
fn every_command_explains_itself() {
    for command in commands() {
        let help = help(&[&command]);
        assert!(help.contains("Usage: shimkeeper"), "{help}");
        let first = help.lines().next().unwrap_or_default();
        assert!(
            first.split(' ').count() >= 2 && !first.starts_with("Usage"),
            "{command} says nothing: {help}"
        );
    }
}

#[test]
fn each_shell_gets_completions_that_name_every_command() {
    let bed = Bed::new();
    let keeper = bed.keeper(1);
    for shell in ["bash", "zsh", "fish", "powershell"] {
        let outcome = keeper.run(&["completions", shell]).expect_code(0);
        for command in commands() {
            assert!(outcome.stdout.contains(&command), "{command} for {shell}");
        }
        assert_eq!(outcome.stderr, "");
    }
}

#[test]
fn bash_takes_its_completions() {
    let bed = Bed::new();
    let script = bed.path("completions");
    fs::write(&script, bed.keeper(1).run(&["completions", "bash"]).stdout).unwrap();
    let ask = "source \"$0\"; COMP_WORDS=(shimkeeper cl); COMP_CWORD=1; \
               _shimkeeper shimkeeper cl shimkeeper; echo \"${COMPREPLY[@]}\"";
    let mut bash = bed.command("bash");
    bed.run(bash.args(["-c", ask]).arg(&script)).expect_code(0).says("cleanup");
}

#[test]
fn the_version_is_that_of_the_package() {
    let bed = Bed::new();
    for program in [env!("CARGO_BIN_EXE_shimkeeper"), env!("CARGO_BIN_EXE_shimkeeper-tray")] {
        let mut command: Command = bed.command(program);
        bed.run(command.arg("--version")).expect_code(0).says(env!("CARGO_PKG_VERSION"));
    }
}

#[track_caller]
fn help(command: &[&str]) -> String {
    let bed = Bed::new();
    let keeper = bed.keeper(1);
    keeper.run(&[command, &["--help"]].concat()).expect_code(0).stdout
}

/// As `--help` lists them.
#[track_caller]
fn commands() -> BTreeSet<String> {
    let help = help(&[]);
    let listed =
        help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    // A longer indent goes on with the line before.
    let names = listed.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let names = names.filter_map(|line| line.split_whitespace().next().map(str::to_owned));
    names.filter(|name| name != "help").collect()
}

#[track_caller]
fn readme() -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap()
}

fn long_options(text: &str) -> impl Iterator<Item = String> {
    let words = text.split(|c: char| !(c.is_ascii_lowercase() || c == '-'));
    words.filter(|word| word.starts_with("--") && word.len() > 2).map(str::to_owned)
}
