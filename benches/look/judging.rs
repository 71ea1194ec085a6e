//! What judging costs by itself: one diagnosis of a large machine that is made up.

use std::collections::BTreeMap;
use std::time::Duration;

use shimkeeper::core::snapshot::Listener;
use shimkeeper::core::{
    Birth, Details, Fact, Holder, Identity, Memory, Moment, Owner, Pid, PortFacts, Process, Snapshot, System,
    UnixTime, Watch, diagnose,
};

use crate::limits::Limits;
use crate::looker::spent;
use crate::support::figures::Samples;

const PROCESSES: u32 = 1_000;

pub(crate) fn judging(limits: &mut Limits, rounds: usize) {
    let watch = Watch::exai();
    let snapshot = machine(&watch);
    let (mut memory, mut costs) = (Memory::default(), Samples::default());
    for round in 0..rounds.max(3) * 20 {
        let now = Moment(Duration::from_secs(2 * round as u64));
        let before = spent();
        let diagnosis = diagnose(&snapshot, &watch, &memory, now);
        costs.add(spent().checked_sub(before).unwrap().as_secs_f64() * 1e6);
        memory.learn(&diagnosis, now);
        assert_eq!((diagnosis.instances.len(), diagnosis.holders.len()), (1, 1));
    }
    println!();
    limits.at_most(&format!("one diagnosis of {PROCESSES} processes"), costs.median(), 200.0, "µs");
}

/// Everybody below one session, each of them a child of somebody; one is a client with its server.
fn machine(watch: &Watch) -> Snapshot {
    let mut processes: Vec<Process> = (1..=PROCESSES).map(stranger).collect();
    let server = &mut processes[700];
    let script = format!("/srv/exai/{}", watch.runs.what.name());
    server.name = "python3".into();
    server.exe = Some("/usr/bin/python3.11".into());
    server.args = Fact::Known(vec!["/usr/bin/python3".into(), "-u".into(), script]);
    let (shim, client) = (server.identity, server.parent);
    for process in &mut processes {
        let is_related = process.identity == shim || Some(process.identity.pid) == client;
        process.details = is_related.then(Details::plain);
    }
    let listeners = vec![Listener { address: [127, 0, 0, 1].into(), holders: vec![Holder::Known(shim)] }];
    Snapshot {
        system: System::Linux,
        taken_at: UnixTime(1_795_356_000),
        me: pid(PROCESSES),
        processes,
        absent: BTreeMap::new(),
        ports: BTreeMap::from([(3005, PortFacts { listeners, ..PortFacts::default() })]),
        leases: Fact::Known(Vec::new()),
        unseen: Vec::new(),
    }
}

fn stranger(number: u32) -> Process {
    let name = format!("program-{number}");
    let path = format!("/usr/lib/programs/{name}");
    Process {
        identity: Identity { pid: pid(number), birth: Birth { boot: 1, token: u64::from(number) } },
        parent: Pid::new(number / 4),
        order: None,
        args: Fact::Known(vec![path.clone(), "--config".into(), format!("/etc/{name}.conf")]),
        ran: None,
        name,
        exe: Some(path),
        owner: Fact::Known(Owner::Ours),
        started_at: UnixTime(1_795_350_000),
        age: Duration::from_mins(100),
        memory_bytes: 10 << 20,
        cpu_permille: 0,
        details: None,
    }
}

fn pid(number: u32) -> Pid {
    Pid::new(number).unwrap()
}
