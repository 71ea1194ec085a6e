//! Puts values on the panel and remembers what it put there. Decides nothing.

use std::collections::HashMap;

use anyhow::Context;
use tray_icon::menu::{CheckMenuItem, Menu, MenuId, MenuItem, PredefinedMenuItem};
use tray_icon::{Icon, TrayIcon, TrayIconBuilder};

use super::icon::{Size, png, tooltip};
use super::menu::{Row, menu};
use super::paint;
use crate::monitor::{Choice, Face, View};
use crate::platform;

/// One row on the panel.
enum Item {
    Separator,
    Plain(MenuItem),
    Tick(CheckMenuItem),
}

/// The icon and its menu. Dropping it takes the icon off the panel.
pub(super) struct Adapter {
    tray: TrayIcon,
    icons: HashMap<Face, Icon>,
    items: Vec<(Item, Row)>,
    face: Option<Face>,
    tooltip: String,
}

impl Adapter {
    /// Puts a first view on the panel. Must be called on the event loop's thread, after it began.
    ///
    /// `panel_is_back` is called when the panel was started anew: draw again then, after
    /// [`Adapter::forget`], or build another one where the icon went with the bus.
    pub(super) fn build(view: &View, panel_is_back: Box<dyn Fn() + Send>) -> anyhow::Result<Self> {
        let size = Size::for_pixels(platform::tray::icon_pixels());
        let mut icons = HashMap::new();
        for face in Face::ALL {
            icons.insert(face, paint::icon(png(face, size))?);
        }
        let rows = menu(view);
        let native = Menu::new();
        let mut items = Vec::with_capacity(rows.len());
        for (at, row) in rows.into_iter().enumerate() {
            items.push((append(&native, &row, at)?, row));
        }
        let icon = icons.get(&view.face).cloned().context("every face has an icon")?;
        let tooltip = tooltip(view);
        let tray = TrayIconBuilder::new()
            .with_menu(Box::new(native.clone()))
            .with_icon(icon)
            .with_title("Shimkeeper")
            .with_tooltip(&tooltip)
            .build()?;
        if let Err(error) = platform::tray::mend(&tray, &native, panel_is_back) {
            tracing::warn!(%error, "some panels will not open the menu");
        }
        Ok(Self { tray, icons, items, face: Some(view.face), tooltip })
    }

    /// Forgets what the panel shows, so that the next [`Adapter::draw`] says it all anew.
    pub(super) fn forget(&mut self) {
        self.face = None;
        self.tooltip.clear();
    }

    /// Updates whatever differs from what is shown. An error means that the panel did not take it
    /// now; call again later.
    pub(super) fn draw(&mut self, view: &View) -> anyhow::Result<()> {
        for ((item, shown), wanted) in self.items.iter_mut().zip(menu(view)) {
            if *shown != wanted {
                update(item, shown, &wanted);
                *shown = wanted;
            }
        }
        if self.face != Some(view.face) {
            self.tray.set_icon(self.icons.get(&view.face).cloned())?;
            self.face = Some(view.face);
        }
        let tooltip = tooltip(view);
        if self.tooltip != tooltip {
            self.tray.set_tooltip(Some(&tooltip))?;
            self.tooltip = tooltip;
        }
        Ok(())
    }

    /// Says something by the icon's own balloon. Where the system has none, the menu and the log have
    /// said it.
    pub(super) fn tell(&self, title: &str, body: &str) {
        if let Err(error) = platform::tray::balloon(&self.tray, title, body) {
            tracing::debug!(%error, "the icon has no balloon");
        }
    }

    /// What a click means. The panel has turned a tick over by itself; it is put back, because only
    /// the monitor knows whether the choice will come true.
    pub(super) fn clicked(&self, id: &MenuId) -> Option<Choice> {
        let at: usize = id.as_ref().parse().ok()?;
        match self.items.get(at)? {
            (Item::Tick(item), Row::Tick { choice, on, .. }) => {
                item.set_checked(*on);
                *choice
            }
            (_, Row::Item { choice, .. } | Row::Tick { choice, .. }) => *choice,
            (_, Row::Separator) => None,
        }
    }
}

fn append(menu: &Menu, row: &Row, at: usize) -> anyhow::Result<Item> {
    // The place of a row never changes, so it is its name.
    let id = at.to_string();
    Ok(match row {
        Row::Separator => {
            menu.append(&PredefinedMenuItem::separator())?;
            Item::Separator
        }
        Row::Item { label, choice } => {
            let item = MenuItem::with_id(id, escaped(label), choice.is_some(), None);
            menu.append(&item)?;
            Item::Plain(item)
        }
        Row::Tick { label, choice, on } => {
            let item = CheckMenuItem::with_id(id, escaped(label), choice.is_some(), *on, None);
            menu.append(&item)?;
            Item::Tick(item)
        }
    })
}

/// Changes only what differs: Windows draws a row that was made without a choice in grey, and one that
/// is told so once more in black.
fn update(item: &Item, shown: &Row, wanted: &Row) {
    match (item, shown, wanted) {
        (Item::Plain(item), Row::Item { choice: before, .. }, Row::Item { label, choice }) => {
            item.set_text(escaped(label));
            if before.is_some() != choice.is_some() {
                item.set_enabled(choice.is_some());
            }
        }
        (Item::Tick(item), Row::Tick { choice: before, .. }, Row::Tick { label, choice, on }) => {
            item.set_text(escaped(label));
            if before.is_some() != choice.is_some() {
                item.set_enabled(choice.is_some());
            }
            item.set_checked(*on);
        }
        // The rows never change their kind.
        (
            Item::Separator | Item::Plain(_) | Item::Tick(_),
            Row::Separator | Row::Item { .. } | Row::Tick { .. },
            Row::Separator | Row::Item { .. } | Row::Tick { .. },
        ) => {}
    }
}

/// An ampersand would underline the next letter.
fn escaped(label: &str) -> String {
    label.replace('&', "&&")
}
