//! The environment file of a watch: lines of `KEY=value`.
//!
//! Taken: comments, blank lines, `export `, spaces around `=`, values in single quotes (as they are)
//! and in double quotes (with `\n`, `\r`, `\t`, `\"`, `\\`, `\$`), comments behind a value after a space. Of
//! two lines with one key the last holds. Deliberately not done: values over several lines and
//! `${OTHER}` — they stay as they stand. Values are secrets: nothing here shows or logs one.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use crate::core::wording::{self, Complaint, env_line};
use crate::platform::files;

/// The largest environment file that is read, in bytes.
const MOST: u64 = 1_000_000;

/// Names and values for a program that is started. Its `Debug` shows names only.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Environment(BTreeMap<String, String>);

impl Environment {
    /// Every name with its value, secrets included: never show or log it.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

impl From<Environment> for BTreeMap<String, String> {
    fn from(environment: Environment) -> Self {
        environment.0
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// Why an environment file was not taken: names the file and the line, never a value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EnvFileError(pub Complaint);

impl fmt::Display for EnvFileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.sentence)
    }
}

impl std::error::Error for EnvFileError {}

/// Reads the file anew. Blocks.
pub fn read(path: &Path) -> Result<Environment, EnvFileError> {
    let shown = path.display();
    if !path.exists() {
        return Err(EnvFileError(wording::no_env_file(&shown)));
    }
    let text = files::read_text(path, MOST)
        .map_err(|unread| EnvFileError(wording::env_file_unusable(&shown, &unread.complaint)))?;
    parse(&text).map_err(|(line, what)| EnvFileError(wording::env_file_line(&shown, line, what)))
}

fn parse(text: &str) -> Result<Environment, (usize, &'static str)> {
    let mut variables = BTreeMap::new();
    for (index, line) in text.trim_start_matches('\u{FEFF}').lines().enumerate() {
        variables.extend(variable(line.trim()).map_err(|what| (index + 1, what))?);
    }
    Ok(Environment(variables))
}

fn variable(line: &str) -> Result<Option<(String, String)>, &'static str> {
    if line.is_empty() || line.starts_with('#') {
        return Ok(None);
    }
    if line.contains('\0') {
        return Err(env_line::NUL);
    }
    let exported = line.strip_prefix("export").filter(|rest| rest.starts_with([' ', '\t']));
    let (name, value) = exported.unwrap_or(line).split_once('=').ok_or(env_line::NO_EQUALS)?;
    let name = name.trim();
    let usable = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
    if name.is_empty() || !name.chars().all(usable) || name.starts_with(|c: char| c.is_ascii_digit()) {
        return Err(env_line::BAD_NAME);
    }
    Ok(Some((name.to_owned(), plain_value(value.trim())?)))
}

fn plain_value(value: &str) -> Result<String, &'static str> {
    let (text, rest) = if let Some(rest) = value.strip_prefix('\'') {
        rest.split_once('\'').map(|(text, rest)| (text.to_owned(), rest)).ok_or(env_line::OPEN_QUOTE)?
    } else if let Some(rest) = value.strip_prefix('"') {
        double_quoted(rest).ok_or(env_line::OPEN_QUOTE)?
    } else {
        return Ok(without_comment(value).to_owned());
    };
    let rest = rest.trim();
    if rest.is_empty() || rest.starts_with('#') { Ok(text) } else { Err(env_line::AFTER_QUOTE) }
}

/// What stands before the closing mark, and what follows it.
fn double_quoted(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Some((value, &text[at + 1..])),
            '\\' => match chars.next()?.1 {
                'n' => value.push('\n'),
                'r' => value.push('\r'),
                't' => value.push('\t'),
                escaped @ ('"' | '\\' | '$') => value.push(escaped),
                other => value.extend(['\\', other]),
            },
            _ => value.push(c),
        }
    }
    None
}

fn without_comment(value: &str) -> &str {
    let start = value.char_indices().zip(value.chars().skip(1));
    let comment = start.into_iter().find(|((_, before), c)| *c == '#' && before.is_whitespace());
    match comment {
        Some(((at, _), _)) => value[..at].trim_end(),
        None if value.starts_with('#') => "",
        None => value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[(&str, &str)]) {
        let environment = parse(text).unwrap();
        assert_eq!(environment.iter().collect::<Vec<_>>(), expected, "{text:?}");
    }

    #[test]
    fn lines_are_read_as_their_writers_mean_them() {
        check("", &[]);
        check("# comment\n\n  # another\nA=1\r\nB=two words\n", &[("A", "1"), ("B", "two words")]);
        check("export A=1\nexport\tB = 2", &[("A", "1"), ("B", "2")]);
        check("exported=1", &[("exported", "1")]);
        check("A=\nB=''\nC=\"\"", &[("A", ""), ("B", ""), ("C", "")]);
        check(
            "A=x # why\nB=x#y\nC=# nothing\nD='x' # why\nE=ä # ö",
            &[("A", "x"), ("B", "x#y"), ("C", ""), ("D", "x"), ("E", "ä")],
        );
        check(r#"A='C:\new $x "q"'"#, &[("A", r#"C:\new $x "q""#)]);
        check(r#"A="a\nb\t\"c\" \\ \$x \d # in""#, &[("A", "a\nb\t\"c\" \\ $x \\d # in")]);
        check("A=a=b==\nURL=http://h/?x=1", &[("A", "a=b=="), ("URL", "http://h/?x=1")]);
        check("A=1\nB=2\nA=3", &[("A", "3"), ("B", "2")]);
        check("\u{FEFF}A=1", &[("A", "1")]);
    }

    #[test]
    fn a_line_that_says_nothing_is_named_by_its_number() {
        for (text, expected) in [
            ("A=1\nhello", (2, env_line::NO_EQUALS)),
            ("=1", (1, env_line::BAD_NAME)),
            ("A B=1", (1, env_line::BAD_NAME)),
            ("1A=1", (1, env_line::BAD_NAME)),
            ("\n\nA=\"x", (3, env_line::OPEN_QUOTE)),
            ("A=\"x\\", (1, env_line::OPEN_QUOTE)),
            ("A='it's", (1, env_line::AFTER_QUOTE)),
            ("A='x' y", (1, env_line::AFTER_QUOTE)),
            ("A=x\0y", (1, env_line::NUL)),
        ] {
            assert_eq!(parse(text), Err(expected), "{text:?}");
        }
    }

    #[test]
    fn no_value_is_ever_shown() {
        let shown = format!("{:?}", parse("TOKEN=hunter2").unwrap());
        assert_eq!(shown, "{\"TOKEN\"}");
    }
}
