//! How others find this guard: its lease, and the door beside it where they ask.

use std::sync::Arc;

use super::{Called, Guard};
use crate::core::Lease;
use crate::core::control::Request;
use crate::guard::telling;
use crate::platform::guard::Server;
use crate::platform::private;
use crate::{leases, logging, platform};

impl Guard<'_> {
    pub(super) fn write_lease(&self) {
        say_whether_written(&self.try_to_write_lease());
    }

    pub(super) fn try_to_write_lease(&self) -> std::io::Result<()> {
        let lease = Lease {
            guard: self.us,
            server: self.server.as_ref().map(Server::identity),
            client: self.lineage.client().cloned(),
            name: self.orders.name.clone(),
            watch: self.orders.watch.as_ref().map(|watch| watch.name.clone()),
            port: self.orders.port,
            restartable: self.orders.restartable,
            log: logging::current_log(&self.orders.logs, self.clock.now().wall)
                .to_string_lossy()
                .into_owned(),
        };
        leases::write(&self.orders.leases, &lease)
    }

    pub(super) fn listen_for_requests(&self) {
        let (call, waker) = (self.call.clone(), Arc::clone(&self.waker));
        let path = leases::control_of(&self.orders.leases, self.us);
        let patience = telling::Patience::of(self.orders);
        let answer = move |line: &str| {
            let call = |called| {
                let _ = call.send(called);
                waker.wake();
            };
            match Request::parse(line) {
                Some(Request::Along) => telling::reply_along(|answer| call(Called::Along(answer))),
                request => telling::reply(request.as_ref(), &patience, |asked| call(Called::Restart(asked))),
            }
        };
        let refusal = |error: &std::io::Error| telling::without_means(error).line();
        let listening = private::is_no_link(&self.orders.leases)
            .and_then(|()| platform::control::listen(&path, answer, refusal));
        if let Err(error) = listening {
            tracing::warn!(path = %path.display(), %error, "nobody can ask this guard for a restart");
        }
    }
}

/// Without its lease the tray has to guess, as for every other server.
pub(super) fn say_whether_written(lease: &std::io::Result<()>) {
    if let Err(error) = lease {
        tracing::warn!(%error, "the lease could not be written");
    }
}
