//! The icon by the library `tray-icon`: puts values on the taskbar and remembers what it put there.

use std::collections::HashMap;
use std::io;

use anyhow::Context;
use tray_icon::menu::{CheckMenuItem, IsMenuItem, Menu, MenuEvent, MenuItem, PredefinedMenuItem};
use tray_icon::{TrayIcon, TrayIconBuilder};

use super::balloon::{balloon, icon_pixels};
use super::taskbar::mend;
use crate::core::wording;
use crate::platform::tray::{Picture, Place, Row, Setup, Shown, Told, decode};

/// One row of the menu.
enum Item {
    Separator(PredefinedMenuItem),
    Plain(MenuItem),
    Tick(CheckMenuItem),
}

pub(crate) struct Icon {
    tray: TrayIcon,
    icons: HashMap<&'static str, tray_icon::Icon>,
    items: Vec<(Item, Row)>,
    picture: Option<&'static str>,
    title: String,
}

impl Icon {
    pub(crate) fn put(
        setup: &Setup<'_>,
        shown: &Shown,
        tell: Box<dyn Fn(Told) + Send + Sync>,
    ) -> anyhow::Result<Self> {
        let tell = std::sync::Arc::new(tell);
        let pixels = icon_pixels();
        let mut icons = HashMap::new();
        for picture in setup.pictures {
            icons.insert(picture.name, icon(picture, pixels)?);
        }
        let menu = Menu::new();
        let mut items = Vec::with_capacity(shown.rows.len());
        for (at, row) in shown.rows.iter().enumerate() {
            let item = make(row, at);
            menu.append(item.native())?;
            items.push((item, row.clone()));
        }
        let tray = TrayIconBuilder::new()
            .with_menu(Box::new(menu.clone()))
            .with_icon(icons.get(shown.picture.name).cloned().context(wording::PICTURE_MISSING)?)
            .with_tooltip(&shown.title)
            .build()?;
        let to_tell = std::sync::Arc::clone(&tell);
        if let Err(error) = mend(&tray, &menu, Box::new(move || to_tell(Told::PanelIsBack))) {
            tracing::warn!(%error, "some panels will not open the menu");
        }
        MenuEvent::set_event_handler(Some(move |event: MenuEvent| {
            // The place of a row never changes, so it is its name.
            if let Ok(row) = event.id().as_ref().parse() {
                tell(Told::Row(row));
            }
        }));
        let title = shown.title.clone();
        Ok(Self { tray, icons, items, picture: Some(shown.picture.name), title })
    }

    pub(crate) fn show(&mut self, shown: &Shown) -> anyhow::Result<()> {
        for ((item, before), row) in self.items.iter_mut().zip(&shown.rows) {
            if before != row {
                update(item, before, row);
                *before = row.clone();
            }
        }
        if self.picture != Some(shown.picture.name) {
            self.tray.set_icon(self.icons.get(shown.picture.name).cloned())?;
            self.picture = Some(shown.picture.name);
        }
        if self.title != shown.title {
            self.tray.set_tooltip(Some(&shown.title))?;
            self.title.clone_from(&shown.title);
        }
        Ok(())
    }

    pub(crate) fn forget(&mut self) {
        self.picture = None;
        self.title.clear();
    }

    pub(crate) fn put_back(&mut self, row: usize) {
        if let Some((Item::Tick(item), Row::Tick { on, .. })) = self.items.get(row) {
            item.set_checked(*on);
        }
    }

    pub(crate) fn balloon(&self, title: &str, body: &str) -> io::Result<()> {
        balloon(&self.tray, title, body)
    }
}

#[expect(clippy::unnecessary_wraps, reason = "its twin asks a bus")]
pub(crate) fn place() -> Result<Place, String> {
    Ok(Place::Panel)
}

#[expect(clippy::unnecessary_wraps, reason = "its twin removes files")]
pub(crate) fn forget_pictures(_: &std::path::Path) -> io::Result<()> {
    Ok(())
}

impl Item {
    fn native(&self) -> &dyn IsMenuItem {
        match self {
            Self::Separator(item) => item,
            Self::Plain(item) => item,
            Self::Tick(item) => item,
        }
    }
}

fn make(row: &Row, at: usize) -> Item {
    let id = at.to_string();
    match row {
        Row::Separator => Item::Separator(PredefinedMenuItem::separator()),
        Row::Item { label, enabled } => Item::Plain(MenuItem::with_id(id, escaped(label), *enabled, None)),
        Row::Tick { label, enabled, on } => {
            Item::Tick(CheckMenuItem::with_id(id, escaped(label), *enabled, *on, None))
        }
    }
}

/// Changes only what differs: Windows draws a row that was made without a choice in grey, and one that
/// is told so once more in black.
fn update(item: &Item, shown: &Row, wanted: &Row) {
    match (item, shown, wanted) {
        (Item::Plain(item), Row::Item { enabled: before, .. }, Row::Item { label, enabled }) => {
            item.set_text(escaped(label));
            if before != enabled {
                item.set_enabled(*enabled);
            }
        }
        (Item::Tick(item), Row::Tick { enabled: before, .. }, Row::Tick { label, enabled, on }) => {
            item.set_text(escaped(label));
            if before != enabled {
                item.set_enabled(*enabled);
            }
            item.set_checked(*on);
        }
        // The rows never change their kind.
        (
            Item::Separator(_) | Item::Plain(_) | Item::Tick(_),
            Row::Separator | Row::Item { .. } | Row::Tick { .. },
            Row::Separator | Row::Item { .. } | Row::Tick { .. },
        ) => {}
    }
}

/// An ampersand would underline the next letter.
fn escaped(label: &str) -> String {
    label.replace('&', "&&")
}

/// The taskbar scales; a picture that fits stays sharp.
fn icon(picture: &Picture, pixels: u32) -> anyhow::Result<tray_icon::Icon> {
    let fits = picture.pngs.iter().find(|(size, _)| *size >= pixels).or(picture.pngs.last());
    let (rgba, width, height) = decode(fits.context(wording::PICTURE_WITHOUT_SIZE)?.1)?;
    tray_icon::Icon::from_rgba(rgba, width, height).context(wording::TASKBAR_REFUSES)
}
