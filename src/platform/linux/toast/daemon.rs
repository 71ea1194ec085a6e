//! The way to the notification daemon: calls, and what it tells of the toasts that it shows.

use futures_lite::StreamExt;
use notify_rust::Notification;
use tokio::sync::oneshot;
use zbus::message::{Message, Sequence, Type};
use zbus::zvariant::DynamicType;
use zbus::{Connection, MatchRule, MessageStream};

use super::words::{self, Able};

const NAME: &str = "org.freedesktop.Notifications";
const PATH: &str = "/org/freedesktop/Notifications";

/// A toast that is on the screen.
pub(super) struct Shown {
    pub(super) number: u32,
    /// Where the daemon's answer stands among everything that came over the bus.
    pub(super) since: Sequence,
    /// Another daemon has shown the toasts before this one.
    pub(super) is_another: bool,
}

/// Word from the daemon or of it.
pub(super) enum Heard {
    Action(u32, String),
    /// The number, and where the word of it stands among everything that came over the bus.
    Closed(u32, Sequence),
    Ended,
    Began,
    BusEnded,
}

#[derive(Debug)]
pub(super) struct Daemon {
    bus: Connection,
    signals: MessageStream,
    owners: MessageStream,
    /// Of the daemon that there is now; asked once a daemon.
    able: Option<Able>,
    /// Who answers to the name: its word counts, and nobody else's.
    who: Option<String>,
    /// The one that showed our toasts ended because another took its name.
    another_began: bool,
}

impl Daemon {
    pub(super) async fn connect() -> zbus::Result<Self> {
        let bus = Connection::session().await?;
        let signal = || MatchRule::builder().msg_type(Type::Signal);
        let told = signal().sender(NAME)?.interface(NAME)?.path(PATH)?.build();
        let owner = signal()
            .sender("org.freedesktop.DBus")?
            .interface("org.freedesktop.DBus")?
            .member("NameOwnerChanged")?
            .arg(0, NAME)?
            .build();
        let signals = MessageStream::for_match_rule(told, &bus, None).await?;
        let owners = MessageStream::for_match_rule(owner, &bus, None).await?;
        Ok(Self { bus, signals, owners, able: None, who: None, another_began: false })
    }

    /// What the daemon can do. One that does not tell shows the text and nothing else.
    pub(super) async fn able(&mut self) -> zbus::Result<Able> {
        if let Some(able) = &self.able {
            return Ok(able.clone());
        }
        let capabilities = match self.call("GetCapabilities", &()).await {
            Ok(answer) => answer.body().deserialize().unwrap_or_default(),
            Err(zbus::Error::MethodError(name, ..)) if name.ends_with("UnknownMethod") => vec!["body".into()],
            Err(error) => return Err(error),
        };
        let about = self.call("GetServerInformation", &()).await?;
        let (name, ..): (String, String, String, String) = about.body().deserialize().unwrap_or_default();
        let able = Able { name, capabilities };
        self.able = Some(able.clone());
        Ok(able)
    }

    /// Asks for a toast and returns its number. A toast that comes when nobody waits for it any more could not be
    /// answered, so it is taken away.
    pub(super) async fn notify(&mut self, replaces: Option<u32>, toast: Notification) -> zbus::Result<Shown> {
        let (number, was_shown) = oneshot::channel();
        let bus = self.bus.clone();
        tokio::spawn(async move {
            let shown = notify(&bus, replaces.unwrap_or(0), &toast).await;
            let number_of_a_late_one = shown.as_ref().ok().map(|(number, ..)| *number);
            if number.send(shown).is_err()
                && let Some(late) = number_of_a_late_one
            {
                close(&bus, late).await;
            }
        });
        let (number, who, since) = was_shown.await.unwrap_or(Err(zbus::Error::InvalidReply))?;
        // The end of the one before may still wait to be read.
        let is_another = self.who.is_some() && self.who != who;
        self.who = who;
        Ok(Shown { number, since, is_another })
    }

    pub(super) async fn close(&self, number: u32) {
        close(&self.bus, number).await;
    }

    pub(super) async fn hear(&mut self) -> Heard {
        if std::mem::take(&mut self.another_began) {
            return Heard::Began;
        }
        loop {
            let heard = tokio::select! {
                told = self.signals.next() => told.map(|told| told.ok().and_then(|told| self.told(&told))),
                owner = self.owners.next() => owner.map(|owner| owner.ok().and_then(|owner| self.owned(&owner))),
            };
            match heard {
                None => return Heard::BusEnded,
                Some(Some(heard)) => return heard,
                Some(None) => {}
            }
        }
    }

    fn told(&self, told: &Message) -> Option<Heard> {
        let header = told.header();
        let sender = header.sender().map(zbus::names::UniqueName::as_str);
        if sender.is_none() || sender != self.who.as_deref() {
            return None;
        }
        match header.member()?.as_str() {
            "ActionInvoked" => {
                let (number, action) = told.body().deserialize::<(u32, String)>().ok()?;
                Some(Heard::Action(number, action))
            }
            "NotificationClosed" => {
                let (number, _) = told.body().deserialize::<(u32, u32)>().ok()?;
                Some(Heard::Closed(number, told.recv_position()))
            }
            _ => None,
        }
    }

    fn owned(&mut self, owner: &Message) -> Option<Heard> {
        let (_, old, new) = owner.body().deserialize::<(String, String, String)>().ok()?;
        let who = self.who.as_deref();
        if who == Some(new.as_str()) {
            // It began because of our own first call.
            return None;
        }
        self.able = None;
        if who == Some(old.as_str()) {
            self.who = None;
            self.another_began = !new.is_empty();
            return Some(Heard::Ended);
        }
        (!new.is_empty()).then_some(Heard::Began)
    }

    async fn call(
        &self,
        method: &str,
        body: &(impl serde::Serialize + DynamicType + Sync),
    ) -> zbus::Result<Message> {
        self.bus.call_method(Some(NAME), PATH, Some(NAME), method, body).await
    }
}

async fn notify(
    bus: &Connection,
    replaces: u32,
    toast: &Notification,
) -> zbus::Result<(u32, Option<String>, Sequence)> {
    let body = (
        toast.appname.as_str(),
        replaces,
        toast.icon.as_str(),
        toast.summary.as_str(),
        toast.body.as_str(),
        &toast.actions,
        words::hints(toast),
        i32::from(toast.timeout),
    );
    let answer = bus.call_method(Some(NAME), PATH, Some(NAME), "Notify", &body).await?;
    let who = answer.header().sender().map(ToString::to_string);
    Ok((answer.body().deserialize()?, who, answer.recv_position()))
}

async fn close(bus: &Connection, number: u32) {
    // It may have gone by itself.
    let _ = bus.call_method(Some(NAME), PATH, Some(NAME), "CloseNotification", &number).await;
}
