//! The lists of a server that its client has read, as far as they have to be told from those of another server.
//!
//! Kept as sums over their entries, in which their order does not matter: some servers keep none.

use std::hash::{DefaultHasher, Hash, Hasher};

use serde_json::Value;

/// A list that a client can read.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum List {
    Tools,
    Prompts,
    Resources,
    Templates,
}

impl List {
    pub(super) const ALL: [Self; 4] = [Self::Tools, Self::Prompts, Self::Resources, Self::Templates];

    pub(super) fn of_method(method: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|list| list.method() == method)
    }

    /// The request by which it is read.
    pub(super) const fn method(self) -> &'static str {
        match self {
            Self::Tools => "tools/list",
            Self::Prompts => "prompts/list",
            Self::Resources => "resources/list",
            Self::Templates => "resources/templates/list",
        }
    }

    /// Under which name its entries stand in the answer.
    const fn key(self) -> &'static str {
        match self {
            Self::Tools => "tools",
            Self::Prompts => "prompts",
            Self::Resources => "resources",
            Self::Templates => "resourceTemplates",
        }
    }

    /// Under which capability a server announces that it changes.
    pub(super) const fn capability(self) -> &'static str {
        match self {
            Self::Tools => "tools",
            Self::Prompts => "prompts",
            Self::Resources | Self::Templates => "resources",
        }
    }
}

/// As much of a list as was read, page by page.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Read {
    sum: u64,
    count: u64,
    /// Where the next page begins; `None` at the end.
    pub(super) next: Option<String>,
}

impl Read {
    /// The same with one more page.
    pub(super) fn with(&self, list: List, page: &Value) -> Self {
        let entries = page[list.key()].as_array().map(Vec::as_slice).unwrap_or_default();
        let sum = entries.iter().fold(self.sum, |sum, entry| sum.wrapping_add(sum_of(entry)));
        let count = self.count + u64::try_from(entries.len()).unwrap_or(0);
        Self { sum, count, next: page["nextCursor"].as_str().map(str::to_owned) }
    }
}

/// The same for the same value, whatever the order of its members.
fn sum_of(value: &Value) -> u64 {
    let mut hasher = DefaultHasher::new();
    match value {
        Value::Object(members) => {
            let each = members.iter().map(|(name, value)| {
                let mut hasher = DefaultHasher::new();
                (name, sum_of(value)).hash(&mut hasher);
                hasher.finish()
            });
            (1_u8, each.fold(0, u64::wrapping_add)).hash(&mut hasher);
        }
        Value::Array(entries) => {
            let each: Vec<u64> = entries.iter().map(sum_of).collect();
            (2_u8, each).hash(&mut hasher);
        }
        Value::String(text) => (3_u8, text).hash(&mut hasher),
        Value::Null | Value::Bool(_) | Value::Number(_) => (4_u8, value.to_string()).hash(&mut hasher),
    }
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(pages: &[Value]) -> Read {
        pages.iter().fold(Read::default(), |read, page| read.with(List::Tools, page))
    }

    #[test]
    fn the_same_tools_are_the_same_in_any_order_and_on_any_pages() {
        let one = json!({ "name": "a", "inputSchema": { "type": "object", "required": ["x", "y"] } });
        let two = json!({ "name": "b" });
        let whole = read(&[json!({ "tools": [one, two] })]);
        assert_eq!(whole, read(&[json!({ "tools": [two, one] })]));
        let first = json!({ "tools": [two], "nextCursor": "2" });
        assert_eq!(read(std::slice::from_ref(&first)).next.as_deref(), Some("2"));
        assert_eq!(whole, read(&[first, json!({ "tools": [one] })]));
        let member = serde_json::from_str::<Value>(
            r#"{"inputSchema":{"required":["x","y"],"type":"object"},"name":"a"}"#,
        );
        assert_eq!(whole, read(&[json!({ "tools": [member.unwrap(), two] })]));
    }

    #[test]
    fn another_tool_is_another_list() {
        let tools = |tools: Value| read(&[json!({ "tools": tools })]);
        let one = json!({ "name": "a", "description": "x" });
        let all = [
            json!([]),
            json!([one]),
            json!([one, one]),
            json!([{ "name": "a", "description": "y" }]),
            json!([{ "name": "a", "description": ["x"] }]),
            json!([{ "name": "a" }]),
            json!([{ "name": "a", "description": null }]),
        ];
        for (at, one) in all.iter().enumerate() {
            for other in &all[at + 1..] {
                assert_ne!(tools(one.clone()), tools(other.clone()), "{one} {other}");
            }
        }
    }

    #[test]
    fn each_list_is_known_by_its_request() {
        for list in List::ALL {
            assert_eq!(List::of_method(list.method()), Some(list));
        }
        assert_eq!(List::of_method("tools/call"), None);
    }
}
