//! The menu as com.canonical.dbusmenu tells it.

use std::collections::HashMap;

use zbus::zvariant::{StructureBuilder, Value};

use super::label::label;
use crate::platform::tray::Row;

/// The menu itself; its rows count from one.
pub(super) const ROOT: i32 = 0;

pub(super) type Properties = HashMap<&'static str, Value<'static>>;

/// An item, its properties, and those below it.
pub(super) type Layout = (i32, Properties, Vec<Value<'static>>);

/// The number of the row at this place.
pub(super) fn id(at: usize) -> i32 {
    i32::try_from(at + 1).unwrap_or(i32::MAX)
}

/// The place of the row with this number.
pub(super) fn place(id: i32) -> Option<usize> {
    usize::try_from(id).ok()?.checked_sub(1)
}

/// Everything about an item that was asked for. All is said, also what is the default: some hosts keep the value
/// before where one is only taken away.
pub(super) fn properties(rows: &[Row], id: i32, wanted: &[String]) -> Option<Properties> {
    let mut all = if id == ROOT {
        Properties::from([("children-display", Value::from("submenu"))])
    } else {
        of_row(rows.get(place(id)?)?)
    };
    if !wanted.is_empty() {
        all.retain(|key, _| wanted.iter().any(|wanted| wanted == key));
    }
    Some(all)
}

fn of_row(row: &Row) -> Properties {
    match row {
        Row::Separator => {
            Properties::from([("type", Value::from("separator")), ("visible", Value::from(true))])
        }
        Row::Item { label, enabled } => text(label, *enabled),
        Row::Tick { label, enabled, on } => {
            let mut all = text(label, *enabled);
            all.insert("toggle-type", Value::from("checkmark"));
            all.insert("toggle-state", Value::from(i32::from(*on)));
            all
        }
    }
}

fn text(says: &str, enabled: bool) -> Properties {
    Properties::from([
        ("label", Value::from(label(says))),
        ("enabled", Value::from(enabled)),
        ("visible", Value::from(!says.is_empty())),
    ])
}

/// An item and, if the depth allows, what is below it.
pub(super) fn layout(rows: &[Row], id: i32, depth: i32, wanted: &[String]) -> Option<Layout> {
    let own = properties(rows, id, wanted)?;
    let mut below = Vec::new();
    if id == ROOT && depth != 0 {
        for at in 0..rows.len() {
            let id = self::id(at);
            let item = StructureBuilder::new()
                .add_field(id)
                .add_field(properties(rows, id, wanted)?)
                .add_field(Vec::<Value<'static>>::new())
                .build()
                .ok()?;
            below.push(Value::from(item));
        }
    }
    Some((id, own, below))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows() -> Vec<Row> {
        vec![
            Row::Item { label: "a".into(), enabled: true },
            Row::Separator,
            Row::Item { label: String::new(), enabled: false },
            Row::Tick { label: "t".into(), enabled: true, on: true },
        ]
    }

    #[test]
    fn every_row_stands_in_the_layout_and_what_says_nothing_is_invisible() {
        let (root, _, below) = layout(&rows(), ROOT, -1, &[]).unwrap();
        assert_eq!((root, below.len()), (ROOT, 4));
        let visible = |id| properties(&rows(), id, &[]).unwrap()["visible"] == Value::from(true);
        assert_eq!([1, 2, 3, 4].map(visible), [true, true, false, true]);
        assert_eq!(properties(&rows(), 4, &[]).unwrap()["toggle-state"], Value::from(1));
    }

    #[test]
    fn only_what_was_asked_for_is_told_and_of_nobody_unknown() {
        let all = properties(&rows(), 1, &["label".into()]).unwrap();
        assert_eq!(all.keys().copied().collect::<Vec<_>>(), ["label"]);
        assert!(properties(&rows(), 5, &[]).is_none() && properties(&rows(), -1, &[]).is_none());
        assert!(layout(&rows(), ROOT, 0, &[]).unwrap().2.is_empty());
        assert!(layout(&rows(), 9, -1, &[]).is_none());
    }
}
