//! A pidfd each, all of them behind one descriptor that the runtime waits for.
#![expect(
    unsafe_code,
    reason = "the runtime cannot tell by itself that a descriptor stays open as long as it waits"
)]

use std::collections::HashMap;
use std::io;

use rustix::buffer::spare_capacity;
use rustix::event::Timespec;
use rustix::event::epoll::{self, CreateFlags, EventData, EventFlags};
use rustix::fd::OwnedFd;
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

use super::birth::birth;
use super::pidfd::Held;
use crate::core::Identity;

#[derive(Debug)]
pub(crate) struct Ends {
    all: AsyncFd<OwnedFd>,
    /// By number; dropping one takes it out of `all`.
    followed: HashMap<u64, (Identity, Held)>,
}

impl Ends {
    pub(crate) fn new() -> io::Result<Self> {
        let all = epoll::create(CreateFlags::CLOEXEC)?;
        // SAFETY: it owns its descriptor, which is closed by nobody before `AsyncFd` drops it.
        let all = unsafe { AsyncFd::register_with_interest(all, Interest::READABLE) }?;
        Ok(Self { all, followed: HashMap::new() })
    }

    /// Tells who has ended already.
    pub(crate) fn follow(&mut self, who: &[Identity]) -> Vec<Identity> {
        let mut gone = Vec::new();
        self.followed.retain(|_, (known, _)| who.contains(known));
        for identity in who {
            let key = u64::from(identity.pid.get());
            if let Some((known, _)) = self.followed.get(&key) {
                if known != identity {
                    gone.push(*identity);
                }
                continue;
            }
            let held = Held::open(identity.pid).and_then(|held| Ok((held, birth(identity.pid)?)));
            let held = match held {
                Ok((Some(held), Some(birth))) if birth == identity.birth => held,
                // The number may have changed hands before it was held.
                Ok(_) => {
                    gone.push(*identity);
                    continue;
                }
                Err(_) => continue,
            };
            if epoll::add(self.all.get_ref(), held.as_fd(), EventData::new_u64(key), EventFlags::IN).is_ok() {
                self.followed.insert(key, (*identity, held));
            }
        }
        gone
    }

    pub(crate) async fn next(&mut self) {
        loop {
            let Ok(mut ready) = self.all.readable().await else {
                // The runtime ends.
                return std::future::pending().await;
            };
            let mut ended: Vec<epoll::Event> = Vec::with_capacity(16);
            let now = Timespec { tv_sec: 0, tv_nsec: 0 };
            let waited = epoll::wait(self.all.get_ref(), spare_capacity(&mut ended), Some(&now));
            if waited.is_err() || ended.is_empty() {
                ready.clear_ready();
                continue;
            }
            for event in &ended {
                self.followed.remove(&event.data.u64());
            }
            return;
        }
    }
}
