//! Rust as words: enough of its grammar to know code from comments, texts and tests, and no more.

/// A word of a source file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Word {
    /// A name or a keyword.
    Name(String),
    /// A text in quotes, as it is written between them.
    Text(String),
    /// `::`.
    Path,
    /// Any other sign.
    Sign(char),
}

impl Word {
    pub(crate) fn is(&self, sign: char) -> bool {
        *self == Self::Sign(sign)
    }

    pub(crate) fn name(&self) -> Option<&str> {
        if let Self::Name(name) = self { Some(name) } else { None }
    }
}

/// The words of a file that are code and no tests.
pub(crate) fn code(text: &str) -> Vec<Word> {
    without_tests(&words(text))
}

/// All words of a file; comments are none.
pub(crate) fn words(text: &str) -> Vec<Word> {
    let signs: Vec<char> = text.chars().collect();
    let (mut found, mut at) = (Vec::new(), 0);
    while let Some(&sign) = signs.get(at) {
        let rest = &signs[at..];
        if rest.starts_with(&['/', '/']) {
            at += rest.iter().position(|sign| *sign == '\n').unwrap_or(rest.len());
        } else if rest.starts_with(&['/', '*']) {
            at += block_comment(rest);
        } else if let Some((text, length)) = text_in_quotes(rest) {
            found.push(Word::Text(text));
            at += length;
        } else if sign == '\'' {
            at += character_or_lifetime(rest);
        } else if sign.is_alphanumeric() || sign == '_' {
            let length = rest.iter().position(|sign| !(sign.is_alphanumeric() || *sign == '_'));
            let length = length.unwrap_or(rest.len());
            found.push(Word::Name(rest[..length].iter().collect()));
            at += length;
        } else if rest.starts_with(&[':', ':']) {
            found.push(Word::Path);
            at += 2;
        } else {
            if !sign.is_whitespace() {
                found.push(Word::Sign(sign));
            }
            at += 1;
        }
    }
    found
}

fn block_comment(rest: &[char]) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    while at < rest.len() {
        if rest[at..].starts_with(&['/', '*']) {
            depth += 1;
            at += 2;
        } else if rest[at..].starts_with(&['*', '/']) {
            depth -= 1;
            at += 2;
            if depth == 0 {
                break;
            }
        } else {
            at += 1;
        }
    }
    at
}

/// The text that begins here, and how long it is with all that belongs to it.
fn text_in_quotes(rest: &[char]) -> Option<(String, usize)> {
    let prefix = rest.iter().take_while(|sign| matches!(sign, 'b' | 'c' | 'r')).count();
    let is_raw = prefix > 0 && rest[prefix - 1] == 'r';
    let hashes = if is_raw { rest[prefix..].iter().take_while(|sign| **sign == '#').count() } else { 0 };
    let start = prefix + hashes + 1;
    if prefix > 2 || rest.get(start - 1) != Some(&'"') {
        return None;
    }
    let mut at = start;
    while at < rest.len() {
        if rest[at] == '\\' && !is_raw {
            at += 2;
            continue;
        }
        if rest[at] == '"' && rest[at + 1..].iter().take_while(|sign| **sign == '#').count() >= hashes {
            break;
        }
        at += 1;
    }
    Some((rest[start..at.min(rest.len())].iter().collect(), at + 1 + hashes))
}

fn character_or_lifetime(rest: &[char]) -> usize {
    match rest {
        ['\'', '\\', ..] => 3 + rest[3..].iter().position(|sign| *sign == '\'').map_or(0, |at| at + 1),
        ['\'', _, '\'', ..] => 3,
        // A lifetime, name and all.
        _ => 1 + rest[1..].iter().take_while(|sign| sign.is_alphanumeric() || **sign == '_').count(),
    }
}

/// Without what is compiled for tests only, be it a module in the middle, a function, a field or the whole file.
fn without_tests(words: &[Word]) -> Vec<Word> {
    let (mut kept, mut at) = (Vec::new(), 0);
    while at < words.len() {
        let Some((is_for_tests, is_inner, end)) = attribute(words, at) else {
            kept.push(words[at].clone());
            at += 1;
            continue;
        };
        if !is_for_tests {
            kept.extend_from_slice(&words[at..end]);
            at = end;
        } else if is_inner {
            // It speaks of all that follows in the file or block; no block of ours has one.
            return kept;
        } else {
            at = end_of_item(words, end);
        }
    }
    kept
}

/// The modules that a file declares for tests only.
pub(crate) fn test_modules(words: &[Word]) -> Vec<String> {
    let mut found = Vec::new();
    for at in 0..words.len() {
        let Some((true, false, mut at)) = attribute(words, at) else { continue };
        while let Some((.., end)) = words.get(at).and_then(|_| attribute(words, at)) {
            at = end;
        }
        let declared = words[at..end_of_item(words, at)].iter().filter_map(Word::name).collect::<Vec<_>>();
        let after_mod = declared.iter().skip_while(|name| **name != "mod").nth(1);
        found.extend(after_mod.map(|name| (*name).to_owned()));
    }
    found
}

/// Whether an attribute begins here that takes something for tests only; whether it speaks of what surrounds it; its end.
fn attribute(words: &[Word], at: usize) -> Option<(bool, bool, usize)> {
    if !words[at].is('#') {
        return None;
    }
    let is_inner = words.get(at + 1)?.is('!');
    let open = at + 1 + usize::from(is_inner);
    if !words.get(open)?.is('[') {
        return None;
    }
    let end = closing(words, open) + 1;
    let names: Vec<&str> = words[open..end].iter().filter_map(Word::name).collect();
    let is_for_tests = names.first() == Some(&"cfg") && names.contains(&"test") && !names.contains(&"not");
    Some((is_for_tests, is_inner, end))
}

/// Where the bracket that opens at `open` closes.
pub(crate) fn closing(words: &[Word], open: usize) -> usize {
    let mut depth = 0_usize;
    for (at, word) in words.iter().enumerate().skip(open) {
        match word {
            Word::Sign('(' | '[' | '{') => depth += 1,
            Word::Sign(')' | ']' | '}') => depth = depth.saturating_sub(1),
            Word::Name(_) | Word::Text(_) | Word::Path | Word::Sign(_) => {}
        }
        if depth == 0 {
            return at;
        }
    }
    words.len() - 1
}

/// Where the item, field or statement ends that begins at `at`, with the attributes before it.
fn end_of_item(words: &[Word], mut at: usize) -> usize {
    while at < words.len() {
        if let Some((.., end)) = attribute(words, at) {
            at = end;
            continue;
        }
        match &words[at] {
            Word::Sign('{') => {
                let end = closing(words, at) + 1;
                return end + usize::from(words.get(end).is_some_and(|word| word.is(';') || word.is(',')));
            }
            Word::Sign('(' | '[') => at = closing(words, at) + 1,
            Word::Sign(';' | ',') => return at + 1,
            // The block around it ends.
            Word::Sign('}') => return at,
            Word::Name(_) | Word::Text(_) | Word::Path | Word::Sign(_) => at += 1,
        }
    }
    at
}

#[test]
fn texts_comments_and_lifetimes_are_told_apart() {
    let text =
        "/// a \"b\n/* x /* y */ \" */ fn f<'a>(c: char) { g('\"', '\\'', r#\"a\"b\"#, \"\\\"\", b\"z\") }";
    let texts: Vec<Word> = words(text).into_iter().filter(|word| matches!(word, Word::Text(_))).collect();
    assert_eq!(texts, ["a\"b", "\\\"", "z"].map(|text| Word::Text(text.to_owned())));
}

#[test]
fn what_stands_below_a_test_is_still_read() {
    let text = "use a::b; #[cfg(test)] mod tests { fn x() { in_test(); } } #[cfg(test)] #[path = \"q\"] mod w; fn after() {}";
    let names: Vec<String> = code(text).iter().filter_map(Word::name).map(str::to_owned).collect();
    assert_eq!(names, ["use", "a", "b", "fn", "after"]);
    assert_eq!(code("#![cfg(test)] fn a() {}"), []);
    assert_ne!(code("#[cfg_attr(not(test), x)] fn a() {}"), []);
}
