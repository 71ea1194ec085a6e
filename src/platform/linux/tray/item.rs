//! The icon as org.kde.StatusNotifierItem tells it.
#![expect(clippy::used_underscore_binding, reason = "the bus hands over what some methods do not need")]

use std::sync::Arc;

use zbus::zvariant::ObjectPath;

use super::board::Board;
use super::menu;
use super::pictures::{Pixmap, name, pixmaps};
use crate::platform::tray::Told;

pub(super) const PATH: &str = "/StatusNotifierItem";
pub(super) const INTERFACE: &str = "org.kde.StatusNotifierItem";

/// The program's name, the same in every session: panels keep what the user chose for it by this.
pub(super) const ID: &str = "shimkeeper";

/// Name and pixels of an icon, title, text.
type ToolTip = (String, Vec<Pixmap>, String, String);

pub(super) struct Item(pub(super) Arc<Board>);

#[zbus::interface(name = "org.kde.StatusNotifierItem")]
#[expect(clippy::unused_self, reason = "the bus calls methods")]
impl Item {
    /// The left button, where the panel does not open the menu by it.
    fn activate(&self, _x: i32, _y: i32) {
        self.0.tell(Told::Icon);
    }

    /// The middle button.
    fn secondary_activate(&self, _x: i32, _y: i32) {
        self.0.tell(Told::Icon);
    }

    /// The middle button on Ayatana's panels.
    #[zbus(name = "XAyatanaSecondaryActivate")]
    fn x_ayatana_secondary_activate(&self, _timestamp: u32) {
        self.0.tell(Told::Icon);
    }

    /// The right button, where the panel cannot show a menu of others.
    fn context_menu(&self, _x: i32, _y: i32) {
        self.0.tell(Told::Icon);
    }

    fn scroll(&self, _delta: i32, _orientation: &str) {}

    fn provide_xdg_activation_token(&self, _token: &str) {}

    #[zbus(property)]
    fn category(&self) -> &'static str {
        "ApplicationStatus"
    }

    #[zbus(property)]
    fn id(&self) -> &'static str {
        ID
    }

    #[zbus(property)]
    fn title(&self) -> String {
        self.0.now().shown.title.clone()
    }

    #[zbus(property)]
    fn status(&self) -> &'static str {
        status(&self.0)
    }

    #[zbus(property)]
    fn window_id(&self) -> i32 {
        0
    }

    #[zbus(property)]
    fn icon_theme_path(&self) -> &str {
        &self.0.theme
    }

    #[zbus(property)]
    fn menu(&self) -> ObjectPath<'_> {
        ObjectPath::from_static_str_unchecked(menu::PATH)
    }

    #[zbus(property)]
    fn item_is_menu(&self) -> bool {
        false
    }

    #[zbus(property)]
    fn icon_name(&self) -> String {
        self.name()
    }

    #[zbus(property)]
    fn icon_pixmap(&self) -> Vec<Pixmap> {
        self.pixels()
    }

    #[zbus(property)]
    fn overlay_icon_name(&self) -> &'static str {
        ""
    }

    #[zbus(property)]
    fn overlay_icon_pixmap(&self) -> Vec<Pixmap> {
        Vec::new()
    }

    // The icon says it all by itself; this one is the same, so that a panel that shows it changes nothing.
    #[zbus(property)]
    fn attention_icon_name(&self) -> String {
        self.name()
    }

    #[zbus(property)]
    fn attention_icon_pixmap(&self) -> Vec<Pixmap> {
        self.pixels()
    }

    #[zbus(property)]
    fn attention_movie_name(&self) -> &'static str {
        ""
    }

    #[zbus(property)]
    fn icon_accessible_desc(&self) -> String {
        description(&self.0)
    }

    #[zbus(property)]
    fn attention_accessible_desc(&self) -> String {
        description(&self.0)
    }

    #[zbus(property)]
    fn tool_tip(&self) -> ToolTip {
        let now = self.0.now();
        (String::new(), Vec::new(), now.shown.title.clone(), as_markup(&now.shown.description))
    }
}

impl Item {
    fn name(&self) -> String {
        if self.0.theme.is_empty() { String::new() } else { name(self.0.now().shown.picture) }
    }

    fn pixels(&self) -> Vec<Pixmap> {
        let picture = self.0.now().shown.picture;
        pixmaps(picture)
    }
}

pub(super) fn status(board: &Board) -> &'static str {
    if board.now().shown.is_urgent { "NeedsAttention" } else { "Active" }
}

/// What a screen reader says of the icon.
pub(super) fn description(board: &Board) -> String {
    let now = board.now();
    match now.shown.description.as_str() {
        "" => now.shown.title.clone(),
        why => format!("{}. {}", now.shown.title, why.replace('\n', ". ")),
    }
}

/// The text of a tooltip may hold markup; ours never does.
fn as_markup(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
