//! Names that other programs choose reach menu, tooltip and toast as words, and as nothing else.

use std::time::Duration;

use super::icon::tooltip;
use super::menu::{Row, menu};
use crate::config::Config;
use crate::core::Moment;
use crate::core::testing::{World, process};
use crate::monitor::{Choice, Effect, Event, State, View};

const SHIM: &[&str] = &["python", "-u", "run_ws_shim.py"];

const NAMES: &[&str] = &[
    "evil\nCleanup (9)",
    "evil\r\nQuit",
    "\u{1b}[31mred",
    "\u{202e}txet desrever",
    "line\u{2028}separator",
    "zero\u{200b}width",
    "<b>bold</b><img src=x>",
    "&File _Edit",
    "\u{0}\u{7}",
    "",
];

#[test]
fn no_name_makes_a_second_row_or_a_second_line() {
    let quiet = kinds(&shown(&World::linux()).0);
    let long = "x".repeat(500);
    for name in NAMES.iter().copied().chain([long.as_str()]) {
        for (place, world) in worlds(name) {
            let (view, toasts) = shown(&world);
            assert_eq!(kinds(&view), quiet, "{place} {name:?}");
            let rows = menu(&view).into_iter().filter_map(label);
            for text in rows.chain([tooltip(&view)]) {
                assert!(is_harmless(&text), "{place} {name:?} is shown as {text:?}");
                assert!(text.chars().count() <= 127, "{place} fills the screen: {text:?}");
            }
            for (title, body) in toasts {
                assert!(is_harmless(&title), "{place} {name:?} is told as {title:?}");
                assert!(body.lines().all(is_harmless), "{place} {name:?} is told as {body:?}");
                // One instance, the port, what was done last, how often it is looked.
                assert!(body.lines().count() <= 4, "{place} {name:?} makes lines: {body:?}");
            }
        }
    }
}

#[test]
fn a_harmless_name_stands_where_the_hostile_ones_would() {
    for (place, world) in worlds("innocent") {
        let (view, toasts) = shown(&world);
        let rows: Vec<String> = menu(&view).into_iter().filter_map(label).collect();
        let told: Vec<&String> = toasts.iter().map(|(_, body)| body).collect();
        let everywhere = format!("{rows:?}{told:?}");
        assert!(everywhere.contains("innocent"), "{place} is nowhere in {everywhere}");
    }
}

/// Worlds in which somebody of this name is told of.
fn worlds(name: &str) -> Vec<(&'static str, World)> {
    let client = || process(500, 50).with_args(&["code"]).named(name).child_of(100);
    let shim = || process(600, 60).with_args(SHIM).child_of(500);
    let attached = World::linux().and(client()).and(shim()).where_listens(600);
    let lost = attached.clone().where_died(500).but(600, |shim| shim.child_of(100));
    let foreign = World::linux().and(client()).where_listens(500);
    let mut twice = attached.clone().and(process(700, 70).with_args(SHIM).child_of(500));
    twice.watch.port = None;
    vec![
        ("a client", attached.clone()),
        ("a client that ended", lost.after(&attached)),
        ("a stranger on the port", foreign),
        ("a client that started it twice", twice),
    ]
}

/// What the monitor shows of a world, and every toast that it can make of it.
fn shown(world: &World) -> (View, Vec<(String, String)>) {
    let mut state = State::new(Config::standard(), None);
    let mut step = |event| state.step(event, Moment(Duration::from_secs(10)));
    let mut effects = step(Event::Looked(vec![world.look()]));
    effects.extend(step(Event::Chosen(Choice::Tell)));
    let shows = |effect: &Effect| if let Effect::Show(view) = effect { Some((**view).clone()) } else { None };
    let view = effects.iter().rev().find_map(shows).unwrap();
    effects.extend(step(Event::Chosen(Choice::Restart)));
    let tells =
        |effect| if let Effect::Toast(toast) = effect { Some((toast.title, toast.body)) } else { None };
    (view, effects.into_iter().filter_map(tells).collect())
}

fn kinds(view: &View) -> Vec<u8> {
    let kind = |row: &Row| match row {
        Row::Separator => 0,
        Row::Item { .. } => 1,
        Row::Tick { .. } => 2,
    };
    menu(view).iter().map(kind).collect()
}

fn label(row: Row) -> Option<String> {
    match row {
        Row::Separator => None,
        Row::Item { label, .. } | Row::Tick { label, .. } => Some(label),
    }
}

fn is_harmless(text: &str) -> bool {
    let invisible = |c: char| matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}');
    !text.chars().any(|c| c.is_control() || invisible(c))
}
