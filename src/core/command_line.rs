//! A command line as the system or a configuration has it: words, the program behind them, the folder they count from.
//!
//! The one place where it is read what a command line runs by itself. What it starts behind a launcher is told in
//! `launcher.rs`, whether that is a certain server in `runs.rs`.

use super::interpreter::{module_run_by, program_name, script_run_by};
use super::path_style::PathStyle;
use super::snapshot::Process;

/// A command line.
#[derive(Clone, Copy, Debug)]
pub struct CommandLine<'a> {
    /// The program's file, where it is known; else the first word names it.
    pub program: Option<&'a str>,
    /// Its words, the program's first.
    pub words: &'a [String],
    /// The folder from which its paths count.
    pub folder: Option<&'a str>,
    /// How its paths are read.
    pub style: PathStyle,
}

impl<'a> CommandLine<'a> {
    /// One of which nothing is known but its words.
    #[must_use]
    pub const fn of(words: &'a [String], style: PathStyle) -> Self {
        Self { program: None, words, folder: None, style }
    }

    /// The same in this folder.
    #[must_use]
    pub const fn within(self, folder: Option<&'a str>) -> Self {
        Self { folder, ..self }
    }

    /// The same with other words, of which nothing else is known.
    pub(super) const fn with(self, words: &'a [String]) -> Self {
        Self { program: None, words, ..self }
    }

    /// What the program is called: its file where that is known, else the first word.
    #[must_use]
    pub fn program_name(&self) -> String {
        let first = || self.words.first().map_or("", String::as_str);
        program_name(self.program.unwrap_or_else(first), self.style)
    }

    /// The words behind the program.
    #[must_use]
    pub fn rest(&self) -> &'a [String] {
        self.words.get(1..).unwrap_or_default()
    }

    /// The script that it runs: an interpreter's script argument, or the script run directly.
    #[must_use]
    pub fn script(&self) -> Option<&'a str> {
        script_run_by(&self.program_name(), self.words, self.style)
    }

    /// The module that it runs by Python's `-m`.
    #[must_use]
    pub fn module(&self) -> Option<&'a str> {
        module_run_by(&self.program_name(), self.words, self.style)
    }

    /// The words behind one that was taken out of them, or out of the end of one of them.
    pub(super) fn behind(&self, word: &str) -> &'a [String] {
        let end = word.as_bytes().as_ptr_range().end;
        let is_it = |own: &String| own.as_bytes().as_ptr_range().end == end;
        let at = self.words.iter().position(is_it);
        at.and_then(|at| self.words.get(at + 1..)).unwrap_or_default()
    }
}

impl Process {
    /// Its command line, empty where that was hidden.
    #[must_use]
    pub fn line(&self, style: PathStyle) -> CommandLine<'_> {
        self.line_with(self.args(), style)
    }

    /// The same with these words, where they are told by something else.
    pub(super) fn line_with<'a>(&'a self, words: &'a [String], style: PathStyle) -> CommandLine<'a> {
        let folder = self.details.as_ref().and_then(|details| details.cwd.as_deref());
        CommandLine { program: self.exe.as_deref(), words, folder, style }
    }
}

#[cfg(test)]
mod tests {
    use super::PathStyle::Unix;
    use super::*;

    fn words(line: &str) -> Vec<String> {
        line.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn a_command_line_tells_which_script_or_module_it_would_run() {
        let script = |line: &str| CommandLine::of(&words(line), Unix).script().map(str::to_owned);
        assert_eq!(script("python -u a/server.py b.py").as_deref(), Some("a/server.py"));
        assert_eq!(script("./server.py --port 3005").as_deref(), Some("./server.py"));
        assert_eq!(script("deno run --config deno.json -A srv.ts").as_deref(), Some("srv.ts"));
        assert_eq!(script("deno run -r srv.ts").as_deref(), Some("srv.ts"));
        assert_eq!(script("python -m server"), None);
        assert_eq!(script(""), None);
        let module = |line: &str| CommandLine::of(&words(line), Unix).module().map(str::to_owned);
        assert_eq!(module("python3 -um a.b --x").as_deref(), Some("a.b"));
        assert_eq!(module("python3 a.py -m b"), None);
        assert_eq!(module("node -m b"), None);
    }

    #[test]
    fn what_stands_behind_the_script_is_found_also_where_the_module_is_part_of_a_word() {
        let words = words("python -ma.b a.b c");
        let line = CommandLine::of(&words, Unix);
        assert_eq!(line.behind(line.module().unwrap()), ["a.b", "c"]);
        assert!(line.behind("elsewhere").is_empty());
    }

    #[test]
    fn the_file_that_runs_counts_more_than_what_it_calls_itself() {
        let words = words("python run_ws_shim.py");
        let line = CommandLine { program: Some("/usr/bin/vim"), ..CommandLine::of(&words, Unix) };
        assert_eq!((line.program_name().as_str(), line.script()), ("vim", Some("python")));
    }
}
