//! Which requests are open: a set that is bounded by its size in memory, and says when it is full.

use std::collections::HashSet;

use super::message::Id;

/// More than any conversation needs: a million numbers.
const MOST_BYTES: usize = 64 * 1024 * 1024;

/// What one takes besides its bytes.
const EACH: usize = 56;

/// Identifiers.
#[derive(Debug, Default)]
pub(super) struct Ids {
    ids: HashSet<Id>,
    bytes: usize,
}

impl Ids {
    /// Remembers one. Whether there was room for it.
    #[must_use]
    pub(super) fn insert(&mut self, id: Id) -> bool {
        let size = size(&id);
        if self.ids.contains(&id) {
            return true;
        }
        if self.bytes + size > MOST_BYTES {
            return false;
        }
        self.bytes += size;
        self.ids.insert(id)
    }

    /// Forgets one. Whether it was there.
    pub(super) fn remove(&mut self, id: &Id) -> bool {
        let was_there = self.ids.remove(id);
        if was_there {
            self.bytes -= size(id);
        }
        was_there
    }

    #[cfg(test)]
    pub(super) fn contains(&self, id: &Id) -> bool {
        self.ids.contains(id)
    }

    /// Forgets all of them, and says which they were, in an order that does not depend on chance.
    pub(super) fn take(&mut self) -> Vec<Id> {
        let mut ids: Vec<Id> = std::mem::take(self).ids.into_iter().collect();
        ids.sort_by(|one, other| one.json().cmp(other.json()));
        ids
    }
}

fn size(id: &Id) -> usize {
    EACH + id.json().len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn long(number: usize) -> Id {
        Id::of_text(&format!("{number} {}", "x".repeat(MOST_BYTES / 8)))
    }

    #[test]
    fn a_full_set_says_so_and_has_room_again_when_one_is_answered() {
        let mut ids = Ids::default();
        assert!((0..7).all(|number| ids.insert(long(number))));
        assert!(!ids.insert(long(7)) && !ids.contains(&long(7)));
        assert!(ids.insert(long(0)), "it is known");
        assert!(ids.remove(&long(3)) && !ids.remove(&long(3)));
        assert!(ids.insert(long(7)));
        assert_eq!(ids.take().len(), 7);
        assert!(ids.take().is_empty() && ids.insert(long(0)));
    }
}
