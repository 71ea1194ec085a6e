//! Values behind names inside a text: `token: …`, `"token":"…"`, `KEY=…`, and whatever follows "Bearer".

use super::MASK;
use super::names::{is_scheme, is_secret_name};
use super::url::{mask_query, mask_user, starts_with_a_pair};

/// Names whose values have spaces in them.
const LONG_VALUES: &[&str] = &["authorization", "cookie", "passw", "passphrase"];

/// Where a text comes from: it decides how far a value reaches.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// One argument: a value reaches to its end.
    Argument,
    /// A line that somebody wrote: a value is a word.
    Line,
}

/// The text with the value behind every secret name masked, everything in a URL that may be secret,
/// and whatever follows "Bearer"; and whether it ends where such a value would begin.
pub(super) fn masked_values(text: &str, source: Source) -> (String, bool) {
    let mut out = String::with_capacity(text.len());
    let (mut rest, mut in_url) = (text, false);
    while let Some(c) = rest.chars().next() {
        if let Some(after) = rest.strip_prefix("://") {
            out.push_str("://");
            rest = mask_user(after, &mut out);
            in_url = true;
        } else if is_in_names(c) {
            let (name, after) = rest.split_at(rest.find(|c| !is_in_names(c)).unwrap_or(rest.len()));
            out.push_str(name);
            rest = after;
            if let Some(value) = value_behind(name, after, source) {
                let (between, value) = after.split_at(value);
                out.push_str(between);
                if value.is_empty() {
                    return (out, !between.ends_with('='));
                }
                out.push_str(MASK);
                rest = &value[value_len(name, between, value, source)..];
            }
        } else {
            out.push(c);
            rest = &rest[c.len_utf8()..];
            if c == '?' && in_url || matches!(c, '?' | '#') && starts_with_a_pair(rest) {
                rest = mask_query(rest, source, &mut out);
            }
            in_url &= !c.is_whitespace() && c != '"';
        }
    }
    (out, false)
}

/// Where the secret value behind a name begins, if there is one: `: `, `=`, `":"`, ` => `.
fn value_behind(name: &str, after: &str, source: Source) -> Option<usize> {
    let from = |rest: &str| after.len() - rest.trim_start().len();
    if name.eq_ignore_ascii_case("bearer") && after.starts_with(char::is_whitespace) {
        return Some(from(after));
    }
    if after.starts_with('=') && is_a_variable(name, source) {
        return Some(from(&after[1..]));
    }
    let sign = after.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '\\' | ')'));
    let value = sign.trim_start_matches([':', '=', '>']);
    let is_a_value = sign.starts_with([':', '=']) && !sign.starts_with("://") && is_secret_name(name);
    // `KeyError: …` and `auth::login` are no secrets.
    let is_talk = source == Source::Line && (sign.starts_with("::") || is_a_complaint(name));
    (is_a_value && !is_talk).then(|| from(value))
}

fn is_a_complaint(name: &str) -> bool {
    let name = name.to_lowercase();
    ["error", "exception", "warning"].iter().any(|end| name.ends_with(end))
}

/// How much of the text, which begins with the value of `name`, is the value.
fn value_len(name: &str, between: &str, value: &str, source: Source) -> usize {
    if name.eq_ignore_ascii_case("bearer") {
        return value.len();
    }
    let marks = value.len() - value.trim_start_matches('\\').len();
    let quote = value[marks..].chars().next().filter(|c| matches!(c, '"' | '\'' | '`'));
    if let Some(quote) = quote
        && (source == Source::Line || between.starts_with(['"', '\'', '\\']))
    {
        return quoted_len(value, marks, quote);
    }
    let name = name.to_lowercase();
    let reaches_far =
        LONG_VALUES.iter().any(|long| name.contains(long)) || value.starts_with(['[', '{', '(']);
    if source == Source::Argument || reaches_far {
        return value.len();
    }
    let mut end = 0;
    for word in value.split_inclusive(char::is_whitespace) {
        end += word.trim_end().len();
        if !word.trim().is_empty() && !is_scheme(word.trim()) {
            break;
        }
        end += word.len() - word.trim_end().len();
    }
    end
}

/// The length of a quoted value with its quotes, which `marks` backslashes precede.
fn quoted_len(value: &str, marks: usize, quote: char) -> usize {
    let mut backslashes = 0;
    for (at, c) in value.char_indices().skip(marks + 1) {
        if c == quote && backslashes <= marks {
            return at + 1;
        }
        backslashes = if c == '\\' { backslashes + 1 } else { 0 };
        // Two of them are one that was meant.
        if marks == 0 && backslashes == 2 {
            backslashes = 0;
        }
    }
    value.len()
}

/// `KEY=…`: an environment variable, whose value is nobody's business. In a line only those that
/// look like nothing else.
fn is_a_variable(name: &str, source: Source) -> bool {
    !name.is_empty()
        && name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
        && (source == Source::Argument || name.contains('_'))
}

pub(super) const fn is_in_names(c: char) -> bool {
    c.is_ascii_alphanumeric() || !c.is_ascii() || matches!(c, '_' | '-' | '.' | '[' | ']')
}
