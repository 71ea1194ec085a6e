//! The icon's menu: its labels from the bus, its rows under the real pointer.

use std::collections::HashMap;

use zbus::zvariant::{OwnedValue, Value};

use super::super::{PATIENCE, eventually, eventually_some};
use super::pixels::Rect;
use super::session::Desktop;

/// The panel draws a thin line around the menu and a little room above the first row.
const PADDING: usize = 4;
const SEPARATOR: usize = 1;

/// One row as the program describes it to the panel.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a property of the protocol")]
pub(crate) struct MenuRow {
    id: i32,
    /// Empty for a separator.
    pub(crate) label: String,
    pub(crate) enabled: bool,
    pub(crate) ticked: bool,
    pub(crate) separator: bool,
    visible: bool,
}

type Layout = (i32, HashMap<String, OwnedValue>, Vec<OwnedValue>);

impl Desktop<'_> {
    /// The visible rows of the menu of the tray with this pid.
    #[track_caller]
    pub(crate) fn menu_layout(&self, pid: u32) -> Vec<MenuRow> {
        eventually_some("the tray has a menu", PATIENCE, || self.try_menu_layout(pid))
    }

    /// Nothing when it is not on the bus, or does not answer.
    pub(crate) fn try_menu_layout(&self, pid: u32) -> Option<Vec<MenuRow>> {
        let rows = self.try_all_rows(pid)?.into_iter();
        Some(rows.filter(|row| row.visible).collect())
    }

    /// The same with those that are not drawn.
    #[track_caller]
    pub(crate) fn all_rows(&self, pid: u32) -> Vec<MenuRow> {
        eventually_some("the tray has a menu", PATIENCE, || self.try_all_rows(pid))
    }

    fn try_all_rows(&self, pid: u32) -> Option<Vec<MenuRow>> {
        let properties: [&str; 0] = [];
        let answer = self.call_menu(pid, "GetLayout", &(0_i32, -1_i32, &properties[..])).ok()?;
        let (_, (_, _, rows)): (u32, Layout) = answer.body().deserialize().ok()?;
        Some(rows.into_iter().filter_map(row).collect())
    }

    /// A click without pointer and panel, for stories about what happens afterwards.
    #[track_caller]
    pub(crate) fn menu_click(&self, pid: u32, label: &str) {
        // What a toast says already the menu shows a moment later.
        let row = eventually_some(&format!("row `{label}` can be chosen"), PATIENCE, || {
            self.try_row_called(pid, label).filter(|row| row.enabled)
        });
        let event = (row.id, "clicked", Value::from(0_i32), 0_u32);
        self.call_menu(pid, "Event", &event).unwrap();
    }

    /// A click on Quit: who quits need not answer any more.
    #[track_caller]
    pub(crate) fn menu_quit(&self, pid: u32) {
        let row = self.row_called(pid, "Quit");
        let _ = self.call_menu(pid, "Event", &(row.id, "clicked", Value::from(0_i32), 0_u32));
    }

    /// The row whose label begins so.
    #[track_caller]
    pub(crate) fn row_called(&self, pid: u32, label: &str) -> MenuRow {
        let rows = self.menu_layout(pid);
        let found = rows.iter().find(|row| row.label.starts_with(label));
        found.unwrap_or_else(|| panic!("no row `{label}` in {rows:#?}")).clone()
    }

    /// The same, where it may not be there yet.
    pub(crate) fn try_row_called(&self, pid: u32, label: &str) -> Option<MenuRow> {
        self.menu_layout(pid).into_iter().find(|row| row.label.starts_with(label))
    }

    /// The menu on the screen.
    pub(crate) fn menu_window(&self) -> Option<Rect> {
        // The panel's plugins run in this wrapper, and the menu is the plugin's window.
        self.windows("wrapper-2.0").into_iter().next()
    }

    /// Opens the menu with the right button on the icon.
    #[track_caller]
    pub(crate) fn open_menu(&self, icon: Rect) -> Rect {
        self.right_click(icon.centre());
        eventually_some("the menu is open", PATIENCE, || self.menu_window())
    }

    /// Clicks a row of the open menu with the real pointer, once the panel highlights it.
    #[track_caller]
    pub(crate) fn click_row(&self, pid: u32, label: &str) {
        let row = self.hover_row(pid, label);
        self.click(row.centre());
        eventually("the menu is closed", PATIENCE, || self.menu_window().is_none());
    }

    /// Moves the pointer onto a row and returns where it is, as the highlight shows it.
    #[track_caller]
    pub(crate) fn hover_row(&self, pid: u32, label: &str) -> Rect {
        let menu = self.menu_window().expect("the menu is open");
        let expected = place(&self.menu_layout(pid), label, menu);
        self.hover((menu.x + menu.width + 40, menu.y));
        let before = self.look();
        self.hover(expected.centre());
        eventually_some(&format!("row `{label}` is highlighted"), PATIENCE, || {
            let now = self.look();
            // Left of all text, so that only the highlight can differ.
            let x = menu.x + 4;
            let mut changed = (menu.y..menu.y + menu.height).filter(|&y| before.at(x, y) != now.at(x, y));
            let top = changed.next()?;
            let bottom = changed.next_back()?;
            let found = Rect { y: top, height: bottom + 1 - top, ..expected };
            let fits = top.abs_diff(expected.y) <= 4 && found.height.abs_diff(expected.height) <= 4;
            fits.then_some(found)
        })
    }

    fn call_menu<B: serde::Serialize + zbus::zvariant::DynamicType>(
        &self,
        pid: u32,
        method: &str,
        body: &B,
    ) -> zbus::Result<zbus::Message> {
        // Each icon of a program has the next number: one that was made anew has another.
        let owner = self.bus.name_like(&format!("org.kde.StatusNotifierItem-{pid}-"));
        let owner = owner.ok_or(zbus::Error::InterfaceNotFound)?;
        let interface = Some("com.canonical.dbusmenu");
        self.bus.connection().call_method(Some(owner), "/MenuBar", interface, method, body)
    }
}

/// Where the panel must have drawn the row: all rows but separators are of one height.
#[track_caller]
fn place(rows: &[MenuRow], label: &str, menu: Rect) -> Rect {
    let at = rows.iter().position(|row| row.label.starts_with(label));
    let at = at.unwrap_or_else(|| panic!("no row `{label}` in {rows:#?}"));
    let separators = |rows: &[MenuRow]| rows.iter().filter(|row| row.separator).count();
    let all = rows.len() - separators(rows);
    let height = (menu.height - 2 * PADDING - separators(rows) * SEPARATOR) / all;
    let above = separators(&rows[..at]);
    let y = menu.y + PADDING + (at - above) * height + above * SEPARATOR;
    Rect { x: menu.x, y, width: menu.width, height }
}

/// What is not said has the protocol's default.
fn row(value: OwnedValue) -> Option<MenuRow> {
    let (id, properties, _) = Layout::try_from(value).ok()?;
    let text = |key: &str| properties.get(key).and_then(|it| it.downcast_ref::<String>().ok());
    let flag = |key: &str| properties.get(key).and_then(|it| it.downcast_ref::<bool>().ok());
    let tick = properties.get("toggle-state").and_then(|it| it.downcast_ref::<i32>().ok());
    Some(MenuRow {
        id,
        visible: flag("visible").unwrap_or(true),
        label: text("label").map(|label| as_drawn(&label)).unwrap_or_default(),
        enabled: flag("enabled").unwrap_or(true),
        ticked: tick == Some(1),
        separator: text("type").is_some_and(|kind| kind == "separator"),
    })
}

/// One underscore marks the access key, two are one; what is drawn in place of several reads like them.
fn as_drawn(label: &str) -> String {
    label.replace("__", "\u{2cd}").replace('_', "").replace('\u{2cd}', "_")
}
