//! Everything that can be odd about one process, for random machines.
//!
//! Each oddity changes one fact and may be put on any process, whether or not a real system could show it.

use crate::core::snapshot::{Caller, Callers, Container, Door, OtherEnd, Service, Stream, Streams, Terminal};
use crate::core::testing::pid;
use crate::core::{Fact, Owner, Pid, Process};

/// What can be odd about one process.
pub(super) const ODDITIES: &[fn(Process) -> Process] = &[
    |it| it.aged(7),
    |it| it.owned_by(Fact::Known(Owner::Another)),
    |it| it.owned_by(Fact::Hidden),
    Process::with_hidden_args,
    |it| Process { details: None, ..it },
    |it| it.with(|details| details.session = Fact::Known(Some(pid(1)))),
    |it| it.with(|details| details.session = Fact::Known(Some(pid(210)))),
    |it| it.with(|details| details.session = Fact::Hidden),
    |it| it.with(|details| details.terminal = Fact::Known(Terminal::Living)),
    |it| it.with(|details| details.terminal = Fact::Hidden),
    |it| it.with(|details| details.streams = streams(Stream::Terminal)),
    |it| it.with(|details| details.streams = streams(Stream::Other)),
    |it| it.with(|details| details.streams = Fact::Hidden),
    |it| it.with(|details| details.service = service(&[])),
    |it| it.with(|details| details.service = service(&[200, 210, 220])),
    |it| it.with(|details| details.service = Fact::Hidden),
    |it| it.with(|details| details.ignores_hangup = Fact::Known(true)),
    |it| it.with(|details| details.ignores_hangup = Fact::Hidden),
    |it| it.with(|details| details.container = Fact::Known(Container::Another)),
    |it| it.with(|details| details.container = Fact::Hidden),
    |it| it.with(|details| details.other_end = OtherEnd::NoChannel),
    |it| it.with(|details| details.other_end = OtherEnd::Nobody { made_by: None }),
    |it| it.with(|details| details.other_end = OtherEnd::Somebody(vec![pid(210)])),
    |it| it.with(|details| details.other_end = OtherEnd::Somebody(Vec::new())),
    |it| it.with(|details| details.other_end = OtherEnd::Unknown),
    |it| it.with(|details| details.callers = Callers::Known(Vec::new())),
    |it| it.with(|details| details.callers = called_by(vec![pid(220)])),
    |it| it.with(|details| details.callers = called_by(Vec::new())),
    |it| it.with(|details| details.callers = Callers::Unknown),
    |it| it.with(|details| details.cwd = Some("/b".into())),
    |it| it.with(|details| details.cwd = None),
];

fn streams(kind: Stream) -> Fact<Streams> {
    Fact::Known(Streams { input: kind, output: kind })
}

fn called_by(who: Vec<Pid>) -> Callers {
    Callers::Known(vec![Caller { at: Door::Port(3005), who }])
}

fn service(members: &[u32]) -> Fact<Option<Service>> {
    let members = members.iter().map(|number| pid(*number)).collect();
    Fact::Known(Some(Service { name: "a.service".into(), members }))
}
