//! How a watch's server is run: `script`, `module`, `package`, `program` or `image`, and `args`.

use super::keys;
use super::reader::{Reader, Section};
use crate::core::interpreter::{is_interpreter, program_name};
use crate::core::path_style::{PathStyle, parts};
use crate::core::runs::{Runs, What, says_nothing};
use crate::core::wording::{self, Complaint};

/// Makes a way to run of its name.
type Named = fn(String) -> What;

/// The keys by which a way to run is told.
const WAYS: &[(&str, Named)] = &[
    (keys::SCRIPT, What::Script),
    (keys::MODULE, What::Module),
    (keys::PACKAGE, What::Package),
    (keys::PROGRAM, What::Program),
    (keys::IMAGE, What::Image),
];

/// What a watch says of it.
pub(super) struct Way {
    pub(super) runs: Runs,
    pub(super) key: &'static str,
    pub(super) line: usize,
}

/// The way that a watch names; `None` where it names none. Complains where it names two, or one that is none.
pub(super) fn read(reader: &mut Reader<'_>, section: &Section<'_>, style: PathStyle) -> Option<Way> {
    let mut found: Vec<Way> = Vec::new();
    for (key, what) in WAYS {
        let Some(name) = reader.text(section, key) else { continue };
        if let Some(first) = found.first() {
            reader.complain(name.line, section, key, wording::two_ways(first.key, first.line));
        }
        found.push(Way { runs: what(name.value).into(), key, line: name.line });
    }
    let args: Vec<_> = reader.texts(section, keys::ARGS).unwrap_or_default();
    let args: Vec<_> = args.into_iter().filter_map(|word| reader.worded(section, keys::ARGS, word)).collect();
    let line = args.first().map(|word| word.line);
    let args: Vec<String> = args.into_iter().map(|word| word.value).collect();
    if found.is_empty() {
        if let Some(line) = line {
            reader.complain(line, section, keys::ARGS, wording::args_of_nothing());
        }
        return None;
    }
    let mut way = found.swap_remove(0);
    way.runs.args = args;
    if let Some(complaint) = objection(&way.runs, style) {
        reader.complain(way.line, section, way.key, complaint);
    }
    Some(way)
}

/// What keeps a way from ever being one.
fn objection(runs: &Runs, style: PathStyle) -> Option<Complaint> {
    let is_a_path = |name: &str| name.starts_with(['.', '/']) || name.contains('\\');
    match &runs.what {
        What::Module(name) => {
            let is_one =
                name.split('.').all(|part| !part.is_empty() && !part.contains(['/', '\\', ' ', '-']));
            let is_a_file = name.to_lowercase().ends_with(".py");
            (!is_one || is_a_file).then(|| wording::no_module(name))
        }
        What::Package(name) => {
            let most = usize::from(name.starts_with('@'));
            let is_one = !is_a_path(name) && !name.contains(' ') && name.matches('/').count() == most;
            (!is_one).then(|| wording::no_package(name))
        }
        What::Program(path) => {
            let is_bare = runs.args.is_empty() && is_interpreter(&program_name(path, style), style);
            is_bare.then(|| wording::bare_interpreter(path))
        }
        What::Script(path) => {
            let program = program_name(path, style);
            is_interpreter(&program, style).then(|| wording::bare_interpreter(path))
        }
        What::Image(_) | What::Nothing => None,
    }
}

/// Remarks a way that nothing can match, or that half of all servers do.
pub(super) fn remark(reader: &mut Reader<'_>, section: &Section<'_>, way: &Way, style: PathStyle) {
    let name = way.runs.what.name();
    let (What::Script(path) | What::Program(path)) = &way.runs.what else { return };
    let has_a_strange_separator = style == PathStyle::Unix && path.contains('\\');
    let is_a_line = name.contains(' ') && !path.contains(['/', '\\']);
    if path.contains(['*', '?']) || has_a_strange_separator || is_a_line || path.ends_with('/') {
        reader.note(way.line, section, way.key, wording::matches_nothing(name));
    } else if way.runs.args.is_empty() && says_nothing(way.runs.short_name()) {
        let parts = parts(path, style);
        let folders = parts.split_last().map(|(_, folders)| folders).unwrap_or_default();
        let says = |folder: &String| {
            !matches!(folder.as_str(), "dist" | "build" | "src" | "lib" | "bin" | "out" | "cli" | "server")
        };
        if !folders.iter().any(says) {
            reader.note(way.line, section, way.key, wording::name_says_nothing(name));
        }
    }
}
