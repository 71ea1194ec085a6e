//! Interpreters that have written a title over their command line: whoever sees them for the first time cannot tell what
//! they run.
//!
//! Nothing tells to which watch such a process belongs, and editors have helpers of this kind. So it is remarked where a
//! watch is called idle, and decides nothing.

use super::interpreter::{interpreter, program_name};
use super::path_style::{PathStyle, file_name};
use super::runs::{Runs, What};
use super::snapshot::{Fact, Owner, Process, Stream};

/// Whether a process could run the watched script and says nothing of it: an interpreter for such scripts, of our user,
/// with a client's channel for its input and a title in one word of its command line.
#[must_use]
pub fn hides_what_it_runs(process: &Process, runs: &Runs, style: PathStyle) -> bool {
    let Some(exe) = process.exe.as_deref().map(|exe| program_name(exe, style)) else { return false };
    let has_a_channel = process
        .details
        .as_ref()
        .is_some_and(|details| details.streams.known().is_some_and(|streams| streams.input == Stream::Pipe));
    process.owner == Fact::Known(Owner::Ours)
        && has_a_channel
        && may_run(&exe, &runs.what, style)
        && is_a_title(process.args(), style)
}

/// One word, and not the interpreter's own name: that alone reads what it runs from its input.
fn is_a_title(words: &[String], style: PathStyle) -> bool {
    // What was overwritten by something shorter is filled up with zeros.
    let mut words = words.iter().filter(|word| !word.is_empty());
    let (Some(title), None) = (words.next(), words.next()) else { return false };
    let first = title.split_whitespace().next().unwrap_or_default();
    interpreter(&program_name(first, style), style).is_none()
}

fn may_run(program: &str, what: &What, style: PathStyle) -> bool {
    let is_python = program.starts_with("py");
    interpreter(program, style).is_some()
        && match what {
            What::Script(path) => match file_name(path, style).rsplit_once('.').map(|(_, ending)| ending) {
                Some("py" | "pyw") => is_python,
                Some("js" | "mjs" | "cjs" | "ts" | "mts" | "cts" | "tsx") => !is_python,
                Some(_) | None => true,
            },
            What::Module(_) => is_python,
            What::Package(_) => true,
            What::Program(_) | What::Image(_) | What::Nothing => false,
        }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::snapshot::Streams;
    use crate::core::testing::process;

    fn hides(script: &str, process: &Process) -> bool {
        hides_what_it_runs(process, &Runs::script(script), PathStyle::Unix)
    }

    #[test]
    fn an_interpreter_with_a_title_and_a_channel_hides_what_it_runs() {
        let titled = |words: &[&str], exe: &str| process(7, 1).with_args(words).with_exe(exe);
        assert!(hides("zz.js", &titled(&["mcp-server"], "/usr/bin/node")));
        assert!(hides("zz.js", &titled(&["mcp-server", "", ""], "/usr/bin/node (deleted)")));
        assert!(hides("zz.py", &titled(&["my-mcp: idle"], "/usr/bin/python3.11")));
        for (script, words, exe) in [
            ("zz.js", &["my-mcp"][..], "/usr/bin/python3.11"),
            ("zz.py", &["mcp-server"], "/usr/bin/node"),
            ("zz.js", &["node"], "/usr/bin/node"),
            ("zz.js", &["node", "other.js"], "/usr/bin/node"),
            ("zz.js", &["npm exec x"], "/usr/bin/cat"),
            ("zz.js", &[], "/usr/bin/node"),
        ] {
            assert!(!hides(script, &titled(words, exe)), "{script}: {words:?}");
        }
        let mut other = titled(&["mcp-server"], "/usr/bin/node");
        other.owner = Fact::Known(Owner::Another);
        assert!(!hides("zz.js", &other), "another user's");
        let streams = Fact::Known(Streams { input: Stream::Other, output: Stream::Other });
        let without = titled(&["mcp-server"], "/usr/bin/node").with(|details| details.streams = streams);
        assert!(!hides("zz.js", &without), "no client speaks to it");
    }
}
