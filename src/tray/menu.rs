//! The menu as a value. An item without a choice is disabled, one without a label is not shown.
//!
//! The rows are always the same in number and kind, so that an open menu can be updated in place:
//! some panels lose a click on a menu that was rebuilt under the pointer.

use crate::core::mask::plain_short;
use crate::core::wording;
use crate::monitor::Choice;
use crate::monitor::view::{RestartOffer, View};

/// How many lines of the view the menu shows below the headline.
pub const LINES: usize = 4;

/// The longest text of a row, in characters: a menu must not fill the screen.
const LONGEST: usize = 72;

/// One row.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Row {
    /// A line between groups.
    Separator,
    /// Something to read or to choose.
    Item {
        /// What it says.
        label: String,
        /// What it chooses; nothing makes it text.
        choice: Option<Choice>,
    },
    /// Something that is on or off.
    Tick {
        /// What it says.
        label: String,
        /// What it chooses; nothing makes it text.
        choice: Option<Choice>,
        /// Whether it is on.
        on: bool,
    },
}

/// The menu for a view.
#[must_use]
pub fn menu(view: &View) -> Vec<Row> {
    let mut rows = vec![telling(&view.headline)];
    rows.extend(lines(view));
    rows.push(Row::Separator);
    let orphans = view.orphans > 0 && !view.busy;
    rows.push(item(&wording::cleanup_row(view.orphans), orphans.then_some(Choice::Cleanup)));
    rows.push(restart(view));
    rows.push(item(wording::BUTTON_OPEN_LOG, Some(Choice::OpenLog)));
    rows.push(Row::Separator);
    rows.push(tick(wording::ROW_PAUSE, Some(Choice::Pause), view.paused));
    rows.push(tick(wording::ROW_AUTO_CLEANUP, Some(Choice::AutoCleanup), view.auto_cleanup));
    let autostart = view.autostart.map(|_| Choice::Autostart);
    rows.push(tick(wording::ROW_AUTOSTART, autostart, view.autostart == Some(true)));
    rows.push(item(wording::ROW_CONFIG, Some(Choice::OpenConfig)));
    rows.push(Row::Separator);
    rows.push(item(&wording::row_about(), Some(Choice::About)));
    rows.push(item(wording::ROW_QUIT, Some(Choice::Quit)));
    rows
}

/// Exactly [`LINES`] rows; where there are more lines, the last one says how many.
fn lines(view: &View) -> impl Iterator<Item = Row> {
    let hidden = view.lines.len().saturating_sub(LINES);
    // Behind the instances come lines that can be left out silently.
    let more = (view.rows > LINES).then(|| wording::more_rows(view.rows + 1 - LINES));
    let mut shown: Vec<Row> = view.lines.iter().take(LINES).map(|line| telling(line)).collect();
    if let (Some(more), Some(last)) = (more.filter(|_| hidden > 0), shown.last_mut()) {
        *last = telling(&more);
    }
    shown.resize(LINES, text(""));
    shown.into_iter()
}

fn restart(view: &View) -> Row {
    match (&view.restart, view.busy) {
        (RestartOffer::Free, false) => item(wording::ROW_RESTART, Some(Choice::Restart)),
        (RestartOffer::Unnoticed, false) => item(wording::ROW_RESTART_UNNOTICED, Some(Choice::Restart)),
        (RestartOffer::Loses(client), false) => {
            item(&wording::restart_row_loses(client), Some(Choice::Restart))
        }
        (RestartOffer::No(why), false) => text(&wording::restart_row_no(why)),
        (
            RestartOffer::Free | RestartOffer::Unnoticed | RestartOffer::Loses(_) | RestartOffer::No(_),
            true,
        ) => text(wording::ROW_RESTART),
    }
}

fn item(label: &str, choice: Option<Choice>) -> Row {
    Row::Item { label: plain_short(label, LONGEST), choice }
}

/// A sentence about the state. It can be chosen, because panels draw what cannot so pale that it is hard to read,
/// and screen readers skip it; it says the state in full.
fn telling(label: &str) -> Row {
    item(label, Some(Choice::Tell))
}

fn text(label: &str) -> Row {
    item(label, None)
}

fn tick(label: &str, choice: Option<Choice>, on: bool) -> Row {
    Row::Tick { label: label.into(), choice, on }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::Verdict;
    use crate::monitor::Face;

    fn view() -> View {
        View {
            face: Face::Verdict(Verdict::Idle),
            headline: "exai-mcp does not run, port 3005 is free".into(),
            lines: vec!["PID 4242: used by Code.exe".into()],
            rows: 1,
            orphans: 0,
            restart: RestartOffer::No("nothing to start".into()),
            paused: false,
            auto_cleanup: false,
            autostart: Some(false),
            busy: false,
        }
    }

    fn labels(view: &View) -> Vec<String> {
        menu(view)
            .into_iter()
            .map(|row| match row {
                Row::Separator => "---".into(),
                Row::Item { label, choice: Some(_) } => format!("[{label}]"),
                Row::Tick { label, choice: Some(_), on } => {
                    format!("[{}{label}]", if on { "x " } else { "" })
                }
                Row::Item { label, choice: None } | Row::Tick { label, choice: None, on: _ } => label,
            })
            .collect()
    }

    #[test]
    fn a_quiet_machine_offers_nothing_to_clean_up() {
        assert_eq!(
            labels(&view()),
            [
                "[exai-mcp does not run, port 3005 is free]",
                "[PID 4242: used by Code.exe]",
                "",
                "",
                "",
                "---",
                "No orphan to clean up",
                "Restart (nothing to start)",
                "[Open log]",
                "---",
                "[Pause]",
                "[Clean up automatically]",
                "[Start at login]",
                "[Open configuration]",
                "---",
                concat!("[About Shimkeeper ", env!("CARGO_PKG_VERSION"), "]"),
                "[Quit]",
            ]
        );
    }

    #[test]
    fn an_orphan_can_be_cleaned_up_and_the_count_is_told() {
        let view = View { orphans: 2, restart: RestartOffer::Loses("Code.exe".into()), ..view() };
        let labels = labels(&view);
        assert!(labels.contains(&"[Clean up 2 orphans]".into()), "{labels:?}");
        assert!(labels.contains(&"[Restart (Code.exe must reconnect)]".into()), "{labels:?}");
    }

    #[test]
    fn a_restart_that_guards_do_is_said_not_to_be_noticed() {
        let view = View { restart: RestartOffer::Unnoticed, ..view() };
        assert!(labels(&view).contains(&"[Restart (its client does not notice)]".into()));
        assert!(labels(&View { busy: true, ..view }).contains(&"Restart".into()));
    }

    #[test]
    fn nothing_can_be_started_twice() {
        let view = View { orphans: 1, busy: true, restart: RestartOffer::Free, ..view() };
        let labels = labels(&view);
        assert!(
            labels.contains(&"Clean up 1 orphan".into()) && labels.contains(&"Restart".into()),
            "{labels:?}"
        );
    }

    #[test]
    fn the_rows_never_change_in_number_or_kind() {
        let kinds = |view: &View| -> Vec<u8> {
            let kind = |row: &Row| match row {
                Row::Separator => 0,
                Row::Item { .. } => 1,
                Row::Tick { .. } => 2,
            };
            menu(view).iter().map(kind).collect()
        };
        let many = View { lines: vec!["a\nforged row".into(); 30], rows: 27, autostart: None, ..view() };
        let none = View { lines: Vec::new(), ..view() };
        assert_eq!(kinds(&many), kinds(&view()));
        assert_eq!(kinds(&none), kinds(&view()));
        assert!(labels(&many).contains(&"[and 24 more: shimkeeper status shows all]".into()));
        assert!(!labels(&many).iter().any(|label| label.contains('\n')));
    }
}
