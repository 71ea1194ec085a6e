//! Which requests are open: a set that is bounded, and says when it is full.

use std::collections::HashMap;

use super::id::key;
use super::message::Id;

/// More than any conversation needs.
pub(super) const MOST: usize = 100_000;

/// Identifiers, found by what they mean: an answer need not write one as its request has.
#[derive(Debug, Default)]
pub(super) struct Ids {
    /// As they came, where that is not what they mean.
    ids: HashMap<Box<str>, Option<Id>>,
}

impl Ids {
    /// Remembers one. Whether there was room for it.
    #[must_use]
    pub(super) fn insert(&mut self, id: Id) -> bool {
        let key = id.key();
        if self.ids.contains_key(&*key) {
            return true;
        }
        if self.ids.len() >= MOST {
            return false;
        }
        let key: Box<str> = key.into();
        let differs = *key != *id.json();
        self.ids.insert(key, differs.then_some(id));
        true
    }

    /// Forgets one. Whether it was there.
    pub(super) fn remove(&mut self, id: &Id) -> bool {
        self.ids.remove(&*id.key()).is_some()
    }

    /// Forgets the one that stands there in an answer, if it is one.
    pub(super) fn is_answered(&mut self, json: &[u8]) {
        if self.ids.is_empty() {
            return;
        }
        if let Ok(json) = std::str::from_utf8(json) {
            self.ids.remove(&*key(json));
        }
    }

    /// Forgets all of them, and says which they were, in an order that does not depend on chance.
    pub(super) fn take(&mut self) -> Vec<Id> {
        let ids = std::mem::take(&mut self.ids).into_iter();
        let mut ids: Vec<Id> =
            ids.map(|(key, id)| id.unwrap_or_else(|| Id::that_stands_there(key))).collect();
        ids.sort_by(|one, other| one.json().cmp(other.json()));
        ids
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(number: usize) -> Id {
        serde_json::from_str(&number.to_string()).unwrap()
    }

    #[test]
    fn a_full_set_says_so_and_has_room_again_when_one_is_answered() {
        let mut ids = Ids::default();
        assert!((0..MOST).all(|id| ids.insert(number(id))));
        assert!(!ids.insert(number(MOST)));
        assert!(ids.insert(number(0)), "it is known");
        assert!(ids.remove(&number(3)) && !ids.remove(&number(3)));
        assert!(ids.insert(number(MOST)));
        assert_eq!(ids.take().len(), MOST);
        assert!(ids.take().is_empty() && ids.insert(number(0)));
    }

    #[test]
    fn an_answer_is_found_however_its_identifier_is_written_and_the_request_comes_back_as_it_was() {
        let id = |json: &str| -> Id { serde_json::from_str(json).unwrap() };
        let mut ids = Ids::default();
        for json in ["1.50", "7", r#""\u0041""#, r#""b""#, "18446744073709551617"] {
            assert!(ids.insert(id(json)));
        }
        for (answer, left) in [("7.0", 4), ("15e-1", 3), (r#""\u0062""#, 2), ("8", 2), (r#""\xff"#, 2)] {
            ids.is_answered(answer.as_bytes());
            assert_eq!(ids.ids.len(), left, "{answer}");
        }
        ids.is_answered(b"\xff");
        let left: Vec<Id> = ids.take();
        let left: Vec<&str> = left.iter().map(Id::json).collect();
        assert_eq!(left, [r#""\u0041""#, "18446744073709551617"]);
    }
}
