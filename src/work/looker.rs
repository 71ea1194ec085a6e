//! Somebody who looks: once, until the judgement is certain, or until something has come true.

use std::time::Duration;

use crate::clock::Clock;
use crate::core::{Diagnosis, Memory, Watch, diagnose};
use crate::sense::Sense;

/// Looks again at most this often before the judgement is taken as it is.
const LOOKS: usize = 8;

/// Between two looks while waiting.
const PACE: Duration = Duration::from_millis(100);

/// Somebody who looks, with what earlier looks of his saw.
pub struct Looker<'a> {
    /// The eyes.
    pub sense: &'a mut dyn Sense,
    /// The clocks.
    pub clock: Clock,
    /// What is watched.
    pub watches: &'a [Watch],
    /// What earlier looks saw, a memory for each watch.
    pub memories: Vec<Memory>,
}

impl<'a> Looker<'a> {
    /// Somebody who has not looked yet.
    pub fn new(sense: &'a mut dyn Sense, clock: Clock, watches: &'a [Watch]) -> Self {
        Self::with_memories(sense, clock, watches, Vec::new())
    }

    /// Somebody who knows what earlier looks at these watches saw, in their order.
    pub fn with_memories(
        sense: &'a mut dyn Sense,
        clock: Clock,
        watches: &'a [Watch],
        mut memories: Vec<Memory>,
    ) -> Self {
        memories.resize(watches.len(), Memory::default());
        Self { sense, clock, watches, memories }
    }

    /// Looks once.
    pub fn look(&mut self) -> Vec<Diagnosis> {
        let now = self.clock.now();
        let snapshot = self.sense.look(self.watches, now);
        let diagnose_one = |(watch, memory): (&Watch, &mut Memory)| {
            let diagnosis = diagnose(&snapshot, watch, memory, now.moment);
            memory.learn(&diagnosis, now.moment);
            diagnosis
        };
        self.watches.iter().zip(&mut self.memories).map(diagnose_one).collect()
    }

    /// Looks until nothing is merely suspected. Blocks for the grace time where a suspect is younger.
    pub fn settle(&mut self) -> Vec<Diagnosis> {
        let mut found = self.look();
        for _ in 0..LOOKS {
            let Some(wait) = found.iter().filter_map(Diagnosis::ripe_in).max() else { break };
            // A little more, because the kernel counts ages in ticks of 10 ms.
            self.clock.wait(wait + Duration::from_millis(20));
            found = self.look();
        }
        found
    }

    /// Looks at its one watch until `good` or until the time is over; returns the last look either way.
    pub(super) fn wait_for(
        &mut self,
        patience: Duration,
        mut good: impl FnMut(&Diagnosis) -> bool,
    ) -> Result<Diagnosis, Box<Diagnosis>> {
        let start = self.clock.now().moment;
        loop {
            let mut found = self.look();
            let Some(diagnosis) = found.pop() else { unreachable!("one watch gives one diagnosis") };
            if good(&diagnosis) {
                return Ok(diagnosis);
            }
            if self.clock.now().moment.since(start) >= patience {
                return Err(Box::new(diagnosis));
            }
            self.clock.wait(PACE);
        }
    }
}
