//! Where the comments of a configuration stand.
//!
//! Reads what parses already, so that nothing has to be said of mistakes. jsonc-parser tells where comments stand in
//! JSON, and no library tells it of TOML; so one short lexer reads both.

use super::tree::{Format, Span};

/// Every comment with the signs around it, without its line end.
pub(super) fn comments(text: &str, format: Format) -> Vec<Span> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let to_line_end = || rest.find('\n').unwrap_or(rest.len());
        let comment = match format {
            Format::Json if rest.starts_with("//") => Some(to_line_end()),
            Format::Json if rest.starts_with("/*") => {
                Some(rest[2..].find("*/").map_or(rest.len(), |end| end + 4))
            }
            Format::Toml if rest.starts_with('#') => Some(to_line_end()),
            Format::Json | Format::Toml => None,
        };
        if let Some(length) = comment {
            found.push(at..at + length);
        }
        let one = || rest.chars().next().map_or(1, char::len_utf8);
        at += comment.or_else(|| string(rest, format)).unwrap_or_else(one);
    }
    found
}

/// The length of the string that the text begins with.
fn string(text: &str, format: Format) -> Option<usize> {
    let quotes: &[&str] = match format {
        Format::Json => &["\""],
        Format::Toml => &["\"\"\"", "'''", "\"", "'"],
    };
    let quote = quotes.iter().find(|quote| text.starts_with(**quote))?;
    let mut at = quote.len();
    loop {
        let rest = text.get(at..).filter(|rest| !rest.is_empty())?;
        if rest.starts_with(*quote) {
            // Up to two quotation marks may stand right before the three that end a long string.
            let more = rest[quote.len()..].bytes().take_while(|byte| quote.as_bytes().first() == Some(byte));
            return Some(at + quote.len() + if quote.len() == 3 { more.take(2).count() } else { 0 });
        }
        let escaped = quote.starts_with('"') && rest.starts_with('\\');
        at += rest.chars().take(if escaped { 2 } else { 1 }).map(char::len_utf8).sum::<usize>();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, format: Format, expected: &[&str]) {
        let found: Vec<&str> = comments(text, format).into_iter().map(|span| &text[span]).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn comments_are_told_from_what_looks_like_one_in_a_string() {
        check(r#"{"a//b": "/*\"//", /* x "y" */ "c": 1} // "z"#, Format::Json, &["/* x \"y\" */", "// \"z"]);
        check("{// a\r\n\"b\": 1 /*\n*/}", Format::Json, &["// a\r", "/*\n*/"]);
        check(
            "a = \"#\" # \"é\n'b#' = '''#'''''#x\nc = \"\"\"\\\"\"\"#\"\"\"#y",
            Format::Toml,
            &["# \"é", "#x", "#y"],
        );
        check("a = 'C:\\' # b", Format::Toml, &["# b"]);
    }
}
