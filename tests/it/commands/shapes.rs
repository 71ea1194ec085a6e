//! The shapes of JSON that scripts rely on.

use serde_json::Value;

/// What a value must look like.
pub(crate) enum Shape {
    Number,
    Text,
    Flag,
    /// `2026-11-22T14:00:00Z`.
    Time,
    /// Text, or null.
    MaybeText,
    /// A number, or null.
    MaybeNumber,
    OneOf(&'static [&'static str]),
    List(Box<Shape>),
    /// Something, or null.
    Maybe(Box<Shape>),
    /// All of these keys and no others.
    Table(&'static [Key]),
}

/// A key and what stands behind it; called only when it is looked at, because shapes hold shapes.
type Key = (&'static str, fn() -> Shape);

use Shape::{Flag, List, Maybe, MaybeNumber, MaybeText, Number, OneOf, Table, Text, Time};

pub(crate) fn status() -> Shape {
    Table(&[
        ("schema", || Number),
        ("taken_at", || Time),
        ("verdict", verdict),
        ("watches", || list(watch())),
        ("unseen", || list(Text)),
    ])
}

fn verdict() -> Shape {
    OneOf(&["orphaned", "blocked", "unseen", "duplicate", "starting", "healthy", "idle"])
}

fn watch() -> Shape {
    Table(&[
        ("name", || Text),
        ("port", || Number),
        ("verdict", verdict),
        ("summary", || Text),
        ("holders", || list(holder())),
        ("instances", || list(instance())),
        ("findings", || list(finding())),
    ])
}

fn holder() -> Shape {
    Table(&[
        ("address", || Text),
        ("owner", || OneOf(&["known", "gone", "hidden"])),
        ("pid", || MaybeNumber),
        ("name", || MaybeText),
        ("how", || OneOf(&["listens", "bound", "connected"])),
    ])
}

fn instance() -> Shape {
    Table(&[
        ("pid", || Number),
        ("started_at", || Time),
        ("members", || list(Number)),
        ("state", || OneOf(&["attached", "orphan", "adopted", "superseded", "unseen"])),
        ("listens", || Flag),
        ("command", || Text),
        ("memory_bytes", || Number),
        ("cpu_percent", || Number),
        ("client", client),
        ("evidence", || list(Text)),
        ("guarded", || Flag),
        ("guard", || Maybe(Box::new(Table(&[("pid", || Number)])))),
        ("server_name", || MaybeText),
    ])
}

fn client() -> Shape {
    Table(&[
        ("state", || OneOf(&["living", "gone", "unseen"])),
        ("pid", || MaybeNumber),
        ("name", || MaybeText),
    ])
}

fn finding() -> Shape {
    Table(&[("kind", || Text), ("pid", || MaybeNumber), ("says", || Text)])
}

pub(crate) fn cleanup() -> Shape {
    Table(&[
        ("schema", || Number),
        ("planned", || list(planned())),
        ("ended", || list(ended())),
        ("refused", || list(refused())),
        ("port", || Maybe(Box::new(port()))),
        ("ports", || list(port())),
        ("attention", || list(Text)),
    ])
}

fn planned() -> Shape {
    Table(&[
        ("pid", || Number),
        ("members", || list(Number)),
        ("command", || Text),
        ("evidence", || list(Text)),
    ])
}

fn ended() -> Shape {
    Table(&[("pid", || Number), ("how", || OneOf(&["asked", "forced"]))])
}

fn refused() -> Shape {
    Table(&[("pid", || Number), ("why", || Text)])
}

fn port() -> Shape {
    Table(&[("number", || Number), ("free", || Flag)])
}

pub(crate) fn free() -> Shape {
    Table(&[
        ("schema", || Number),
        ("port", port),
        ("holders", || list(holder())),
        ("ended", || list(ended())),
        ("refused", || list(refused())),
    ])
}

pub(crate) fn doctor() -> Shape {
    Table(&[("schema", || Number), ("version", || Text), ("checks", || list(check()))])
}

fn check() -> Shape {
    Table(&[
        ("what", || Text),
        ("health", || OneOf(&["works", "attention", "unknown"])),
        ("says", || Text),
        ("do", || MaybeText),
    ])
}

fn list(of: Shape) -> Shape {
    List(Box::new(of))
}

impl Shape {
    #[track_caller]
    pub(crate) fn fits(&self, value: &Value) {
        if let Err(why) = self.compare(value) {
            panic!("{why}\nin {value:#}");
        }
    }

    fn compare(&self, value: &Value) -> Result<(), String> {
        let fits = match self {
            Number => value.is_number(),
            MaybeNumber => value.is_number() || value.is_null(),
            Text => value.is_string(),
            MaybeText => value.is_string() || value.is_null(),
            Flag => value.is_boolean(),
            Time => value.as_str().is_some_and(is_rfc3339),
            OneOf(words) => value.as_str().is_some_and(|word| words.contains(&word)),
            Maybe(_) if value.is_null() => true,
            Maybe(of) => return of.compare(value),
            List(of) => {
                let items = value.as_array().ok_or_else(|| format!("no list: {value}"))?;
                return items.iter().try_for_each(|item| of.compare(item));
            }
            Table(keys) => {
                let table = value.as_object().ok_or_else(|| format!("no table: {value}"))?;
                if let Some(key) = table.keys().find(|key| !keys.iter().any(|(known, _)| known == key)) {
                    return Err(format!("nobody promised the key {key}"));
                }
                return keys.iter().try_for_each(|(key, shape)| {
                    let value = table.get(*key).ok_or_else(|| format!("the key {key} is missing"))?;
                    shape().compare(value).map_err(|why| format!("{key}: {why}"))
                });
            }
        };
        if fits { Ok(()) } else { Err(format!("not what was promised: {value}")) }
    }
}

fn is_rfc3339(text: &str) -> bool {
    let pattern = "0000-00-00T00:00:00Z";
    text.len() == pattern.len()
        && text.bytes().zip(pattern.bytes()).all(|(found, wanted)| match wanted {
            b'0' => found.is_ascii_digit(),
            other => found == other,
        })
}

#[test]
fn a_shape_can_fail() {
    let good = serde_json::json!({ "number": 3005, "free": true });
    assert_eq!(port().compare(&good), Ok(()));
    for bad in [
        serde_json::json!({ "number": 3005 }),
        serde_json::json!({ "number": "3005", "free": true }),
        serde_json::json!({ "number": 3005, "free": true, "more": 1 }),
        serde_json::json!([]),
    ] {
        assert!(port().compare(&bad).is_err(), "{bad}");
    }
    assert!(Time.compare(&"2026-11-22T14:00:00Z".into()).is_ok());
    assert!(Time.compare(&"2026-11-22 14:00:00".into()).is_err());
    assert!(list(Number).compare(&serde_json::json!([1, "2"])).is_err());
}
