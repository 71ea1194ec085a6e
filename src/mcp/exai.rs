//! The EXAI project's own wrapper, which starts the shim that lies beside it: behind the guard the shim takes its place,
//! and unwrapping puts the wrapper back.

use super::outcome::{Surroundings, Wrapper};
use super::record::Swapped;
use super::runs::style_of;
use super::server::Command;
use super::tree::{Document, Format};
use crate::core::path_style::file_name;
use crate::core::{CommandLine, PathStyle};

const WRAPPER: &str = "start_ws_shim_safe.py";
const SHIM: &str = "run_ws_shim.py";

/// A word of the command line that is written as another.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Swap {
    /// Its place, the program being 0.
    pub(super) at: usize,
    /// What it says then.
    pub(super) text: String,
    /// How that is written.
    pub(super) raw: String,
}

/// A command line in which the shim stands in place of its wrapper; the same where no wrapper does.
pub(super) fn with_the_shim(mut words: Vec<String>, here: PathStyle) -> Vec<String> {
    if let Some((at, shim)) = wrapper_in(&words, here) {
        words[at] = shim;
    }
    words
}

/// What takes the wrapper's place, if there is one and its shim lies beside it.
pub(super) fn swap(
    document: &Document<'_>,
    command: &Command,
    around: &Surroundings<'_>,
) -> (Option<Swap>, Wrapper) {
    let Some((at, text)) = wrapper_in(&command.words(), around.style) else { return (None, Wrapper::None) };
    if (around.is_missing)(&text, command.cwd.as_deref()) {
        return (None, Wrapper::Kept);
    }
    let Some(word) = command.word(at) else { return (None, Wrapper::None) };
    let raw = raw_of_the_shim(document.raw(&word.span), &text, document.format);
    (Some(Swap { at, text, raw }), Wrapper::Replaced)
}

/// What must be remembered of it.
pub(super) fn swapped(document: &Document<'_>, command: &Command, swap: &Swap) -> Option<Swapped> {
    let before = document.raw(&command.word(swap.at)?.span).to_owned();
    Some(Swapped { at: swap.at, before, after: swap.raw.clone() })
}

/// Where the shim stands now: at its old place, or wherever it was moved since.
pub(super) fn swapped_at(
    document: &Document<'_>,
    command: &Command,
    inner: usize,
    swap: &Swapped,
) -> Option<usize> {
    let is_it = |at: &usize| command.word(*at).is_some_and(|word| document.raw(&word.span) == swap.after);
    let old = swap.at.checked_add(inner).filter(is_it);
    old.or_else(|| (inner..=command.args.words().len()).find(is_it))
}

/// What the word says when the wrapper is back. How it is written comes from our own record; it must be a wrapper's path.
pub(super) fn restored(swap: &Swapped, format: Format) -> Option<String> {
    format.reads(&swap.before).filter(|text| text.to_lowercase().ends_with(WRAPPER))
}

/// The wrapper that a command line runs: its place, and the same path with the shim's name.
fn wrapper_in(words: &[String], here: PathStyle) -> Option<(usize, String)> {
    CommandLine::of(words, style_of(words, here)).find(&|line| {
        let script = line.script()?;
        let name = file_name(script, line.style);
        let folder = script.strip_suffix(name)?;
        // One in a shell's text has no place of its own.
        let at = words.iter().position(|word| std::ptr::eq(word.as_str(), script))?;
        name.eq_ignore_ascii_case(WRAPPER).then(|| (at, format!("{folder}{SHIM}")))
    })
}

/// The path of the shim as its wrapper's was written: only the name changes where that is possible.
fn raw_of_the_shim(raw: &str, text: &str, format: Format) -> String {
    let at = raw.to_lowercase().rfind(WRAPPER).filter(|at| raw.is_char_boundary(*at));
    let kept = at.and_then(|at| Some(format!("{}{SHIM}{}", raw.get(..at)?, raw.get(at + WRAPPER.len()..)?)));
    kept.filter(|kept| format.reads(kept).as_deref() == Some(text)).unwrap_or_else(|| format.literal(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wrapper_gives_way_to_the_shim_beside_it() {
        let swapped = |line: &str| {
            let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
            wrapper_in(&words, PathStyle::Unix)
        };
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
}
