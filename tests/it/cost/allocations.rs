//! What a look allocates while nothing happens.

#![expect(unsafe_code, reason = "it counts what is allocated")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::slice;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

use shimkeeper::core::moment::Now;
use shimkeeper::core::{Memory, Moment, UnixTime, Watch, diagnose};
use shimkeeper::sense::{Machine, Sense};

use crate::cost::crowd::crowd;
use crate::support::bed::Bed;
use crate::support::own::in_own_machine;

/// How often memory was asked for, and how many bytes nobody has given back.
struct Counting;

static ASKED: AtomicUsize = AtomicUsize::new(0);
static KEPT: AtomicUsize = AtomicUsize::new(0);

// SAFETY: everything is left to the system's allocator; counting touches no memory of it.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ASKED.fetch_add(1, Relaxed);
        KEPT.fetch_add(layout.size(), Relaxed);
        // SAFETY: as the caller promises.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        KEPT.fetch_sub(layout.size(), Relaxed);
        // SAFETY: as the caller promises.
        unsafe { System.dealloc(memory, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// More than a quiet look has ever needed.
const MOST: usize = 450;

#[test]
fn a_quiet_look_keeps_nothing_and_asks_for_as_much_in_a_crowd() {
    in_own_machine(|| {
        let bed = Bed::with_the_real_name();
        let _client = bed.client().on_port(3005).start();
        let among_few = allocations_of_a_look();
        let _many = crowd(&bed, 1000);
        let among_many = allocations_of_a_look();
        // Longer numbers make a text grow now and then.
        assert!(among_many.abs_diff(among_few) < 10, "it grows with the machine: {among_few}, {among_many}");
        assert!(among_few <= MOST, "{among_few}");
    });
}

/// How often a look with its diagnosis asks for memory. Nothing of it is kept.
#[track_caller]
fn allocations_of_a_look() -> usize {
    let watch = Watch::exai();
    let (mut machine, mut memory) = (Machine::sparing("/nowhere".into()), Memory::default());
    let mut look = |second: u64| {
        let now = Now { moment: Moment(Duration::from_secs(second)), wall: UnixTime(second), births: 1 };
        let snapshot = machine.look(slice::from_ref(&watch), now);
        let diagnosis = diagnose(&snapshot, &watch, &memory, now.moment);
        memory.learn(&diagnosis, now.moment);
        assert_eq!(diagnosis.instances.len(), 1, "{diagnosis:#?}");
    };
    // The second net comes after seventy seconds.
    (0..30).for_each(&mut look);
    let (asked, kept) = (ASKED.load(Relaxed), KEPT.load(Relaxed));
    look(31);
    let once = ASKED.load(Relaxed) - asked;
    (32..60).for_each(&mut look);
    assert_eq!(KEPT.load(Relaxed), kept, "something is kept");
    once
}
