//! What is wrong with the configuration, and what to do.
//!
//! Sentences only: who calls knows the file and the line and puts them in front. What stands in
//! the user's file is quoted short and plain; values that may be secret are never quoted.

use std::fmt::Display;

use crate::core::mask::{plain, plain_short};

/// The longest that something from the user's file may be in a sentence, in characters.
const LONGEST_QUOTE: usize = 60;

/// What is wrong, and the next step.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Complaint {
    /// What is wrong, as a clause.
    pub sentence: String,
    /// What to do, where there is something.
    pub hint: Option<String>,
}

impl Complaint {
    pub(super) fn new(sentence: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { sentence: sentence.into(), hint: Some(hint.into()) }
    }
}

/// What kind of value a key wants.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wanted {
    /// true or false.
    YesOrNo,
    /// A string.
    Text,
    /// A list of strings.
    Texts,
    /// A port.
    Port,
    /// A time with its unit.
    Time,
    /// The list of watches.
    Watches,
}

/// How a time may be written.
const TIMES: &str =
    "write a number with ms, s, m or h in quotes: \"200ms\", \"0.2s\", \"2s\", \"5m\" or \"1h\"";

pub(super) fn quote(text: &str) -> String {
    format!("\"{}\"", plain_short(text, LONGEST_QUOTE))
}

/// The file that the user named does not exist.
#[must_use]
pub fn config_missing() -> Complaint {
    Complaint::new(
        "the file does not exist",
        "name another file with --config, or leave it out: Shimkeeper runs without one",
    )
}

/// A file is a folder or a device.
#[must_use]
pub fn no_file() -> Complaint {
    Complaint::new("this is not a file", "name a text file")
}

/// A file is far too large for what it should be.
#[must_use]
pub fn too_large(most: u64) -> Complaint {
    Complaint::new(format!("the file is larger than {} kB", most / 1000), "name the right file")
}

/// A file could not be read.
#[must_use]
pub fn unreadable(error: &dyn Display) -> Complaint {
    Complaint::new(format!("cannot read the file: {error}"), "give yourself the right to read it")
}

/// A file is not UTF-8.
#[must_use]
pub fn not_utf8() -> Complaint {
    Complaint::new("the text is not UTF-8", "save the file with the encoding UTF-8")
}

/// The file is UTF-16.
#[must_use]
pub fn utf16() -> Complaint {
    Complaint::new("the text is UTF-16", "save the file with the encoding UTF-8")
}

/// The text is no TOML.
#[must_use]
pub fn no_toml(why: &str) -> Complaint {
    let hint = if why.contains("duplicate") {
        "remove one of the two"
    } else if why.contains("escape") {
        "write a backslash as a slash, or twice: \"C:/Project\""
    } else if why.contains("recurs") {
        "nest the values less deeply"
    } else {
        "strings stand in quotes, true and false do not: name = \"a\", toasts = true"
    };
    Complaint::new(format!("not valid TOML: {}", plain(why)), hint)
}

/// A key that nobody knows.
#[must_use]
pub fn unknown_key(key: &str, nearest: Option<&str>, known: &[&str]) -> Complaint {
    let hint = nearest.map_or_else(
        || format!("the keys here are {}", known.join(", ")),
        |nearest| format!("did you mean \"{nearest}\"?"),
    );
    Complaint::new(format!("there is no key {}", quote(key)), hint)
}

/// A key of the whole program inside a watch: TOML counts what follows `[[watch]]` as part of it.
#[must_use]
pub fn key_below_watch() -> Complaint {
    Complaint::new("this key does not belong to a watch", "move the line above the first [[watch]]")
}

/// A watch's key outside any watch.
#[must_use]
pub fn key_above_watch() -> Complaint {
    Complaint::new("this key belongs to a watch", "move the line below a [[watch]]")
}

/// A value of the wrong type.
#[must_use]
pub fn wrong_type(wanted: Wanted, found: &str) -> Complaint {
    let (name, hint) = match wanted {
        Wanted::YesOrNo => ("true or false", "write true or false, without quotes"),
        Wanted::Text => ("a string", "write it in quotes"),
        Wanted::Texts => ("a list of strings", "write it like [\"python\", \"-u\", \"C:/Project/shim.py\"]"),
        Wanted::Port => ("a whole number", "write a number from 1 to 65535, without quotes"),
        Wanted::Time => ("a time", TIMES),
        Wanted::Watches => ("a list of watches", "begin each watch with a line [[watch]], in two brackets"),
    };
    let article = if found.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    Complaint::new(format!("this is {article} {found}, not {name}"), hint)
}

/// Text that is no span of time.
#[must_use]
pub fn no_time(text: &str) -> Complaint {
    Complaint::new(format!("{} is not a time", quote(text)), TIMES)
}

/// A time that is too short or too long.
#[must_use]
pub fn out_of_range(text: &str, least: &str, most: &str) -> Complaint {
    Complaint::new(
        format!("{} is out of range", quote(text)),
        format!("it may be from \"{least}\" to \"{most}\""),
    )
}

/// A number that is no port.
#[must_use]
pub fn no_port(number: &str) -> Complaint {
    Complaint::new(
        format!("{} is not a port", plain_short(number, LONGEST_QUOTE)),
        "write a number from 1 to 65535",
    )
}

/// A word that is none of the words of this key.
#[must_use]
pub fn no_such_word(word: &str, known: &[&str]) -> Complaint {
    Complaint::new(format!("{} is not known here", quote(word)), format!("write one of {}", known.join(", ")))
}

/// A value that says nothing.
#[must_use]
pub fn empty() -> Complaint {
    Complaint::new("this is empty", "fill it in, or remove the line")
}

/// Text with characters that cannot be shown.
#[must_use]
pub fn not_plain() -> Complaint {
    Complaint::new("this holds characters that cannot be shown", "write it in plain text on one line")
}

/// `watch = []`.
#[must_use]
pub fn nothing_watched() -> Complaint {
    Complaint::new("nothing would be watched", "remove the line to watch the EXAI shim on port 3005")
}

/// Two watches of one name.
#[must_use]
pub fn same_name(name: &str, first_line: usize) -> Complaint {
    Complaint::new(
        format!("the watch in line {first_line} has the name {} too", quote(name)),
        "give each watch a name of its own",
    )
}

/// Two watches of one port.
#[must_use]
pub fn same_port(port: u16, first_name: &str, first_line: usize) -> Complaint {
    Complaint::new(
        format!("the watch {} in line {first_line} has the port {port} too", quote(first_name)),
        "give each watch a port of its own, or say listens = \"never\" where it speaks over stdio",
    )
}

/// Something in a configuration that loads and will not do what it looks like.
#[must_use]
pub fn note(says: &str) -> String {
    format!("note: {says}")
}

/// A port that a watch names beside `listens = "never"`.
#[must_use]
pub fn port_not_looked_at(port: u16, looks_at_it: Option<&str>) -> Complaint {
    let other = looks_at_it
        .map_or_else(String::new, |name| format!("; the watch {} looks at port {port}", quote(name)));
    Complaint::new(
        format!(
            "listens = \"never\" means that this watch looks at no port, so that {port} is not read{other}"
        ),
        "take the port out, or say listens = \"maybe\" where this server may listen on it",
    )
}

/// A folder that is none.
#[must_use]
pub fn no_folder(path: &dyn Display) -> Complaint {
    Complaint::new(
        format!("there is no folder {}", plain(&path.to_string())),
        "correct the path, or create the folder",
    )
}

/// A program that does not exist where the configuration says.
#[must_use]
pub fn no_program(path: &dyn Display) -> Complaint {
    Complaint::new(
        format!("there is no program {}", plain(&path.to_string())),
        "correct the first word of the command, or install the program",
    )
}

/// A program that the system does not find by its name alone.
#[must_use]
pub fn program_not_found(name: &str) -> Complaint {
    Complaint::new(
        format!("the program {} is in no folder of PATH", quote(name)),
        "write its whole path as the first word of the command",
    )
}

/// A file that may not be run.
#[must_use]
pub fn not_executable(path: &dyn Display) -> Complaint {
    let path = plain(&path.to_string());
    Complaint::new(
        format!("{path} may not be run as a program"),
        "make it executable, or put its interpreter in front",
    )
}

/// An environment file that does not exist.
#[must_use]
pub fn no_env_file(path: &dyn Display) -> Complaint {
    let path = plain(&path.to_string());
    Complaint::new(format!("there is no file {path}"), "correct the path, or remove the line")
}

/// Something is wrong with the environment file as a whole.
#[must_use]
pub fn env_file_unusable(path: &dyn Display, what: &Complaint) -> Complaint {
    let path = plain(&path.to_string());
    Complaint { sentence: format!("{path}: {}", what.sentence), hint: what.hint.clone() }
}

/// A line of the environment file that says nothing. The line itself may hold a secret.
#[must_use]
pub fn env_file_line(path: &dyn Display, line: usize, what: &str) -> Complaint {
    let path = plain(&path.to_string());
    Complaint::new(format!("line {line} of {path} {what}"), "write KEY=value, or a # in front of a comment")
}

/// What is wrong with a line of an environment file.
pub mod env_line {
    /// No `=`.
    pub const NO_EQUALS: &str = "has no =";
    /// No usable name before the `=`.
    pub const BAD_NAME: &str = "has no name of letters, digits and underscores before the =";
    /// A quotation mark that never closes.
    pub const OPEN_QUOTE: &str = "opens a quotation mark and does not close it";
    /// Something follows the closing quotation mark.
    pub const AFTER_QUOTE: &str = "goes on after its closing quotation mark";
    /// A character that no environment can hold.
    pub const NUL: &str = "holds a NUL character";
}

/// The key stands in the file as a table, so that setting it would lose something.
#[must_use]
pub fn not_a_plain_key() -> Complaint {
    Complaint::new("this is a table, not true or false", "remove the table from the file")
}
