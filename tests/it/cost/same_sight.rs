//! A look that reads only what has changed sees what a look sees that reads everything, whatever happens in between.

use std::fmt::Write as _;
use std::slice;
use std::time::{Duration, Instant};

use shimkeeper::core::moment::Now;
use shimkeeper::core::{Client, Memory, Moment, Port, UnixTime, Watch, diagnose};
use shimkeeper::sense::{Machine, Sense};

use crate::cost::events::{PORT, Stage};
use crate::support::bed::Bed;
use crate::support::own::in_own_machine;

/// How long what has happened may take to be over; the sparing look reads no net in this time.
const SETTLED: Duration = Duration::from_secs(8);

/// The sparing eyes read everything at 0 and, whatever else happens, at 20 seconds; then not for a minute.
const FIRST_NET: u64 = 20_000;

const STEPS: u64 = 120;

#[test]
fn of_whatever_happens() {
    in_own_machine(|| whatever_happens(0x5eed_0001));
}

#[test]
fn of_whatever_else_happens() {
    in_own_machine(|| whatever_happens(0x5eed_0b57));
}

fn whatever_happens(seed: u64) {
    let bed = Bed::with_the_real_name();
    let mut stage = Stage::new(&bed, seed);
    let mut sparing = Machine::sparing(bed.path("leases"));
    let mut story = String::new();
    let mut tops = Vec::new();
    let (mut with_shims, mut with_orphans) = (0, 0);
    see(&mut sparing, 0);
    see(&mut sparing, FIRST_NET);
    for step in 0..STEPS {
        writeln!(story, "{step}: {}", stage.step(&tops)).unwrap();
        let begin = Instant::now();
        loop {
            let changes = see(&mut sparing, FIRST_NET + step * 300);
            let fresh = see(&mut Machine::sparing(bed.path("leases")), 0);
            let thorough = see(&mut Machine::with_leases(bed.path("leases")), 0);
            if changes == fresh && fresh == thorough {
                with_orphans += usize::from(changes.text.contains("Gone"));
                tops = changes.tops;
                with_shims += usize::from(!tops.is_empty());
                break;
            }
            assert!(
                begin.elapsed() < SETTLED,
                "{story}\nsparing: {}\nfresh: {}\nthorough: {}",
                changes.text,
                fresh.text,
                thorough.text
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }
    // Otherwise nothing was compared.
    assert!(with_shims > 50 && with_orphans > 20, "{with_shims} {with_orphans}\n{story}");
}

/// What is seen at one look, as far as it does not depend on when that was.
#[derive(PartialEq, Eq)]
pub(crate) struct Sight {
    pub(crate) tops: Vec<u32>,
    text: String,
}

pub(crate) fn see(machine: &mut Machine, millis: u64) -> Sight {
    let watch = Watch { port: Some(Port::maybe(PORT)), ..Watch::exai() };
    let now = Now { moment: Moment(Duration::from_millis(millis)), wall: UnixTime(0), births: 0 };
    let snapshot = machine.look(slice::from_ref(&watch), now);
    let diagnosis = diagnose(&snapshot, &watch, &Memory::default(), now.moment);
    let mut text = String::new();
    let mut tops = Vec::new();
    for instance in &diagnosis.instances {
        let mut members: Vec<u32> = instance.members.iter().map(|member| member.identity.pid.get()).collect();
        members.sort_unstable();
        let client = match &instance.client {
            Client::Living { identity, name } => format!("{} {name}", identity.pid),
            other @ (Client::Gone { .. } | Client::Unseen) => format!("{other:?}"),
        };
        tops.push(instance.top.pid.get());
        writeln!(
            text,
            "{} {} {members:?} {} of {client}: {:?} {:?} {} {:?}",
            instance.top.pid,
            instance.main.pid,
            instance.state.word(),
            instance.command,
            instance.cwd,
            instance.listens,
            instance.off_limits,
        )
        .unwrap();
    }
    writeln!(text, "{:?} {:?} {:?}", diagnosis.verdict, diagnosis.findings, diagnosis.holders).unwrap();
    Sight { tops, text }
}
