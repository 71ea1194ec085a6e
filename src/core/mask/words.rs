//! The words of a command line, read one after the other: an option tells of the word behind it.
//!
//! A word with blanks may be a command line itself, as for a shell, and is read as one, too.

use super::names::is_scheme;
use super::options::{Expects, Program, is_login, variable};
use super::pieces::{MARKS, pieces, unquoted};
use super::random::masked_runs;
use super::values::{Source, masked_values};
use super::{MASK, plain};

/// The words of a command line, each as it may be shown.
#[must_use]
pub fn words(args: &[String]) -> Vec<String> {
    let mut reader = Reader::new();
    args.iter().map(|word| plain(&reader.shown(word))).collect()
}

/// How much of a word may be shown before the mask.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shown {
    /// As far as the other rules allow.
    All,
    /// The name of something, whose value begins here.
    Until(usize),
    Nothing,
}

/// What is known after the words so far.
struct Reader {
    program: Program,
    expects: Expects,
    /// Whether a shell would take the next word for a command, or for a variable of that.
    before_command: bool,
}

impl Reader {
    /// For words that are parted already.
    const fn new() -> Self {
        Self { program: Program::Unknown, expects: Expects::Anything, before_command: false }
    }

    /// For a text that a shell may read.
    const fn of_a_shell() -> Self {
        Self { before_command: true, ..Self::new() }
    }

    /// The next word as it may be shown.
    fn shown(&mut self, word: &str) -> String {
        let was_secret = self.expects == Expects::Secret;
        let shown = self.read(word);
        let (masked, value_follows) = masked_values(word, Source::Argument);
        let last = word.rsplit(char::is_whitespace).next().unwrap_or_default().trim_matches(['"', '\'']);
        let value_follows = value_follows
            || last.eq_ignore_ascii_case("bearer")
            || is_scheme(last) && (was_secret || word.contains(':'));
        if value_follows {
            self.expects = Expects::Secret;
        }
        match shown {
            Shown::Nothing => MASK.to_owned(),
            Shown::Until(begin) => format!("{}{MASK}", masked_runs(&word[..begin])),
            Shown::All if word.contains(char::is_whitespace) => masked_runs(&self.shown_inside(&masked)),
            Shown::All => masked_runs(&masked),
        }
    }

    /// A word that may be a command line, as it may be shown.
    fn shown_inside(&mut self, text: &str) -> String {
        let (shown, last) = line(text, MARKS);
        if last != Expects::Anything && self.expects == Expects::Anything {
            self.expects = last;
        }
        shown
    }

    /// Takes note of a word and says how much of it may be shown.
    fn read(&mut self, word: &str) -> Shown {
        let expected = std::mem::replace(&mut self.expects, Expects::Anything);
        if expected == Expects::Secret && word == "--" {
            self.expects = expected;
            return Shown::All;
        }
        // `--token --port 3005` and `--auth -v` are options of which the first has no value.
        let is_option = word.starts_with("--") || word.starts_with('-') && word.len() <= 2;
        match expected {
            Expects::Secret if !is_option => return Shown::Nothing,
            Expects::Secret
            | Expects::Anything
            | Expects::Header
            | Expects::Login
            | Expects::Variables
            | Expects::Value => {}
        }
        let shown =
            if word.starts_with('-') { self.read_option(word) } else { self.read_plain(word, expected) };
        // The name of a header alone, or more of a list of them: its value follows.
        if shown != Shown::All && word.ends_with(':') {
            self.expects = Expects::Secret;
        }
        shown
    }

    fn read_option(&mut self, word: &str) -> Shown {
        if let Some((expects, begin)) = self.program.short_with_value(word) {
            return value(expects, &word[begin..]).behind(begin);
        }
        match word.split_once('=') {
            Some((name, rest)) => value(self.program.expects_after(name), rest).behind(name.len() + 1),
            None if word.contains(char::is_whitespace) => Shown::All,
            None => {
                self.expects = self.program.expects_after(word);
                Shown::All
            }
        }
    }

    fn read_plain(&mut self, word: &str, expected: Expects) -> Shown {
        let shown = value(expected, word);
        if expected == Expects::Variables && variable(word).is_some() {
            self.expects = expected;
            return shown;
        }
        if shown != Shown::All {
            return shown;
        }
        let may_be_set = self.before_command || self.program == Program::Elevator;
        if may_be_set && let Some(begin) = set_before(word) {
            self.before_command |= word.ends_with(ENDS_A_COMMAND);
            return Shown::Until(begin);
        }
        self.before_command =
            word.ends_with(ENDS_A_COMMAND) || self.before_command && COMMAND_FOLLOWS.contains(&word);
        let in_environment = self.program == Program::Environment;
        match Program::named(word) {
            Some(program) => self.program = program,
            // The script, or the program that is run as somebody.
            None if matches!(self.program, Program::Interpreter | Program::Elevator)
                && expected == Expects::Anything =>
            {
                self.program = Program::Unknown;
            }
            None if word.ends_with(ENDS_A_COMMAND) => self.program = Program::Unknown,
            None => {}
        }
        if in_environment { value(Expects::Variables, word) } else { Shown::All }
    }
}

/// What stands at the end of a word behind which a shell begins another command.
const ENDS_A_COMMAND: [char; 3] = [';', '|', '&'];

/// Words of a shell's own behind which a command begins.
const COMMAND_FOLLOWS: &[&str] =
    &["(", "{", "!", "time", "if", "then", "elif", "else", "while", "until", "do"];

/// Where the value begins of a variable that is set for the command behind it.
fn set_before(word: &str) -> Option<usize> {
    let opened = word.len() - word.trim_start_matches('(').len();
    variable(&word[opened..]).map(|begin| opened + begin).filter(|begin| *begin < word.len())
}

impl Shown {
    /// The same for a word in which this begins later.
    fn behind(self, begin: usize) -> Self {
        match self {
            Self::All => Self::All,
            Self::Until(more) => Self::Until(begin + more),
            Self::Nothing => Self::Until(begin),
        }
    }
}

/// How much of a value may be shown.
fn value(expected: Expects, word: &str) -> Shown {
    match expected {
        Expects::Header => Shown::Nothing,
        Expects::Login if is_login(word) => Shown::Nothing,
        Expects::Variables if word.starts_with(['{', '[']) => Shown::Nothing,
        Expects::Variables => match variable(word) {
            Some(begin) if begin < word.len() => Shown::Until(begin),
            Some(_) | None => Shown::All,
        },
        // What `masked_values` finds by the name has its own bounds.
        Expects::Anything | Expects::Secret | Expects::Login | Expects::Value => Shown::All,
    }
}

/// A command line in one text, with marks that keep words together, as it may be shown; and what it expects at its
/// end.
fn line(text: &str, marks: &[char]) -> (String, Expects) {
    let mut reader = Reader::of_a_shell();
    let mut out = String::with_capacity(text.len());
    for piece in pieces(text, marks) {
        if piece.starts_with(char::is_whitespace) {
            reader.before_command |= piece.contains('\n');
            out.push_str(piece);
            continue;
        }
        let (open, word, close) = unquoted(piece);
        out.push_str(open);
        match reader.read(word) {
            Shown::Nothing => out.push_str(MASK),
            Shown::Until(begin) => out.extend([&word[..begin], MASK]),
            Shown::All if !word.contains(char::is_whitespace) => out.push_str(word),
            Shown::All if piece.len() > word.len() => out.push_str(&line(word, marks).0),
            Shown::All => {
                // Marks that may belong to no quotation: `don't … it's`.
                let stray = word.chars().find(|c| marks.contains(c));
                let marks: Vec<char> = marks.iter().copied().filter(|mark| Some(*mark) != stray).collect();
                out.push_str(&line(word, &marks).0);
            }
        }
        out.push_str(close);
    }
    (out, reader.expects)
}
