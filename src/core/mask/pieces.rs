//! A command line that stands in one word, parted as a shell would part it.

/// The marks that keep words together.
pub(super) const MARKS: &[char] = &['"', '\''];

/// Parts a text at its blanks: what lies between blanks, and the blanks themselves, in turn. Blanks between two of
/// these marks part nothing.
pub(super) fn pieces<'t>(text: &'t str, marks: &[char]) -> impl Iterator<Item = &'t str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let is_blank = rest.chars().next()?.is_whitespace();
        let end = if is_blank {
            rest.find(|c: char| !c.is_whitespace()).unwrap_or(rest.len())
        } else {
            end_of_piece(rest, marks)
        };
        let (piece, after) = rest.split_at(end);
        rest = after;
        Some(piece)
    })
}

fn end_of_piece(text: &str, marks: &[char]) -> usize {
    let mut quote = None;
    let mut is_escaped = false;
    for (at, c) in text.char_indices() {
        match quote {
            _ if is_escaped => {}
            Some(open) if c == open => quote = None,
            // One that is never closed is a mark like any other: "it's".
            None if marks.contains(&c) && text[at + 1..].contains(c) => quote = Some(c),
            None if c.is_whitespace() => return at,
            Some(_) | None => {}
        }
        is_escaped = c == '\\' && !is_escaped && text[at + 1..].starts_with(['"', '\'', '\\']);
    }
    text.len()
}

/// The quotation marks at the begin of a piece, what is between, and those at its end. Of a piece with blanks only
/// the outermost: those inside part it.
pub(super) fn unquoted(piece: &str) -> (&str, &str, &str) {
    const OUTER: &[&str] = &["\\\"", "\\'", "\"", "'", "`"];
    let is_whole = piece.contains(char::is_whitespace);
    let (mut begin, mut end) = (0, piece.len());
    while let Some(mark) = OUTER.iter().find(|mark| piece[begin..end].starts_with(**mark)) {
        begin += mark.len();
        if piece[begin..end].ends_with(mark) {
            end -= mark.len();
        }
        if is_whole {
            break;
        }
    }
    while let Some(mark) = OUTER.iter().find(|mark| !is_whole && piece[begin..end].ends_with(**mark)) {
        end -= mark.len();
    }
    (&piece[..begin], &piece[begin..end], &piece[end..])
}
