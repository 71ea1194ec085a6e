//! What a client has set at its server and what it has read of it: a new server must be told the one and be compared
//! with the other.
//!
//! Only what a server has agreed to counts: of what was under way when it went, the client hears an error.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::{Value, json};

use super::lists::{List, Read};
use super::message::Id;

/// As much is remembered of what a client wishes, in bytes.
const MOST_BYTES: usize = 1024 * 1024;

/// What one wish takes besides its text.
const EACH: usize = 128;

/// A request that changes what is remembered once it is answered.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Wish {
    Subscribe(String),
    Unsubscribe(String),
    Level(Value),
    Read { list: List, cursor: Option<String>, meta: Option<Value> },
}

impl Wish {
    /// The wish in a request, where it is one.
    pub(super) fn of(method: &str, params: impl FnOnce() -> Value) -> Option<Self> {
        let uri = |params: Value| params["uri"].as_str().map(str::to_owned);
        match method {
            "resources/subscribe" => uri(params()).map(Self::Subscribe),
            "resources/unsubscribe" => uri(params()).map(Self::Unsubscribe),
            "logging/setLevel" => Some(Self::Level(params()["level"].take())),
            _ => {
                let list = List::of_method(method)?;
                let mut params = params();
                let cursor = params["cursor"].as_str().map(str::to_owned);
                Some(Self::Read { list, cursor, meta: envelope(params["_meta"].take()) })
            }
        }
    }

    fn size(&self) -> usize {
        EACH + match self {
            Self::Subscribe(uri) | Self::Unsubscribe(uri) => uri.len(),
            Self::Level(level) => level.to_string().len(),
            Self::Read { cursor, meta, .. } => {
                cursor.as_ref().map_or(0, String::len)
                    + meta.as_ref().map_or(0, |meta| meta.to_string().len())
            }
        }
    }
}

/// What every request must carry of a client that needs no handshake; not the token of one request.
fn envelope(mut meta: Value) -> Option<Value> {
    meta.as_object_mut()?.remove("progressToken");
    meta.get("io.modelcontextprotocol/protocolVersion").is_some().then_some(meta)
}

/// What is remembered.
#[derive(Debug, Default)]
pub(super) struct Wishes {
    under_way: HashMap<Id, Wish>,
    subscribed: BTreeSet<String>,
    level: Option<Value>,
    lists: BTreeMap<List, (Read, Option<Value>)>,
    bytes: usize,
    /// There was no room for one of them.
    pub(super) overflow: bool,
}

impl Wishes {
    /// The client wants something.
    pub(super) fn wants(&mut self, id: &Id, wish: Wish) {
        let size = wish.size() + id.json().len();
        // What is taken back must not be repeated for want of room.
        let most = if matches!(wish, Wish::Unsubscribe(_)) { MOST_BYTES * 2 } else { MOST_BYTES };
        if self.bytes + size > most {
            self.overflow = true;
            return;
        }
        self.bytes += size;
        if let Some(before) = self.under_way.insert(id.clone(), wish) {
            self.bytes -= before.size() + id.json().len();
        }
    }

    /// Whether an answer to this request changes anything.
    pub(super) fn awaits(&self, id: &Id) -> bool {
        !self.under_way.is_empty() && self.under_way.contains_key(id)
    }

    /// Whether an answer that is still to come changes anything.
    pub(super) fn reads_answers(&self) -> bool {
        !self.under_way.is_empty()
    }

    /// The server has not heard it, or its client does not want it any more.
    pub(super) fn forget(&mut self, id: &Id) -> Option<Wish> {
        let wish = self.under_way.remove(id)?;
        self.bytes -= wish.size() + id.json().len();
        Some(wish)
    }

    /// The server has answered; `result` is `None` where it has refused.
    pub(super) fn answered(&mut self, id: &Id, result: Option<&Value>) {
        let (Some(wish), Some(result)) = (self.forget(id), result) else { return };
        match wish {
            Wish::Subscribe(uri) => {
                let size = EACH + uri.len();
                if self.bytes + size > MOST_BYTES {
                    self.overflow = true;
                } else if self.subscribed.insert(uri) {
                    self.bytes += size;
                }
            }
            Wish::Unsubscribe(uri) => {
                if self.subscribed.remove(&uri) {
                    self.bytes -= EACH + uri.len();
                }
            }
            Wish::Level(level) => self.level = Some(level),
            Wish::Read { list, cursor, meta } => {
                let before = match &cursor {
                    None => Read::default(),
                    Some(cursor) => match self.lists.get(&list) {
                        Some((read, _)) if read.next.as_ref() == Some(cursor) => read.clone(),
                        // A page out of turn says nothing of the whole.
                        Some(_) | None => return,
                    },
                };
                self.lists.insert(list, (before.with(list, result), meta));
            }
        }
    }

    /// The server is gone, and with it what was under way.
    pub(super) fn server_is_gone(&mut self) {
        for id in self.under_way.keys().cloned().collect::<Vec<_>>() {
            self.forget(&id);
        }
    }

    /// What a new server must be told: methods with their parameters.
    pub(super) fn to_repeat(&self) -> Vec<(Repeat, Value)> {
        let level = self.level.iter().map(|level| (Repeat::Level, json!({ "level": level })));
        let subscribed =
            self.subscribed.iter().map(|uri| (Repeat::Subscription(uri.clone()), json!({ "uri": uri })));
        level.chain(subscribed).collect()
    }

    /// The lists that the client has read to their end.
    pub(super) fn read(&self) -> impl Iterator<Item = (List, &Read, Option<&Value>)> {
        let whole = self.lists.iter().filter(|(_, (read, _))| read.next.is_none());
        whole.map(|(list, (read, meta))| (*list, read, meta.as_ref()))
    }
}

/// Something that the client had set.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Repeat {
    Subscription(String),
    Level,
}

impl Repeat {
    pub(super) const fn method(&self) -> &'static str {
        match self {
            Self::Subscription(_) => "resources/subscribe",
            Self::Level => "logging/setLevel",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u64) -> Id {
        serde_json::from_str(&number.to_string()).unwrap()
    }

    fn wish(method: &str, params: &Value) -> Wish {
        Wish::of(method, || params.clone()).unwrap()
    }

    #[test]
    fn what_the_server_has_agreed_to_is_repeated_and_what_was_taken_back_is_not() {
        let mut wishes = Wishes::default();
        let mut says = |number, method: &str, params: Value, agrees: bool| {
            wishes.wants(&id(number), wish(method, &params));
            wishes.answered(&id(number), agrees.then_some(&Value::Null));
        };
        says(1, "resources/subscribe", json!({ "uri": "file:///a" }), true);
        says(2, "resources/subscribe", json!({ "uri": "file:///b" }), true);
        says(3, "resources/subscribe", json!({ "uri": "file:///c" }), false);
        says(4, "resources/unsubscribe", json!({ "uri": "file:///a" }), true);
        says(5, "resources/unsubscribe", json!({ "uri": "file:///b" }), false);
        says(6, "logging/setLevel", json!({ "level": "debug", "_meta": { "progressToken": 1 } }), true);
        says(7, "logging/setLevel", json!({ "level": "loud" }), false);
        wishes.wants(&id(8), wish("resources/subscribe", &json!({ "uri": "file:///d" })));
        wishes.server_is_gone();
        wishes.answered(&id(8), Some(&Value::Null));
        let expected = [
            (Repeat::Level, json!({ "level": "debug" })),
            (Repeat::Subscription("file:///b".into()), json!({ "uri": "file:///b" })),
        ];
        assert_eq!(wishes.to_repeat(), expected);
    }

    #[test]
    fn a_list_is_known_when_its_last_page_was_read() {
        let mut wishes = Wishes::default();
        let mut reads = |params: Value, page: Value| {
            wishes.wants(&id(1), wish("tools/list", &params));
            wishes.answered(&id(1), Some(&page));
            wishes.read().map(|(list, ..)| list).collect::<Vec<_>>()
        };
        assert_eq!(reads(json!({ "cursor": "9" }), json!({ "tools": [1] })), [], "a page of another list");
        assert_eq!(reads(json!({}), json!({ "tools": [1], "nextCursor": "2" })), []);
        assert_eq!(reads(json!({ "cursor": "3" }), json!({ "tools": [1] })), [], "out of turn");
        assert_eq!(reads(json!({ "cursor": "2" }), json!({ "tools": [2] })), [List::Tools]);
        assert_eq!(reads(Value::Null, json!({ "tools": [1], "nextCursor": "2" })), [], "read anew");
    }

    #[test]
    fn a_flood_of_wishes_takes_no_more_memory_than_it_may() {
        let mut wishes = Wishes::default();
        for number in 0..100_000 {
            wishes.wants(
                &id(number),
                wish("resources/subscribe", &json!({ "uri": format!("file:///{number}") })),
            );
            if number % 2 == 0 {
                wishes.answered(&id(number), Some(&Value::Null));
            }
        }
        assert!(wishes.overflow && wishes.bytes <= MOST_BYTES);
        assert!(wishes.under_way.len() + wishes.subscribed.len() < 10_000);
        wishes.server_is_gone();
        for uri in wishes.subscribed.iter().cloned().collect::<Vec<_>>() {
            wishes.wants(&id(1), Wish::Unsubscribe(uri));
            wishes.answered(&id(1), Some(&Value::Null));
        }
        // Those that were taken back leave their room.
        assert_eq!(wishes.bytes, 0);
    }

    #[test]
    fn other_requests_are_no_wishes_and_odd_ones_do_no_harm() {
        assert_eq!(Wish::of("tools/call", || unreachable!("not asked for")), None);
        for params in [Value::Null, json!(1), json!([]), json!({}), json!({ "uri": 7 })] {
            assert_eq!(Wish::of("resources/subscribe", || params.clone()), None);
        }
        assert_eq!(Wish::of("logging/setLevel", || Value::Null), Some(Wish::Level(Value::Null)));
    }
}
