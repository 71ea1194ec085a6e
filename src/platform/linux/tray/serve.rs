//! The thread that has the icon's connection to the session bus, and makes another when the bus comes back.

use std::sync::Arc;
use std::time::Duration;

use futures_lite::StreamExt;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::{Instant, sleep_until};
use zbus::object_server::SignalEmitter;
use zbus::{Connection, MatchRule, MessageStream, connection, message};

use super::board::{Board, Changes};
use super::registration::{Outcome, Registration};
use super::{item, menu, watcher};
use crate::platform::tray::{Shown, Told};

/// How often it is tried whether there is a bus.
const AGAIN: Duration = Duration::from_secs(1);

/// A bus that crashed is back by then, one that starts with its session is there; one that ended with its session
/// never is.
const TRIES: u32 = 20;

/// How long a session may take to start its panel, and a panel to start anew.
const PANEL_PATIENCE: Duration = Duration::from_secs(20);

enum End {
    /// The icon was dropped.
    Dropped,
    /// The bus has ended.
    BusEnded,
}

/// Serves the icon until it is dropped, or until there is no bus any more.
pub(super) async fn serve(board: &Arc<Board>, mut views: UnboundedReceiver<Box<Shown>>, is_login: bool) {
    let first = if is_login { TRIES } else { 1 };
    let mut bus = match connect(board, &mut views, first).await {
        Ok(Some(bus)) => bus,
        Ok(None) => return,
        Err(error) => return board.tell(Told::NoBus(error.to_string())),
    };
    loop {
        let executor = bus.executor().clone();
        let ended = tokio::select! {
            ended = live(&bus, board, &mut views) => ended,
            () = async { loop { executor.tick().await } } => End::BusEnded,
        };
        if matches!(ended, End::Dropped) {
            return;
        }
        tracing::warn!("the session bus has ended");
        drop(bus);
        bus = match connect(board, &mut views, TRIES).await {
            Ok(Some(bus)) => bus,
            Ok(None) => return,
            Err(_) => return board.tell(Told::BusEnded),
        };
    }
}

/// Connects, if need be after some tries. `None` means that the icon was dropped.
async fn connect(
    board: &Arc<Board>,
    views: &mut UnboundedReceiver<Box<Shown>>,
    mut tries: u32,
) -> zbus::Result<Option<Connection>> {
    loop {
        match try_to_connect(board).await {
            Err(error) if tries <= 1 => return Err(error),
            Err(_) => tries -= 1,
            Ok(bus) => return Ok(Some(bus)),
        }
        let again = Instant::now() + AGAIN;
        loop {
            tokio::select! {
                shown = views.recv() => match shown {
                    Some(shown) => { board.post(*shown); }
                    None => return Ok(None),
                },
                () = sleep_until(again) => break,
            }
        }
    }
}

async fn try_to_connect(board: &Arc<Board>) -> zbus::Result<Connection> {
    connection::Builder::session()?
        // This thread runs what is to be done for the connection, instead of one more.
        .internal_executor(false)
        .serve_at(item::PATH, item::Item(Arc::clone(board)))?
        .serve_at(menu::PATH, menu::Menu(Arc::clone(board)))?
        .build()
        .await
}

/// Everything while there is a bus.
async fn live(bus: &Connection, board: &Board, views: &mut UnboundedReceiver<Box<Shown>>) -> End {
    tokio::select! {
        ended = register(bus, board) => match ended {
            Ok(()) => End::BusEnded,
            Err(error) => {
                tracing::debug!(%error, "the session bus does not do as it should");
                End::BusEnded
            }
        },
        () = show(bus, board, views) => End::Dropped,
    }
}

/// Keeps the icon registered. Returns when the bus ends.
async fn register(bus: &Connection, board: &Board) -> zbus::Result<()> {
    let name = format!("org.kde.StatusNotifierItem-{}-1", std::process::id());
    // In a sandbox we may not have it; panels take the connection's own as well.
    let has_name = bus.request_name(name.as_str()).await.is_ok();
    let own = bus.unique_name().map(ToString::to_string).unwrap_or_default();
    let names = if has_name { vec![name.as_str(), own.as_str()] } else { vec![own.as_str()] };
    let mut owner = MessageStream::for_match_rule(owner_changes()?, bus, None).await?;
    let mut said = MessageStream::for_match_rule(said_by_panels()?, bus, None).await?;
    let mut registration = Registration::new();
    // Points in time, because other programs' icons come and go all the while.
    let mut next = Instant::now();
    let mut panel = Panel::Awaited(next + PANEL_PATIENCE);
    loop {
        let has_heard = tokio::select! {
            biased;
            message = owner.next() => match message {
                Some(Ok(_)) => true,
                Some(Err(_)) | None => return Ok(()),
            },
            message = said.next() => match message {
                Some(Ok(message)) => concerns_us(&message, &names),
                Some(Err(_)) | None => return Ok(()),
            },
            () = sleep_until(next) => {
                let outcome = watcher::register(bus, &names).await;
                if let Some(news) = registration.tried(outcome) {
                    log(news);
                    panel = panel.after(news, board);
                }
                next = Instant::now() + registration.wait();
                false
            }
            () = panel.is_missed() => {
                panel = Panel::Missed;
                board.tell(Told::NoPanel { for_long: true });
                false
            }
        };
        if has_heard {
            registration.heard();
            // Never later than it would have been.
            next = next.min(Instant::now() + registration.wait());
        }
    }
}

/// Whether the icon is on a panel, as it is told.
#[derive(Clone, Copy)]
enum Panel {
    HasIt,
    /// Until then it may still come.
    Awaited(Instant),
    /// It was told that there is none.
    Missed,
}

impl Panel {
    /// Tells what is new.
    fn after(self, news: &Outcome, board: &Board) -> Self {
        match (self, news) {
            (_, Outcome::Listed) => {
                board.tell(Told::OnPanel);
                Self::HasIt
            }
            (Self::HasIt, Outcome::NoPanel | Outcome::NotTaken(_)) => {
                Self::Awaited(Instant::now() + PANEL_PATIENCE)
            }
            (Self::Awaited(_), Outcome::NoPanel) => {
                board.tell(Told::NoPanel { for_long: false });
                self
            }
            (Self::Awaited(_), Outcome::NotTaken(_))
            | (Self::Missed, Outcome::NoPanel | Outcome::NotTaken(_)) => self,
        }
    }

    /// Waits until it is too late, if it is waited for at all.
    async fn is_missed(self) {
        match self {
            Self::Awaited(until) => sleep_until(until).await,
            Self::HasIt | Self::Missed => std::future::pending().await,
        }
    }
}

fn log(news: &Outcome) {
    match news {
        Outcome::Listed => tracing::info!("the icon is on the panel"),
        Outcome::NoPanel => tracing::info!("no panel shows icons; the icon comes with one"),
        Outcome::NotTaken(why) => tracing::warn!(%why, "the panel did not take the icon; it is tried again"),
    }
}

fn owner_changes() -> zbus::Result<MatchRule<'static>> {
    let rule = MatchRule::builder()
        .msg_type(message::Type::Signal)
        .sender("org.freedesktop.DBus")?
        .interface("org.freedesktop.DBus")?
        .member("NameOwnerChanged")?
        .arg(0, watcher::NAME)?;
    Ok(rule.build())
}

fn said_by_panels() -> zbus::Result<MatchRule<'static>> {
    let rule = MatchRule::builder()
        .msg_type(message::Type::Signal)
        .path(watcher::PATH)?
        .interface(watcher::INTERFACE)?;
    Ok(rule.build())
}

/// A host came, or an icon that is ours was dropped. Another program's icons come and go.
fn concerns_us(message: &zbus::Message, names: &[&str]) -> bool {
    match message.header().member().map(zbus::names::MemberName::as_str) {
        Some("StatusNotifierHostRegistered") => true,
        Some("StatusNotifierItemUnregistered") => message
            .body()
            .deserialize::<String>()
            .is_ok_and(|item| super::registration::lists(&[item], names)),
        Some(_) | None => false,
    }
}

/// Passes on what is to be shown. Returns when the icon is dropped.
async fn show(bus: &Connection, board: &Board, views: &mut UnboundedReceiver<Box<Shown>>) {
    while let Some(shown) = views.recv().await {
        if let Err(error) = tell(bus, board, &board.post(*shown)).await {
            // The end of the bus is noticed elsewhere.
            tracing::debug!(%error, "a change could not be told");
        }
    }
}

/// Tells everybody what has changed.
async fn tell(bus: &Connection, board: &Board, changes: &Changes) -> zbus::Result<()> {
    let item = SignalEmitter::new(bus, item::PATH)?;
    let say = async |member: &str| item.emit(item::INTERFACE, member, &()).await;
    if changes.title {
        say("NewTitle").await?;
    }
    if changes.picture {
        say("NewIcon").await?;
        say("NewAttentionIcon").await?;
    }
    if changes.urgency {
        item.emit(item::INTERFACE, "NewStatus", &(item::status(board),)).await?;
    }
    if changes.title || changes.description {
        say("NewToolTip").await?;
        let why = zbus::zvariant::Value::from(item::description(board));
        let new = std::collections::HashMap::from([
            ("IconAccessibleDesc", why.try_clone()?),
            ("AttentionAccessibleDesc", why),
        ]);
        let gone: [&str; 0] = [];
        let news = (item::INTERFACE, new, &gone[..]);
        item.emit("org.freedesktop.DBus.Properties", "PropertiesChanged", &news).await?;
    }
    if !changes.rows.is_empty() {
        let menu = SignalEmitter::new(bus, menu::PATH)?;
        menu::updated(&menu, board, &changes.rows).await?;
        // Some hosts read nothing but this.
        let revision = board.now().revision;
        menu::Menu::layout_updated(&menu, revision, super::layout::ROOT).await?;
    }
    Ok(())
}
