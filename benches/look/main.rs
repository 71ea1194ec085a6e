//! What looking costs, beside other ways to look: a quiet look, one on a busy machine, the first one of a fresh
//! process; how soon an orphan is noticed; how long a cleanup of many takes; what judging costs.
//!
//! `cargo bench --bench look -- 10`: so many rounds; `-- 10 notice`: only how soon an orphan is noticed. All ways take turns in another order each round, so that what
//! else the machine does falls on all of them. Figures are medians; trust the ratios, which are taken round by round.
//! The machine is filled with processes and sockets of our own, all of which end with this program.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    dead_code,
    reason = "a measurement may fail loudly, waits for what it started, and uses its own part of what is shared"
)]

#[cfg(target_os = "linux")]
#[path = "../../tests/support/mod.rs"]
mod beds;
#[cfg(target_os = "linux")]
mod busy;
#[cfg(target_os = "linux")]
mod cleanup;
#[cfg(target_os = "linux")]
mod crowd;
#[cfg(target_os = "linux")]
mod first;
#[cfg(target_os = "linux")]
mod judging;
#[cfg(target_os = "linux")]
mod limits;
#[cfg(target_os = "linux")]
mod looker;
#[cfg(target_os = "linux")]
mod notice;
#[cfg(target_os = "linux")]
mod parts;
#[cfg(target_os = "linux")]
mod python;
#[cfg(target_os = "linux")]
mod quiet;
#[cfg(target_os = "linux")]
mod shim;
#[cfg(target_os = "linux")]
mod stage;
#[cfg(target_os = "linux")]
#[path = "../support/mod.rs"]
mod support;
#[cfg(target_os = "linux")]
mod teller;
#[cfg(target_os = "linux")]
mod world;

#[cfg(not(target_os = "linux"))]
fn main() {}

#[cfg(target_os = "linux")]
fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if parts::play(&words) {
        return;
    }
    // A test runner goes through all programs; this one is not a test.
    if !words.iter().any(|word| word == "--bench") {
        return;
    }
    if !world::is_our_own() {
        // Here, because there is no way out of a network of one's own.
        python::fetch();
        if let Some(status) = world::run_inside(&words) {
            assert!(status.success(), "{status}");
            return;
        }
        println!("on the machine as it is: what others start is in the figures");
    }
    let rounds = words.iter().find_map(|word| word.parse().ok()).unwrap_or(10);
    if words.iter().any(|word| word == "notice") {
        only_notice(rounds);
    } else {
        measure(rounds);
    }
}

#[cfg(target_os = "linux")]
fn only_notice(rounds: usize) {
    let stage = stage::Stage::bare();
    let mut limits = limits::Limits::default();
    let mut crowd = crowd::Crowd::new(&stage);
    crowd.grow_to(1_000);
    notice::notice(&mut limits, rounds);
    println!("\nload after: {}; {limits}", support::machine::load());
}

#[cfg(target_os = "linux")]
fn measure(rounds: usize) {
    use crowd::{Crowd, Sockets};
    use limits::Limits;
    use quiet::quiet;

    let stage = stage::Stage::new();
    let mut limits = Limits::default();
    println!("load before: {}; {rounds} rounds", support::machine::load());

    judging::judging(&mut limits, rounds);
    let shims = quiet::Shims::start(&stage);
    let mut crowd = Crowd::new(&stage);

    crowd.grow_to(300);
    first::first(&stage, &shims.ours, &mut limits, "300 processes", rounds);
    let few = quiet(&stage, &shims, &mut limits, &crowd, "300 processes", None, rounds);
    let sockets = Sockets::open(&stage, 9_000);
    let name = "300 processes, 18,000 sockets";
    let wired = quiet(&stage, &shims, &mut limits, &crowd, name, None, rounds);
    drop(sockets);

    crowd.grow_to(1_000);
    first::first(&stage, &shims.ours, &mut limits, "1,000 processes", rounds);
    let limit = Some(1.0 / 200.0);
    quiet(&stage, &shims, &mut limits, &crowd, "1,000 processes", limit, rounds);
    busy::busy(&stage, &shims.ours, &mut limits, rounds);
    notice::notice(&mut limits, rounds);

    crowd.grow_to(4_000);
    first::first(&stage, &shims.ours, &mut limits, "4,000 processes", rounds);
    let limit = Some(1.0 / 800.0);
    let many = quiet(&stage, &shims, &mut limits, &crowd, "4,000 processes", limit, rounds);
    quiet::compare(&mut limits, &few, &wired, "18,000 sockets against none", 1.5);
    quiet::compare(&mut limits, &few, &many, "4,000 processes against 300", 1.3);
    drop(crowd);
    drop(shims);

    cleanup::cleanup(&stage, &mut limits, rounds);
    println!("\nload after: {}; {limits}", support::machine::load());
}
