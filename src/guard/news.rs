//! In what a new server differs from the one that its client knows. Plain data, made by looking at two answers to
//! `initialize`.

use serde_json::Value;

use super::lists::List;
use super::wishes::Repeat;

/// Something in which it differs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum What {
    /// Its name or version: the old one and the new one.
    Version(String, String),
    Protocol,
    Capabilities,
    Instructions,
    List(List),
}

/// What a restart has changed for the client.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct News {
    pub(crate) differs: Vec<What>,
    /// What the new server did not tell in time.
    pub(crate) unknown: Vec<List>,
    /// What could not be set again, and what the server says to that.
    pub(crate) refused: Vec<(Repeat, String)>,
}

/// Compares what two servers say to `initialize`, or to `server/discover`.
pub(super) fn between(known: &Value, new: &Value) -> Vec<What> {
    let (known, new) = (&known["result"], &new["result"]);
    let mut found = Vec::new();
    if known["serverInfo"] != new["serverInfo"] {
        found.push(What::Version(version(known), version(new)));
    }
    for (keys, what) in [
        (&["protocolVersion", "supportedVersions"][..], What::Protocol),
        (&["capabilities"][..], What::Capabilities),
        (&["instructions"][..], What::Instructions),
    ] {
        if keys.iter().any(|key| known[*key] != new[*key]) {
            found.push(what);
        }
    }
    found
}

fn version(answer: &Value) -> String {
    let info = &answer["serverInfo"];
    let words = [&info["name"], &info["version"]].into_iter().filter_map(Value::as_str);
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_difference_is_told_by_name() {
        let known = json!({ "id": 0, "result": {
            "protocolVersion": "2025-06-18", "capabilities": { "tools": {} },
            "serverInfo": { "name": "x", "version": "1" }, "instructions": "read",
        } });
        assert_eq!(between(&known, &known), []);
        let with = |key: &str, value: Value| {
            let mut new = known.clone();
            new["result"][key] = value;
            between(&known, &new)
        };
        let newer = json!({ "name": "x", "version": "2" });
        assert_eq!(with("serverInfo", newer), [What::Version("x 1".into(), "x 2".into())]);
        assert_eq!(with("serverInfo", Value::Null), [What::Version("x 1".into(), String::new())]);
        assert_eq!(with("protocolVersion", json!("2025-11-25")), [What::Protocol]);
        assert_eq!(with("capabilities", json!({})), [What::Capabilities]);
        assert_eq!(with("instructions", Value::Null), [What::Instructions]);
        assert_eq!(with("other", json!(1)), []);
    }
}
