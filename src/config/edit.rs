//! Changes one key of the user's file and leaves everything else as it stands.
//!
//! A file that cannot be read as TOML is refused untouched. A file behind a link is changed where it
//! is, and the link stays.

use std::fs;
use std::path::Path;

use toml_edit::{DocumentMut, Item, Value};

use super::error::{ConfigError, Problem};
use super::keys;
use super::template::TEMPLATE;
use crate::core::position::position;
use crate::core::wording::{self, Complaint};
use crate::platform::files;

/// The largest file that is changed, in bytes.
const MOST: u64 = 1_000_000;

/// Writes `auto_cleanup`. Creates the file, with everything explained, if it is missing. Blocks.
pub fn set_auto_cleanup(path: &Path, on: bool) -> Result<(), ConfigError> {
    let target = if path.is_symlink() { fs::canonicalize(path) } else { Ok(path.to_owned()) }
        .map_err(|error| ConfigError::whole_file(path, wording::unreadable(&error)))?;
    let text = if target.exists() {
        files::read_text(&target, MOST).map_err(|unread| ConfigError::unread(path, unread))?
    } else {
        TEMPLATE.to_owned()
    };
    let changed =
        with_key(&text, keys::AUTO_CLEANUP, on).map_err(|problem| ConfigError::new(path, vec![problem]))?;
    if changed == text && target.exists() {
        return Ok(());
    }
    files::write_atomically(&target, changed.as_bytes()).map_err(|error| {
        let hint = Some(wording::WRITABLE_HINT.to_owned());
        ConfigError::whole_file(path, Complaint { sentence: error.to_string(), hint })
    })
}

/// The text with the key set; a line that only shows the key behind a `#` is put to use.
fn with_key(text: &str, key: &str, on: bool) -> Result<String, Problem> {
    let mut document: DocumentMut = text.parse().map_err(|error| syntax(text, &error))?;
    match document.get_mut(key) {
        Some(Item::Value(value)) => {
            let decor = value.decor().clone();
            *value = Value::from(on);
            *value.decor_mut() = decor;
        }
        Some(Item::Table(_) | Item::ArrayOfTables(_)) => {
            return Err(Problem::new(None, Some(key.to_owned()), wording::not_a_plain_key()));
        }
        None | Some(Item::None) => {
            if let Some(changed) = uncommented(text, key, on) {
                return Ok(changed);
            }
            document[key] = toml_edit::value(on);
        }
    }
    // Written with one kind of line end; the file keeps its own.
    let changed = document.to_string().replace("\r\n", "\n");
    Ok(if text.contains("\r\n") { changed.replace('\n', "\r\n") } else { changed })
}

/// The text with the line `#key = …` put to use, if that line stands where it would be read.
fn uncommented(text: &str, key: &str, on: bool) -> Option<String> {
    let shows_key = |line: &&str| -> bool {
        let rest = line.strip_prefix('#').map(str::trim_start).and_then(|rest| rest.strip_prefix(key));
        rest.is_some_and(|rest| rest.trim_start().starts_with('='))
    };
    let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
    let at = lines.iter().position(shows_key)?;
    let end = &lines[at][lines[at].trim_end().len()..];
    let line = format!("{key} = {on}{end}");
    lines[at] = &line;
    let changed = lines.concat();
    // Inside a table or a long string the line would mean something else.
    let document: DocumentMut = changed.parse().ok()?;
    (document.get(key)?.as_bool() == Some(on)).then_some(changed)
}

fn syntax(text: &str, error: &toml_edit::TomlError) -> Problem {
    let mut problem = Problem::new(None, None, wording::no_toml(error.message()));
    if let Some(span) = error.span() {
        let (line, column) = position(text, span.start);
        (problem.line, problem.column) = (Some(line), Some(column));
    }
    problem
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::files::testing::Scratch;

    /// The text after switching automatic cleanup on.
    fn on(text: &str) -> String {
        with_key(text, "auto_cleanup", true).unwrap()
    }

    #[test]
    fn only_the_value_changes() {
        for (before, after) in [
            ("# a\nauto_cleanup = false # why\n", "# a\nauto_cleanup = true # why\n"),
            ("auto_cleanup=false\r\ntoasts = true\r\n", "auto_cleanup=true\r\ntoasts = true\r\n"),
            ("auto_cleanup = \"no\"\n", "auto_cleanup = true\n"),
            ("# a\r\n\r\nauto_cleanup=false\r\n", "# a\r\n\r\nauto_cleanup=true\r\n"),
            ("auto_cleanup = false", "auto_cleanup = true\n"),
        ] {
            assert_eq!(on(before), after);
        }
    }

    #[test]
    fn a_new_key_stands_where_it_is_read() {
        assert_eq!(on(""), "auto_cleanup = true\n");
        for before in [
            "# head\n\n[[watch]]\nname = \"a\" # b\n",
            "toasts = false\n\n# c\n[[watch]]\nport = 1\n[[watch]]\nport = 2",
            "[[watch]]\n#auto_cleanup = false\n",
        ] {
            let after = on(before);
            assert_eq!(
                after.parse::<DocumentMut>().unwrap()["auto_cleanup"].as_bool(),
                Some(true),
                "{after}"
            );
            for line in before.lines() {
                assert!(after.lines().any(|kept| kept == line), "{line:?} is lost:\n{after}");
            }
        }
    }

    #[test]
    fn the_line_that_explains_the_key_is_put_to_use() {
        let after = on(TEMPLATE);
        assert_eq!(after, TEMPLATE.replace("#auto_cleanup = false", "auto_cleanup = true"));
        assert_eq!(on("# auto_cleanup=false\r\n# b"), "auto_cleanup = true\r\n# b");
    }

    #[test]
    fn a_missing_file_is_made_and_a_broken_one_is_left_alone() {
        let scratch = Scratch::new();
        let path = scratch.path().join("new/config.toml");
        set_auto_cleanup(&path, true).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains("\nauto_cleanup = true\n"), "{text}");
        for broken in [&b"auto_cleanup = \n"[..], b"\xff", b"[auto_cleanup]\nx = 1\n"] {
            fs::write(&path, broken).unwrap();
            let error = set_auto_cleanup(&path, true).unwrap_err();
            assert!(error.to_string().contains("config.toml") && error.hint().is_some(), "{error}");
            assert_eq!(fs::read(&path).unwrap(), broken);
        }
    }
}
