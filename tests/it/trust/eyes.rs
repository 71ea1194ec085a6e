//! Looking, judging and ending as separate steps, by the program's own rooms.

use std::slice;
use std::time::Duration;

use shimkeeper::act::{Act, EndReport, Machine as Hands};
use shimkeeper::core::moment::Now;
use shimkeeper::core::{
    Diagnosis, Memory, Moment, Refusal, Runs, Scope, State, Target, UnixTime, Watch, diagnose, plan,
};
use shimkeeper::sense::{Machine, Sense};

/// Somebody who looks at one watch and remembers.
pub(crate) struct Eyes {
    machine: Machine,
    memory: Memory,
    watch: Watch,
    moment: Duration,
}

impl Eyes {
    /// Without a grace time: two looks are a verdict.
    pub(crate) fn on(script: &str) -> Self {
        let watch = Watch::exai();
        Self {
            machine: Machine::new(),
            memory: Memory::default(),
            watch: Watch { runs: Runs::script(script), orphan_grace: Duration::ZERO, ..watch },
            moment: Duration::ZERO,
        }
    }

    /// Looks once, a second after the last time as far as the judgement knows.
    pub(crate) fn look(&mut self) -> Diagnosis {
        self.moment += Duration::from_secs(1);
        let now = Now { moment: Moment(self.moment), wall: UnixTime(0), births: 0 };
        let snapshot = self.machine.look(slice::from_ref(&self.watch), now);
        let diagnosis = diagnose(&snapshot, &self.watch, &self.memory, now.moment);
        self.memory.learn(&diagnosis, now.moment);
        diagnosis
    }

    /// What a cleanup would end after two more looks.
    pub(crate) fn plan(&mut self) -> Vec<Target> {
        self.look();
        plan(&self.look(), Scope::Orphans).targets
    }
}

/// What is said of this instance.
pub(crate) fn state_of(diagnosis: &Diagnosis, pid: u32) -> Option<State> {
    let mut instances = diagnosis.instances.iter();
    instances.find(|instance| instance.top.pid.get() == pid).map(|instance| instance.state)
}

/// The numbers of all targets' processes, in order.
pub(crate) fn named(targets: &[Target]) -> Vec<u32> {
    let members = targets.iter().flat_map(|target| &target.members);
    let mut pids: Vec<u32> = members.map(|member| member.identity.pid.get()).collect();
    pids.sort_unstable();
    pids
}

/// Ends what was planned.
pub(crate) fn end(targets: &[Target], grace: Duration) -> EndReport {
    Hands.end(targets, grace)
}

/// The numbers of what was ended, in order.
pub(crate) fn ended(report: &EndReport) -> Vec<u32> {
    let mut pids: Vec<u32> = report.ended.iter().map(|ended| ended.pid.get()).collect();
    pids.sort_unstable();
    pids
}

/// What was left alone, and why.
pub(crate) fn refused(report: &EndReport) -> Vec<(u32, Refusal)> {
    report.refused.iter().map(|refused| (refused.pid.get(), refused.why)).collect()
}
