//! The menu's object on the bus, com.canonical.dbusmenu.
#![expect(
    clippy::used_underscore_binding,
    clippy::needless_pass_by_value,
    clippy::unused_self,
    reason = "the bus calls methods, hands over values, and some that are not needed"
)]

use std::collections::HashMap;
use std::sync::Arc;

use zbus::fdo::Error;
use zbus::message::Header;
use zbus::object_server::SignalEmitter;
use zbus::zvariant::{OwnedValue, Value};

use super::board::Board;
use super::layout::{Layout, ROOT, id, layout, place, properties};
use crate::platform::tray::{Row, Told};

pub(super) const PATH: &str = "/MenuBar";

/// What happened to a row: its number, what, something about it, and when.
type Happened = (i32, String, OwnedValue, u32);

pub(super) struct Menu(pub(super) Arc<Board>);

#[zbus::interface(name = "com.canonical.dbusmenu")]
impl Menu {
    fn get_layout(
        &self,
        #[zbus(header)] header: Header<'_>,
        parent_id: i32,
        recursion_depth: i32,
        property_names: Vec<String>,
    ) -> zbus::fdo::Result<(u32, Layout)> {
        let mut now = self.0.now();
        let told = layout(&now.shown.rows, parent_id, recursion_depth, &property_names);
        let told = told.ok_or_else(|| no_such_row(parent_id))?;
        if let Some(reader) = header.sender() {
            now.was_read(reader);
        }
        Ok((now.revision, told))
    }

    fn get_group_properties(
        &self,
        ids: Vec<i32>,
        property_names: Vec<String>,
    ) -> Vec<(i32, HashMap<&'static str, Value<'static>>)> {
        let now = self.0.now();
        let rows = &now.shown.rows;
        // Nobody in particular means everybody.
        let ids = if ids.is_empty() { (0..rows.len()).map(id).collect() } else { ids };
        ids.into_iter().filter_map(|id| Some((id, properties(rows, id, &property_names)?))).collect()
    }

    fn get_property(&self, id: i32, name: String) -> zbus::fdo::Result<Value<'static>> {
        let told = properties(&self.0.now().shown.rows, id, std::slice::from_ref(&name));
        let value = told.ok_or_else(|| no_such_row(id))?.remove(name.as_str());
        value.ok_or_else(|| Error::InvalidArgs(format!("row {id} has no property `{name}`")))
    }

    async fn event(
        &self,
        #[zbus(signal_emitter)] emitter: SignalEmitter<'_>,
        id: i32,
        event_id: &str,
        _data: Value<'_>,
        _timestamp: u32,
    ) -> zbus::fdo::Result<()> {
        if self.happened(&emitter, id, event_id).await { Ok(()) } else { Err(no_such_row(id)) }
    }

    async fn event_group(
        &self,
        #[zbus(signal_emitter)] emitter: SignalEmitter<'_>,
        events: Vec<Happened>,
    ) -> zbus::fdo::Result<Vec<i32>> {
        let (all, mut unknown) = (events.len(), Vec::new());
        for (id, what, _, _) in events {
            if !self.happened(&emitter, id, &what).await {
                unknown.push(id);
            }
        }
        match unknown.first() {
            Some(first) if unknown.len() == all => Err(no_such_row(*first)),
            _ => Ok(unknown),
        }
    }

    /// Whether who asks should read the menu before it is shown.
    fn about_to_show(&self, #[zbus(header)] header: Header<'_>, id: i32) -> zbus::fdo::Result<bool> {
        let now = self.0.now();
        if id != ROOT && place(id).is_none_or(|at| at >= now.shown.rows.len()) {
            return Err(no_such_row(id));
        }
        Ok(id == ROOT && header.sender().is_none_or(|reader| now.is_news_to(reader)))
    }

    fn about_to_show_group(&self, #[zbus(header)] header: Header<'_>, ids: Vec<i32>) -> (Vec<i32>, Vec<i32>) {
        let now = self.0.now();
        let is_news = header.sender().is_none_or(|reader| now.is_news_to(reader));
        let is_row = |id: &i32| place(*id).is_some_and(|at| at < now.shown.rows.len());
        let news = ids.iter().copied().filter(|id| *id == ROOT && is_news).collect();
        (news, ids.iter().copied().filter(|id| *id != ROOT && !is_row(id)).collect())
    }

    #[zbus(property)]
    fn version(&self) -> u32 {
        3
    }

    #[zbus(property)]
    fn text_direction(&self) -> &'static str {
        "ltr"
    }

    #[zbus(property)]
    fn status(&self) -> &'static str {
        status(&self.0)
    }

    /// No row has a picture. A folder here would go into the theme of the program that shows the menu, and on Cinnamon that
    /// program hands the icon's name on to one that does not know the folder.
    #[zbus(property)]
    fn icon_theme_path(&self) -> Vec<String> {
        Vec::new()
    }

    #[zbus(signal)]
    pub(super) async fn items_properties_updated(
        emitter: &SignalEmitter<'_>,
        updated: Vec<(i32, HashMap<&'static str, Value<'static>>)>,
        removed: Vec<(i32, Vec<String>)>,
    ) -> zbus::Result<()>;

    #[zbus(signal)]
    pub(super) async fn layout_updated(
        emitter: &SignalEmitter<'_>,
        revision: u32,
        parent: i32,
    ) -> zbus::Result<()>;
}

impl Menu {
    /// Whether there is such a row.
    async fn happened(&self, emitter: &SignalEmitter<'_>, id: i32, what: &str) -> bool {
        if id == ROOT {
            return true;
        }
        let at = place(id);
        let row = at.and_then(|at| self.0.now().shown.rows.get(at).cloned());
        let (Some(at), Some(row)) = (at, row) else { return false };
        if what == "clicked" {
            if matches!(row, Row::Tick { .. }) {
                // The panel has turned it over by itself; only the monitor knows whether that comes true.
                let _ = updated(emitter, &self.0, &[at]).await;
            }
            self.0.tell(Told::Row(at));
        }
        true
    }
}

/// Tells what these rows say now.
pub(super) async fn updated(
    emitter: &SignalEmitter<'_>,
    board: &Board,
    places: &[usize],
) -> zbus::Result<()> {
    let told: Vec<_> = {
        let now = board.now();
        let told = |at: &usize| Some((id(*at), properties(&now.shown.rows, id(*at), &[])?));
        places.iter().filter_map(told).collect()
    };
    Menu::items_properties_updated(emitter, told, Vec::new()).await
}

pub(super) fn status(board: &Board) -> &'static str {
    if board.now().shown.is_urgent { "notice" } else { "normal" }
}

fn no_such_row(id: i32) -> Error {
    Error::InvalidArgs(format!("the menu has no row {id}"))
}
