//! Who uses the server: the first ancestor that is no go-between, as everywhere in this program.
//!
//! Found once, at the start, by births. Deliberately also remembers who stands above: where the process that
//! started us was only passing by, whoever of them still holds the other end of our input is the client.

use crate::core::path_style::file_name;
use crate::core::{CommandLine, Identity, LeaseClient};
use crate::platform::{self, guard};

/// No chain of go-betweens is as long.
const LONGEST: usize = 32;

/// The client, and who could take its place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Lineage {
    us: Identity,
    /// Who started us: read before anything else, because a dead parent is replaced by another one.
    starter: Option<Identity>,
    /// The client first.
    above: Vec<LeaseClient>,
    /// Whether the client could write to our input when it was found.
    speaks: bool,
}

/// Whoever started us has ended already, and whom it belonged to cannot be found any more.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct StarterEnded;

/// Who uses the server once its client has ended.
#[derive(PartialEq, Eq, Debug)]
pub(super) enum Next<'a> {
    /// Somebody above it, who is the client from now on.
    Another(&'a LeaseClient),
    /// Somebody unknown: the input is open, and whoever has ended was none to speak to us.
    Somebody,
    /// Nobody.
    Nobody,
}

impl Lineage {
    /// Notes who started `us`. Cheap, unlike [`Lineage::climb`].
    pub(super) fn of(us: Identity) -> Self {
        Self { us, starter: guard::parent_of(us).ok().flatten(), above: Vec::new(), speaks: false }
    }

    /// Climbs to the first process, or as far as it can be seen.
    pub(super) fn climb(&mut self) -> Result<(), StarterEnded> {
        let climbed = self.look_up();
        let client = self.client().map(|client| client.identity).or(self.starter);
        self.speaks = client.is_some_and(|client| guard::speaks_to_us(client.pid));
        climbed
    }

    fn look_up(&mut self) -> Result<(), StarterEnded> {
        let mut at = self.us;
        loop {
            let parent = match guard::parent_of(at) {
                Ok(Some(parent)) => parent,
                Ok(None) if at == self.us && self.starter.is_some() => return Err(StarterEnded),
                Ok(None) | Err(_) => return Ok(()),
            };
            if at == self.us && self.starter != Some(parent) {
                return Err(StarterEnded);
            }
            at = parent;
            if parent.pid.is_first() || self.above.len() >= LONGEST {
                return Ok(());
            }
            let program = platform::program(parent.pid).unwrap_or_default();
            let name = platform::name(parent.pid)
                .unwrap_or_else(|| file_name(&program, platform::PATH_STYLE).to_owned());
            if !self.above.is_empty() || !passes_on(parent) {
                self.above.push(LeaseClient { identity: parent, name });
            }
        }
    }

    /// Who uses the server; `None` where it was started by nobody who could end.
    pub(super) fn client(&self) -> Option<&LeaseClient> {
        self.above.first()
    }

    /// The client ended: whoever above it lives and can still write to our input is the client from now on. Where
    /// nobody is found, one who was never seen to hold our input was only passing by. The end of one who was is the
    /// end, even if somebody else that it has started was left a copy of what it held: a client that goes on as its own
    /// copy looks just the same.
    pub(super) fn client_ended(&mut self) -> Next<'_> {
        let lives = |client: &LeaseClient| {
            let identity = client.identity;
            matches!(platform::birth(identity.pid), Ok(Some(birth)) if birth == identity.birth)
        };
        let next = self.above.iter().position(|it| lives(it) && guard::speaks_to_us(it.identity.pid));
        self.above.drain(..next.unwrap_or(self.above.len()));
        let spoke = std::mem::replace(&mut self.speaks, next.is_some());
        match self.above.first() {
            Some(client) => Next::Another(client),
            None if !spoke && guard::input_is_open() => Next::Somebody,
            None => Next::Nobody,
        }
    }
}

/// Whether this is a go-between, as far as its command line tells.
fn passes_on(identity: Identity) -> bool {
    let Ok(Some(words)) = platform::args(identity.pid) else { return false };
    let program = platform::program(identity.pid);
    let line = CommandLine::of(&words, platform::PATH_STYLE);
    CommandLine { program: program.as_deref(), ..line }.is_a_launchers()
}
