//! The `ExecStart` line of a systemd unit: words in quotes, by the rules of systemd.service(5).
//!
//! Each word stands in double quotes in which `"` and `\` take a backslash and control characters are
//! numbers. `%` is doubled. `$` is doubled in every word but the first: the program's own path is never
//! looked through for variables, so there a second `$` would be part of the name. (systemd 252 takes no
//! program whose path holds a quote or a backslash, however it is written.)

use std::fmt::Write as _;

/// Writes a program and its words as the value of `ExecStart`.
pub(super) fn written(words: &[&str]) -> String {
    let quoted: Vec<String> =
        words.iter().enumerate().map(|(place, word)| quoted(word, place == 0)).collect();
    quoted.join(" ")
}

fn quoted(word: &str, is_program: bool) -> String {
    let mut quoted = String::from("\"");
    for c in word.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '%' => quoted.push_str("%%"),
            '$' if !is_program => quoted.push_str("$$"),
            _ if c.is_ascii_control() => {
                // Writing to a text cannot fail.
                let _ = write!(quoted, "\\x{:02x}", u32::from(c));
            }
            _ => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// Reads a value as words; `None` if it is no such value or names nothing. Variables and specifiers are
/// left as they stand: whoever uses them is not us.
pub(super) fn parse(value: &str) -> Option<Vec<String>> {
    let mut words: Vec<String> = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    let mut chars = value.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' | '\'' if quote == Some(c) => quote = None,
            '"' | '\'' if quote.is_none() => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            ' ' | '\t' if quote.is_none() => words.extend(word.take()),
            '\\' => {
                let escaped = match chars.next()? {
                    'n' => '\n',
                    't' => '\t',
                    'r' => '\r',
                    's' => ' ',
                    'x' => {
                        let digits: String = chars.by_ref().take(2).collect();
                        char::from(u8::from_str_radix(&digits, 16).ok()?)
                    }
                    other => other,
                };
                word.get_or_insert_default().push(escaped);
            }
            '%' | '$' => {
                let is_doubled = c == '%' || !words.is_empty();
                if is_doubled {
                    let _ = chars.next_if_eq(&c);
                }
                word.get_or_insert_default().push(c);
            }
            _ => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    (quote.is_none() && !words.is_empty()).then_some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_manual_is_followed_to_the_letter() {
        for (word, as_program, as_word) in [
            ("/bin/x", r#""/bin/x""#, r#""/bin/x""#),
            ("/my tools/x", r#""/my tools/x""#, r#""/my tools/x""#),
            ("/100%/x", r#""/100%%/x""#, r#""/100%%/x""#),
            ("/a$b/x", r#""/a$b/x""#, r#""/a$$b/x""#),
            (r"/a\b/x", r#""/a\\b/x""#, r#""/a\\b/x""#),
            ("/a\"b'c/x", r#""/a\"b'c/x""#, r#""/a\"b'c/x""#),
            ("a\nb", r#""a\x0ab""#, r#""a\x0ab""#),
            ("", r#""""#, r#""""#),
            (";", r#"";""#, r#"";""#),
        ] {
            assert_eq!(written(&[word]), as_program, "{word:?}");
            assert_eq!(written(&["/x", word]), format!("\"/x\" {as_word}"), "{word:?}");
        }
    }

    #[test]
    fn whatever_is_written_is_read_back() {
        let word = "/opt/it's \"my\" $HOME/${x}/$$/50%% \\ \t\n/é";
        assert_eq!(parse(&written(&[word, word, "", "cleanup"])).unwrap(), [word, word, "", "cleanup"]);
    }

    #[test]
    fn what_others_write_is_read_leniently() {
        assert_eq!(parse("/old/x  cleanup").unwrap(), ["/old/x", "cleanup"]);
        assert_eq!(parse("'/old place/x' --home %h").unwrap(), ["/old place/x", "--home", "%h"]);
        for broken in ["", "  ", "\"/opt", "/x \\", "/x \\xzz"] {
            assert_eq!(parse(broken), None, "{broken:?}");
        }
    }
}
