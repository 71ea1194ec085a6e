//! Ctrl-C in a real terminal: everybody goes, and the server hears of it once.
//!
//! Two ways to stand there: with the terminal as standard input, as from a shell, and with pipes, as below a
//! client that was itself started from a shell.

use std::time::Duration;

use crate::guard::scene::{Guarded, Kind, Plan, Scene, Streams};
use crate::guard::signals::{heard, hears};
use crate::guard::terminal::Terminal;
use crate::support::stays_so;

const CTRL_C: &[u8] = b"\x03";

#[test]
fn a_polite_server() {
    check(Kind::Polite);
}

#[test]
fn a_deaf_server() {
    check(Kind::Deaf);
}

#[test]
fn a_family() {
    check(Kind::Family);
}

#[test]
fn a_crashing_server() {
    check(Kind::Crashing);
}

fn check(kind: Kind) {
    let mut place = Place::Shell;
    Scene::rounds(|scene, streams| {
        place = place.other();
        let mut terminal = Terminal::new();
        let mut guarded = at(&terminal, place, scene.plan(kind.word()).streams(streams));
        terminal.types(CTRL_C);
        crate::guard::scene::gone_within(
            [guarded.outer, guarded.keeper].into_iter().chain(guarded.servers.iter().copied()),
            kind.limit(),
            || guarded.complaints(),
        );
        assert!(guarded.process.ended().is_none(), "whoever started it is untouched");
        guarded.is_gone_in_time(kind);
    });
}

#[test]
fn a_server_on_the_terminal_hears_it_once() {
    once(Place::Shell, Streams::Relayed);
    once(Place::Shell, Streams::LeftAlone);
}

#[test]
fn a_server_behind_pipes_hears_it_once() {
    once(Place::Client, Streams::Relayed);
    once(Place::Client, Streams::LeftAlone);
}

fn once(place: Place, streams: Streams) {
    let scene = Scene::slow();
    let mut terminal = Terminal::new();
    let guarded = at(&terminal, place, scene.plan("counting").streams(streams));
    terminal.types(CTRL_C);
    hears(&guarded, &[libc::SIGINT]);
    let once = || heard(&guarded) == [libc::SIGINT];
    stays_so("the server has heard of it once", Duration::from_millis(300), once);
}

/// Where the guard was started.
#[derive(Clone, Copy)]
enum Place {
    Shell,
    Client,
}

impl Place {
    fn other(self) -> Self {
        match self {
            Self::Shell => Self::Client,
            Self::Client => Self::Shell,
        }
    }
}

fn at(terminal: &Terminal, place: Place, plan: Plan<'_>) -> Guarded {
    match place {
        Place::Shell => plan.start_by("shell", |shell| terminal.is_all_of(shell)),
        Place::Client => plan.start_by("client", |client| terminal.is_of(client)),
    }
}
