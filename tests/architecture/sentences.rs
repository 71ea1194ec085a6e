//! Sentences that stand outside `core/wording/`.

use crate::crates::Source;
use crate::words::{Word, closing};

/// Macros whose texts the log or the programmer reads.
const FOR_PROGRAMMERS: &[&str] = &[
    "assert",
    "assert_eq",
    "assert_ne",
    "compile_error",
    "debug",
    "debug_assert",
    "debug_assert_eq",
    "error",
    "info",
    "panic",
    "trace",
    "unreachable",
    "warn",
];

/// Every text of three words or more that a person may read.
pub(crate) fn sentences(source: &Source) -> Vec<String> {
    let words = &source.words;
    let (mut found, mut at) = (Vec::new(), 0);
    while at < words.len() {
        match &words[at] {
            Word::Sign('#') if is_attribute_without_words_for_people(&words[at..]) => {
                at = closing(words, at + 1 + usize::from(words.get(at + 1).is_some_and(|next| next.is('!'))));
            }
            Word::Name(name)
                if FOR_PROGRAMMERS.contains(&name.as_str())
                    && words.get(at + 1).is_some_and(|next| next.is('!')) =>
            {
                at = closing(words, at + 2);
            }
            Word::Text(text) if is_sentence(text) => found.push(text.clone()),
            Word::Name(_) | Word::Text(_) | Word::Path | Word::Sign(_) => {}
        }
        at += 1;
    }
    found
}

/// All but `#[error("...")]`, which is what `Display` says.
fn is_attribute_without_words_for_people(words: &[Word]) -> bool {
    let open = 1 + usize::from(words.get(1).is_some_and(|next| next.is('!')));
    words.get(open).is_some_and(|next| next.is('['))
        && words.get(open + 1).and_then(Word::name) != Some("error")
}

fn is_sentence(text: &str) -> bool {
    let is_word = |word: &&str| {
        let word = word.trim_matches(|sign: char| !sign.is_alphanumeric());
        word.len() > 1 && word.chars().all(|sign| sign.is_ascii_lowercase() || sign == '\'')
    };
    // What stands in braces is filled in.
    let said: String = text.split(['{', '}']).step_by(2).collect();
    said.split_whitespace().filter(is_word).count() >= 3
}
