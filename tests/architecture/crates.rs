//! The crate as its code tells it: files, what each defines and passes on, and which other files it calls.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::words::{self, Word};

/// A place in the crate: `["core", "plan"]`.
type Place = Vec<String>;

/// A file of `src/` without its tests.
pub(crate) struct Source {
    /// `core/plan.rs`.
    pub(crate) file: String,
    pub(crate) words: Vec<Word>,
    place: Place,
    defines: BTreeSet<String>,
    uses: Vec<Use>,
}

/// One name that a `use` brings in.
struct Use {
    path: Vec<String>,
    /// The name here; `*` for all there is.
    name: String,
}

/// All of `src/`.
pub(crate) struct Crate {
    pub(crate) sources: Vec<Source>,
    by_place: BTreeMap<Place, usize>,
}

impl Crate {
    pub(crate) fn read() -> Self {
        let mut files = Vec::new();
        collect(Path::new("src"), &mut files);
        files.sort();
        Self::of(files.into_iter().map(|file| {
            let name = file.strip_prefix("src").unwrap_or(&file).to_string_lossy().replace('\\', "/");
            let text =
                fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
            (name, text)
        }))
    }

    /// Of files with their texts.
    pub(crate) fn of(files: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut for_tests: Vec<Place> = Vec::new();
        let mut sources = Vec::new();
        for (file, text) in files {
            let place = place_of(&file);
            for_tests
                .extend(words::test_modules(&words::words(&text)).iter().map(|name| below(&place, name)));
            let words = words::code(&text);
            sources.push(Source { place, defines: definitions(&words), uses: uses(&words), words, file });
        }
        let is_code = |source: &Source| {
            !source.words.is_empty() && !for_tests.iter().any(|place| source.place.starts_with(place))
        };
        sources.retain(is_code);
        let by_place = sources.iter().enumerate().map(|(at, source)| (source.place.clone(), at)).collect();
        Self { sources, by_place }
    }

    /// Every arrow from file to file, and no file to itself.
    pub(crate) fn arrows(&self) -> BTreeSet<(&str, &str)> {
        let mut arrows = BTreeSet::new();
        for source in &self.sources {
            for path in source.paths() {
                if let Some(target) = self.resolve(source, &path, 0)
                    && target.file != source.file
                {
                    arrows.insert((source.file.as_str(), target.file.as_str()));
                }
            }
        }
        arrows
    }

    /// An arrow between two rooms.
    pub(crate) fn example(&self, from: &str, to: &str) -> String {
        let arrows = self.arrows();
        let mut those = arrows.iter().filter(|(a, b)| room_of(a) == from && room_of(b) == to);
        those.next().map_or_else(String::new, |(from, to)| format!("{from} calls {to}"))
    }

    /// The file that defines what `path` means in `source`; `None` for what is not ours.
    fn resolve(&self, source: &Source, path: &[String], depth: usize) -> Option<&Source> {
        let (first, rest) = path.split_first()?;
        match first.as_str() {
            "crate" | "shimkeeper" => self.descend(&[], rest, source, depth),
            "self" => self.descend(&source.place, rest, source, depth),
            "super" => {
                let mut place = source.place.clone();
                place.pop();
                let mut rest = rest;
                while let Some((next, more)) = rest.split_first().filter(|(next, _)| *next == "super") {
                    let _ = next;
                    place.pop();
                    rest = more;
                }
                self.descend(&place, rest, source, depth)
            }
            _ => self.descend_if_known(&source.place, path, source, depth),
        }
    }

    /// As [`Self::descend`], for a path that may begin with a name of another crate.
    fn descend_if_known(
        &self,
        from: &[String],
        path: &[String],
        asks: &Source,
        depth: usize,
    ) -> Option<&Source> {
        let first = path.first()?;
        let here = self.at(from)?;
        let is_child = self.has_below(&below(from, first));
        let is_named = here.uses.iter().any(|used| used.name == *first);
        if is_child || is_named || here.defines.contains(first) {
            return self.descend(from, path, asks, depth);
        }
        // What a `*` brings in.
        here.uses.iter().filter(|used| used.name == "*" && depth < 8).find_map(|used| {
            let module = self.resolve(here, &used.path, depth + 1)?;
            module.defines.contains(first).then_some(module)
        })
    }

    fn descend(&self, from: &[String], path: &[String], asks: &Source, depth: usize) -> Option<&Source> {
        let mut place = from.to_vec();
        for (index, segment) in path.iter().enumerate() {
            // The facade's `os` is this system's room, or that of the file which asks.
            let segment = match segment.as_str() {
                "os" if place == ["platform"] => {
                    if asks.place.get(1).is_some_and(|room| room == "windows") {
                        "windows"
                    } else {
                        "linux"
                    }
                }
                other => other,
            };
            let next = below(&place, segment);
            if self.has_below(&next) {
                place = next;
                continue;
            }
            let here = self.at(&place)?;
            if here.defines.contains(segment) || depth > 8 {
                return Some(here);
            }
            if let Some(used) = here.uses.iter().find(|used| used.name == segment) {
                let mut whole = used.path.clone();
                whole.extend_from_slice(&path[index + 1..]);
                return self.resolve(here, &whole, depth + 1);
            }
            let passed_on = here.uses.iter().filter(|used| used.name == "*").find_map(|used| {
                let module = self.resolve(here, &used.path, depth + 1)?;
                module.defines.contains(segment).then_some(module)
            });
            return passed_on.or(Some(here));
        }
        self.at(&place)
    }

    fn at(&self, place: &[String]) -> Option<&Source> {
        self.by_place.get(place).map(|at| &self.sources[*at])
    }

    /// Whether a module stands there: a file of its own, or a folder.
    fn has_below(&self, place: &[String]) -> bool {
        self.by_place.contains_key(place)
    }
}

impl Source {
    /// The room it stands in: a folder, or a file, at the top of `src/`.
    pub(crate) fn room(&self) -> &str {
        room_of(&self.file)
    }

    /// Every path that the code names.
    fn paths(&self) -> Vec<Vec<String>> {
        let mut paths: Vec<Vec<String>> = self.uses.iter().map(|used| used.path.clone()).collect();
        let mut at = 0;
        while at < self.words.len() {
            let mut path = Vec::new();
            while let Some(name) = self.words.get(at).and_then(Word::name) {
                path.push(name.to_owned());
                at += 1;
                if self.words.get(at) != Some(&Word::Path) {
                    break;
                }
                at += 1;
                // `a::{b, c}` was read as a `use`, and `a::<T>` names what stands before it.
                if self.words.get(at).is_some_and(|next| next.is('{')) {
                    path.clear();
                }
            }
            // `pub(in a::b)` calls nobody.
            if path == ["in"] {
                at += self.words[at..].iter().position(|word| word.is(')')).unwrap_or(0);
            } else if path.len() > 1 {
                paths.push(path);
            } else if path.is_empty() {
                at += 1;
            }
        }
        paths
    }
}

pub(crate) fn room_of(file: &str) -> &str {
    file.split('/').next().unwrap_or(file).trim_end_matches(".rs")
}

fn below(place: &[String], name: &str) -> Place {
    place.iter().cloned().chain([name.to_owned()]).collect()
}

pub(crate) fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
        let path = entry.unwrap_or_else(|error| panic!("{}: {error}", folder.display())).path();
        if path.is_dir() {
            collect(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

fn place_of(file: &str) -> Place {
    let mut place: Place = file.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
    if matches!(place.last().map(String::as_str), Some("mod" | "lib")) {
        place.pop();
    }
    place
}

/// The names that a file gives to things of its own.
fn definitions(words: &[Word]) -> BTreeSet<String> {
    let names = words.windows(2).filter_map(|pair| {
        let keyword = pair[0].name()?;
        let is_one =
            matches!(keyword, "fn" | "struct" | "enum" | "trait" | "type" | "const" | "static" | "union");
        // An inline module is part of its file.
        pair[1].name().filter(|_| is_one || keyword == "mod").map(str::to_owned)
    });
    let declared: BTreeSet<String> = words
        .windows(3)
        .filter(|three| three[0].name() == Some("mod") && three[2].is(';'))
        .filter_map(|three| three[1].name().map(str::to_owned))
        .collect();
    names.filter(|name| !declared.contains(name)).collect()
}

fn uses(words: &[Word]) -> Vec<Use> {
    let mut found = Vec::new();
    for (at, word) in words.iter().enumerate() {
        if word.name() == Some("use") {
            // `impl Trait + use<'a>` brings nothing in.
            if words.get(at + 1).is_none_or(|next| next.is('<')) {
                continue;
            }
            let end = at + words[at..].iter().position(|word| word.is(';')).unwrap_or(0);
            tree(&words[at + 1..end.max(at + 1)], &[], &mut found);
        }
    }
    found
}

/// `a::{b, c as d, e::*}`.
fn tree(words: &[Word], before: &[String], found: &mut Vec<Use>) {
    let mut path = before.to_vec();
    let mut at = 0;
    while at < words.len() {
        match &words[at] {
            Word::Name(name) if name == "as" => {
                let name = words.get(at + 1).and_then(Word::name).unwrap_or("_").to_owned();
                found.push(Use { path, name });
                return;
            }
            Word::Name(name) => path.push(name.clone()),
            Word::Sign('*') => {
                found.push(Use { path, name: "*".to_owned() });
                return;
            }
            Word::Sign('{') => {
                let inner = &words[at + 1..words::closing(words, at)];
                let (mut depth, mut start) = (0_usize, 0);
                for (index, word) in inner.iter().enumerate() {
                    match word {
                        Word::Sign('{') => depth += 1,
                        Word::Sign('}') => depth -= 1,
                        Word::Sign(',') if depth == 0 => {
                            tree(&inner[start..index], &path, found);
                            start = index + 1;
                        }
                        Word::Name(_) | Word::Text(_) | Word::Path | Word::Sign(_) => {}
                    }
                }
                if start < inner.len() {
                    tree(&inner[start..], &path, found);
                }
                return;
            }
            Word::Text(_) | Word::Path | Word::Sign(_) => {}
        }
        at += 1;
    }
    // `self` in braces is the module before them.
    if path.len() > 1 && path.last().is_some_and(|last| last == "self") {
        path.pop();
    }
    if let Some(name) = path.last().cloned() {
        found.push(Use { path, name });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arrows(files: &[(&str, &str)]) -> Vec<(String, String)> {
        let files = files.iter().map(|(file, text)| ((*file).to_owned(), (*text).to_owned()));
        let whole = Crate::of(files);
        whole.arrows().into_iter().map(|(from, to)| (from.to_owned(), to.to_owned())).collect()
    }

    fn is(from: &str, to: &str) -> (String, String) {
        (from.to_owned(), to.to_owned())
    }

    #[test]
    fn what_a_room_passes_on_leads_to_the_file_that_defines_it() {
        let found = arrows(&[
            ("core/mod.rs", "mod plan; mod wording; pub use plan::{Plan, plan}; pub use wording::*;"),
            ("core/plan.rs", "pub struct Plan; pub fn plan() { super::wording::says(); }"),
            ("core/wording/mod.rs", "mod tray; pub use tray::*;"),
            ("core/wording/tray.rs", "pub fn says() {}"),
            ("act/mod.rs", "use crate::core::{Plan as P, wording}; fn f(_: P) { wording::says() }"),
        ]);
        let expected = [
            is("act/mod.rs", "core/plan.rs"),
            is("act/mod.rs", "core/wording/mod.rs"),
            is("act/mod.rs", "core/wording/tray.rs"),
            is("core/mod.rs", "core/plan.rs"),
            is("core/mod.rs", "core/wording/mod.rs"),
            is("core/plan.rs", "core/wording/tray.rs"),
            is("core/wording/mod.rs", "core/wording/tray.rs"),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn arrows_of_tests_do_not_count_and_those_below_tests_do() {
        let found = arrows(&[
            ("a.rs", "#[cfg(test)] mod tests { use crate::b::x; } fn late() { crate::c::y() }"),
            ("b.rs", "pub fn x() {}"),
            ("c.rs", "pub fn y() {}"),
        ]);
        assert_eq!(found, [is("a.rs", "c.rs")]);
    }
}
