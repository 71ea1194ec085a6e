//! The `Exec` line of a desktop entry: words, quoted twice over.
//!
//! Inside, each word stands in double quotes in which `"`, `` ` ``, `$` and `\` take a backslash, and `%`
//! is doubled. Around it, the value is a string of the file, in which every backslash is doubled once
//! more and line ends have letters. Field codes such as `%U` are read as nothing: at login there is
//! nothing to put in their place.

/// Writes words as the value of `Exec`.
pub(super) fn written<'w>(words: impl Iterator<Item = &'w str>) -> String {
    escaped(&words.map(quoted).collect::<Vec<_>>().join(" "))
}

fn quoted(word: &str) -> String {
    let harmless = |c: char| c.is_alphanumeric() || "-_./:,@+%".contains(c);
    let word = word.replace('%', "%%");
    if !word.is_empty() && word.chars().all(harmless) {
        return word;
    }
    let mut quoted = String::from("\"");
    for c in word.chars() {
        if matches!(c, '"' | '`' | '$' | '\\') {
            quoted.push('\\');
        }
        quoted.push(c);
    }
    quoted.push('"');
    quoted
}

fn escaped(value: &str) -> String {
    let mut escaped = String::new();
    for c in value.chars() {
        match c {
            '\\' => escaped.push_str(r"\\"),
            '\n' => escaped.push_str(r"\n"),
            '\r' => escaped.push_str(r"\r"),
            '\t' => escaped.push_str(r"\t"),
            _ => escaped.push(c),
        }
    }
    escaped
}

/// Reads the value of `Exec` as words; `None` if it is no such value or names nothing.
pub(super) fn parse(value: &str) -> Option<Vec<String>> {
    let value = unescaped(value)?;
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut in_quotes = false;
    let mut chars = value.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => {
                in_quotes = !in_quotes;
                word.get_or_insert_default();
            }
            ' ' | '\t' | '\n' | '\r' if !in_quotes => words.extend(word.take()),
            '\\' => word.get_or_insert_default().push(chars.next()?),
            '%' => match chars.next()? {
                '%' => word.get_or_insert_default().push('%'),
                _field_code => {}
            },
            _ => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    (!in_quotes && !words.is_empty()).then_some(words)
}

fn unescaped(value: &str) -> Option<String> {
    let mut text = String::new();
    let mut chars = value.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            text.push(c);
            continue;
        }
        match chars.next()? {
            's' => text.push(' '),
            'n' => text.push('\n'),
            't' => text.push('\t'),
            'r' => text.push('\r'),
            '\\' => text.push('\\'),
            // Lenient: what other writers leave single is taken as it stands.
            other => text.extend(['\\', other]),
        }
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_specification_is_followed_to_the_letter() {
        for (word, expected) in [
            ("/usr/bin/shimkeeper-tray", "/usr/bin/shimkeeper-tray"),
            ("/opt/my tools/tray", "\"/opt/my tools/tray\""),
            ("a$b", r#""a\\$b""#),
            ("a`b", r#""a\\`b""#),
            ("a\"b", r#""a\\"b""#),
            (r"a\b", r#""a\\\\b""#),
            ("100%", "100%%"),
            ("100% sure", "\"100%% sure\""),
            ("", "\"\""),
            ("a\nb", r#""a\nb""#),
            ("it's", "\"it's\""),
            ("a&b;c", "\"a&b;c\""),
        ] {
            assert_eq!(written([word].into_iter()), expected, "{word:?}");
        }
    }

    #[test]
    fn whatever_is_written_is_read_back() {
        let words = ["/opt/it's \"my\" $HOME/`x`/50% \\ \t\n/tray", "--autostart", "", "%U", "\\\\", "é~#"];
        assert_eq!(parse(&written(words.into_iter())).unwrap(), words);
    }

    #[test]
    fn what_others_write_is_read_leniently() {
        assert_eq!(parse("/usr/bin/tray --x %U").unwrap(), ["/usr/bin/tray", "--x"]);
        assert_eq!(parse(r#""/opt/my\stools/tray""#).unwrap(), ["/opt/my tools/tray"]);
        for broken in ["", "   ", "\"/opt/my", "x\\"] {
            assert_eq!(parse(broken), None, "{broken:?}");
        }
    }
}
