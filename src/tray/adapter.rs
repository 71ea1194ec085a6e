//! From a view to what the panel shows, and from a click to a choice. Decides nothing.

use super::icon::{is_urgent, picture, tooltip};
use super::menu::{Row, menu};
use crate::core::mask::plain_short;
use crate::monitor::{Choice, View};
use crate::platform::tray::{Row as PanelRow, Shown};

/// The longest line of the description, in characters.
const LONGEST: usize = 120;

/// How many lines of evidence the pointer reads over the icon.
const LINES: usize = 3;

/// A view as the panel takes it.
pub(super) fn shown(view: &View) -> Shown {
    let evidence = view.lines.iter().take(view.rows.min(LINES));
    Shown {
        picture: picture(view.face),
        is_urgent: is_urgent(view.face),
        title: tooltip(view),
        description: evidence.map(|line| plain_short(line, LONGEST)).collect::<Vec<_>>().join("\n"),
        rows: menu(view).into_iter().map(panel_row).collect(),
    }
}

/// What choosing this row of a view's menu means.
pub(super) fn chosen(view: &View, row: usize) -> Option<Choice> {
    match menu(view).into_iter().nth(row)? {
        Row::Item { choice, .. } | Row::Tick { choice, .. } => choice,
        Row::Separator => None,
    }
}

fn panel_row(row: Row) -> PanelRow {
    match row {
        Row::Separator => PanelRow::Separator,
        Row::Item { label, choice } => PanelRow::Item { label, enabled: choice.is_some() },
        Row::Tick { label, choice, on } => PanelRow::Tick { label, enabled: choice.is_some(), on },
    }
}
