//! The `[[watch]]` tables: what each says, and that no two of them contradict each other.

use std::collections::BTreeSet;
use std::time::Duration;

use toml::de::{DeTable, DeValue};

use super::check::Surroundings;
use super::keys;
use super::reader::{Found, Reader, Section};
use super::ways::{self, Way};
use crate::core::interpreter::is_interpreter;
use crate::core::launcher::{is_wrapper, launches_another};
use crate::core::module::module_in;
use crate::core::wording::{self, Complaint, Wanted};
use crate::core::{CommandLine, Listens, PathStyle, Port, Watch};

/// The words of `listens`.
pub(super) const LISTENS: &[(&str, Option<Listens>)] =
    &[("always", Some(Listens::Always)), ("maybe", Some(Listens::Maybe)), ("never", None)];

/// A watch and the lines where its name and its port stand.
struct Read {
    watch: Watch,
    name_line: usize,
    port_line: usize,
    command_line: usize,
    /// A port that the file names beside `listens = "never"`.
    unread_port: Option<u16>,
    /// What the file says of how it is run.
    way: Option<Way>,
}

/// Every watch of the file, or the usual one where the file has none.
pub(super) fn read(
    reader: &mut Reader<'_>,
    top: &Section<'_>,
    around: &Surroundings<'_>,
    style: PathStyle,
    orphan_grace: Duration,
) -> Vec<Watch> {
    let usual = Watch { orphan_grace, ..Watch::exai() };
    let Some(value) = top.table.get(keys::WATCH) else { return vec![usual] };
    let line = reader.line(&value.span());
    let Some(list) = value.get_ref().as_array() else {
        let found = value.get_ref().type_str();
        reader.complain(line, top, keys::WATCH, wording::wrong_type(Wanted::Watches, found));
        return Vec::new();
    };
    if list.is_empty() {
        reader.complain(line, top, keys::WATCH, wording::nothing_watched());
    }
    let mut watches: Vec<Read> = Vec::new();
    for item in list {
        let line = reader.line(&item.span());
        if let DeValue::Table(table) = item.get_ref() {
            let read = one(reader, table, line, around, (&usual, style));
            compare(reader, &read, &watches, table);
            watches.push(read);
        } else {
            let found = item.get_ref().type_str();
            reader.complain(line, top, keys::WATCH, wording::wrong_type(Wanted::Watches, found));
        }
    }
    remark(reader, &watches, style);
    remark_commands(reader, &watches, style);
    let mut watches: Vec<Watch> = watches.into_iter().map(|read| read.watch).collect();
    // "Never" means never, also where another watch has the same script.
    let protect: BTreeSet<String> = watches.iter().flat_map(|watch| watch.protect.clone()).collect();
    for watch in &mut watches {
        watch.protect = protect.iter().cloned().collect();
    }
    watches
}

fn section<'t>(table: &'t DeTable<'t>) -> Section<'t> {
    Section { table, known: keys::OF_WATCH, prefix: "watch." }
}

fn one(
    reader: &mut Reader<'_>,
    table: &DeTable<'_>,
    line: usize,
    around: &Surroundings<'_>,
    (usual, style): (&Watch, PathStyle),
) -> Read {
    let section = section(table);
    reader.stray_keys(&section);
    let absent = |value: &str| Found { value: value.to_owned(), line };
    let name = reader.text(&section, keys::NAME).unwrap_or_else(|| absent(&usual.name));
    let way = ways::read(reader, &section, style);
    let found = reader.port(&section, keys::PORT);
    let port_line = found.as_ref().map_or(line, |found| found.line);
    let (port, unread_port) = port(reader, &section, found, way.is_some(), usual);
    let cwd = existing(reader, &section, keys::CWD, |text| around.folder(text));
    let watch = Watch {
        name: name.value,
        port,
        runs: way.as_ref().map_or_else(|| usual.runs.clone(), |way| way.runs.clone()),
        command: command(reader, &section, around, cwd.as_deref()),
        env_file: existing(reader, &section, keys::ENV_FILE, |text| around.env_file(text)),
        cwd,
        protect: protect(reader, &section),
        ..usual.clone()
    };
    let command_line = table.get(keys::COMMAND).map_or(line, |command| reader.line(&command.span()));
    Read { watch, name_line: name.line, port_line, command_line, unread_port, way }
}

/// The port with what `listens` says of it, and a port that is named for nothing. A watch that says how its server is
/// run has none where it names none.
fn port(
    reader: &mut Reader<'_>,
    section: &Section<'_>,
    found: Option<Found<u16>>,
    names_a_way: bool,
    usual: &Watch,
) -> (Option<Port>, Option<u16>) {
    let usual_port = usual.port.filter(|_| !names_a_way);
    let number = found.map(|found| found.value);
    match listens(reader, section) {
        Some((None, _)) => (None, number),
        None => (number.map(Port::maybe).or(usual_port), None),
        Some((Some(listens), line)) => {
            let number = number.or(usual_port.map(|port| port.number));
            if number.is_none() && section.table.get(keys::PORT).is_none() {
                reader.complain(line, section, keys::LISTENS, wording::listens_without_port());
            }
            (number.map(|number| Port { number, listens }), None)
        }
    }
}

/// Whether it listens, and the line where that stands.
fn listens(reader: &mut Reader<'_>, section: &Section<'_>) -> Option<(Option<Listens>, usize)> {
    let found = reader.text(section, keys::LISTENS)?;
    let listens = LISTENS.iter().find(|(word, _)| *word == found.value).map(|(_, listens)| *listens);
    if listens.is_none() {
        let words: Vec<&str> = LISTENS.iter().map(|(word, _)| *word).collect();
        reader.complain(found.line, section, keys::LISTENS, wording::no_such_word(&found.value, &words));
    }
    Some((listens?, found.line))
}

/// A path that has to exist.
fn existing(
    reader: &mut Reader<'_>,
    section: &Section<'_>,
    key: &str,
    look: impl Fn(&str) -> Result<String, Complaint>,
) -> Option<String> {
    let found = reader.text(section, key)?;
    look(&found.value).map_err(|complaint| reader.complain(found.line, section, key, complaint)).ok()
}

fn command(
    reader: &mut Reader<'_>,
    section: &Section<'_>,
    around: &Surroundings<'_>,
    cwd: Option<&str>,
) -> Vec<String> {
    let words = reader.texts(section, keys::COMMAND).unwrap_or_default();
    for word in words.iter().filter(|word| word.value.contains('\0')) {
        reader.complain(word.line, section, keys::COMMAND, wording::not_plain());
    }
    let mut words = words.into_iter();
    let Some(program) = words.next() else { return Vec::new() };
    let Some(program) = reader.worded(section, keys::COMMAND, program) else { return Vec::new() };
    match around.program(&program.value, cwd) {
        Ok(whole) => std::iter::once(whole).chain(words.map(|word| word.value)).collect(),
        Err(complaint) => {
            reader.complain(program.line, section, keys::COMMAND, complaint);
            Vec::new()
        }
    }
}

/// An empty part would be in every command line and protect every orphan.
fn protect(reader: &mut Reader<'_>, section: &Section<'_>) -> Vec<String> {
    let parts = reader.texts(section, keys::PROTECT).unwrap_or_default();
    parts.into_iter().filter_map(|part| Some(reader.worded(section, keys::PROTECT, part)?.value)).collect()
}

/// Remarks every port that is named and not looked at, and every way to run that matches nothing or too much.
fn remark(reader: &mut Reader<'_>, watches: &[Read], style: PathStyle) {
    let of_watch = Section { table: &DeTable::new(), known: keys::OF_WATCH, prefix: "watch." };
    for read in watches {
        if let Some(way) = &read.way {
            ways::remark(reader, &of_watch, way, style);
        }
        let Some(port) = read.unread_port else { continue };
        let looks = |other: &&Read| other.watch.port_number() == Some(port);
        let looks_at_it = watches.iter().find(looks).map(|other| other.watch.name.as_str());
        let complaint = wording::port_not_looked_at(port, looks_at_it);
        reader.note(read.port_line, &of_watch, keys::PORT, complaint);
    }
}

/// Remarks a `command` that starts what the watch does not recognise.
fn remark_commands(reader: &mut Reader<'_>, watches: &[Read], style: PathStyle) {
    let of_watch = Section { table: &DeTable::new(), known: keys::OF_WATCH, prefix: "watch." };
    for read in watches {
        let Watch { command, cwd, runs, .. } = &read.watch;
        let line = CommandLine::of(command, style).within(cwd.as_deref());
        if line.runs(runs) {
            continue;
        }
        if let Some(module) = module_in(&line) {
            let complaint = wording::command_runs_a_module(&module, &runs.shown());
            reader.note(read.command_line, &of_watch, keys::COMMAND, complaint);
        } else if let Some(other) = another_script(&line) {
            let complaint = wording::command_runs_another_script(other, &runs.shown());
            reader.note(read.command_line, &of_watch, keys::COMMAND, complaint);
        }
    }
}

/// The script that an interpreter in `command` would run where it is no wrapper that is looked through.
fn another_script<'a>(line: &CommandLine<'a>) -> Option<&'a str> {
    let script = line.script()?;
    let is_known = launches_another(line.words, line.style) || is_wrapper(script, line.style);
    (is_interpreter(&line.program_name(), line.style) && !is_known).then_some(script)
}

/// Complains if an earlier watch has the name or the port of this one. A watch that never listens
/// claims no port.
fn compare(reader: &mut Reader<'_>, read: &Read, earlier: &[Read], table: &DeTable<'_>) {
    let section = section(table);
    if let Some(other) = earlier.iter().find(|other| other.watch.name == read.watch.name) {
        let complaint = wording::same_name(&read.watch.name, other.name_line);
        reader.complain(read.name_line, &section, keys::NAME, complaint);
    }
    let port = read.watch.port_number();
    if let Some(port) = port
        && let Some(other) = earlier.iter().find(|other| other.watch.port_number() == Some(port))
    {
        let complaint = wording::same_port(port, &other.watch.name, other.port_line);
        reader.complain(read.port_line, &section, keys::PORT, complaint);
    }
}
