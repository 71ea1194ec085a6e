//! Names that other programs chose, as they stand in sentences.

use crate::core::instance::Client;
use crate::core::mask::plain_short;

/// The longest that a stranger's name may be in a sentence, in characters.
const LONGEST_NAME: usize = 40;

/// A name that another program chose, fit for a sentence.
#[must_use]
pub fn name(name: &str) -> String {
    plain_short(name, LONGEST_NAME)
}

/// Several such names: "code and claude".
#[must_use]
pub fn names(names: &[&str]) -> String {
    names.iter().map(|name| self::name(name)).collect::<Vec<_>>().join(" and ")
}

/// The name of a client that lives.
pub(super) fn client_in_a_sentence(client: &Client) -> Option<String> {
    match client {
        Client::Living { name: who, .. } => Some(name(who)),
        Client::Gone { .. } | Client::Unseen => None,
    }
}
