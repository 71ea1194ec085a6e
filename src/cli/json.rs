//! The JSON that scripts rely on. Fields are only ever added.

use serde::Serialize;

use crate::act::Ended;
use crate::core::diagnose::{HeldBy, holder_pid};
use crate::core::plan::Refused;
use crate::core::{
    Client, Diagnosis, Finding, Holder, Instance, Pid, Target, UnixTime, Verdict, Watch, mask, wording,
};
use crate::work::CleanupReport;

/// The version of the shape.
const SCHEMA: u32 = 1;

#[derive(Serialize)]
struct StatusJson {
    schema: u32,
    taken_at: String,
    verdict: &'static str,
    watches: Vec<WatchJson>,
    unseen: Vec<String>,
}

#[derive(Serialize)]
struct WatchJson {
    name: String,
    port: Option<u16>,
    verdict: &'static str,
    summary: String,
    holders: Vec<HolderJson>,
    instances: Vec<InstanceJson>,
    findings: Vec<FindingJson>,
}

#[derive(Serialize)]
struct HolderJson {
    address: String,
    owner: &'static str,
    pid: Option<u32>,
    name: Option<String>,
    how: &'static str,
}

#[derive(Serialize)]
struct InstanceJson {
    pid: u32,
    started_at: String,
    members: Vec<u32>,
    state: &'static str,
    listens: bool,
    command: String,
    memory_bytes: u64,
    cpu_percent: f64,
    client: ClientJson,
    evidence: Vec<String>,
    guarded: bool,
    guard: Option<GuardJson>,
    server_name: Option<String>,
}

#[derive(Serialize)]
struct GuardJson {
    pid: u32,
}

#[derive(Serialize)]
struct ClientJson {
    state: &'static str,
    pid: Option<u32>,
    name: Option<String>,
}

#[derive(Serialize)]
struct FindingJson {
    kind: &'static str,
    pid: Option<u32>,
    says: String,
}

#[derive(Serialize)]
struct CleanupJson {
    schema: u32,
    planned: Vec<PlannedJson>,
    ended: Vec<EndedJson>,
    refused: Vec<RefusedJson>,
    port: Option<PortJson>,
    ports: Vec<PortJson>,
    attention: Vec<String>,
}

#[derive(Serialize)]
struct PlannedJson {
    pid: u32,
    members: Vec<u32>,
    command: String,
    evidence: Vec<String>,
}

#[derive(Serialize)]
struct EndedJson {
    pid: u32,
    how: &'static str,
}

#[derive(Serialize)]
struct RefusedJson {
    pid: u32,
    why: &'static str,
}

#[derive(Serialize)]
struct PortJson {
    number: u16,
    free: bool,
}

#[derive(Serialize)]
struct FreeJson {
    schema: u32,
    port: PortJson,
    holders: Vec<HolderJson>,
    ended: Vec<EndedJson>,
    refused: Vec<RefusedJson>,
}

/// What `status --json` prints.
pub(super) fn status(diagnoses: &[Diagnosis]) -> String {
    print(&status_json(diagnoses), true)
}

/// The same in one line, as `watch --json` prints it.
pub(super) fn status_line(diagnoses: &[Diagnosis]) -> String {
    print(&status_json(diagnoses), false)
}

fn status_json(diagnoses: &[Diagnosis]) -> StatusJson {
    let taken_at = diagnoses.first().map_or_else(UnixTime::default, |diagnosis| diagnosis.taken_at);
    let mut unseen: Vec<String> = diagnoses.iter().flat_map(Diagnosis::unseen).map(wording::unseen).collect();
    unseen.sort();
    unseen.dedup();
    StatusJson {
        schema: SCHEMA,
        taken_at: taken_at.rfc3339(),
        verdict: Verdict::worst(diagnoses.iter().map(|diagnosis| diagnosis.verdict)).word(),
        watches: diagnoses.iter().map(watch).collect(),
        unseen,
    }
}

fn watch(diagnosis: &Diagnosis) -> WatchJson {
    WatchJson {
        name: diagnosis.watch.name.clone(),
        port: diagnosis.watch.port_number(),
        verdict: diagnosis.verdict.word(),
        summary: wording::summary(diagnosis),
        holders: diagnosis.holders.iter().map(holder).collect(),
        instances: diagnosis.instances.iter().map(instance).collect(),
        findings: diagnosis.findings.iter().map(|found| finding(found, &diagnosis.watch)).collect(),
    }
}

fn holder(row: &HeldBy) -> HolderJson {
    HolderJson {
        address: row.address.clone(),
        owner: match row.holder {
            Holder::Known(_) => "known",
            Holder::Gone(_) => "gone",
            Holder::Hidden => "hidden",
        },
        pid: holder_pid(&row.holder).map(Pid::get),
        name: row.name.as_deref().map(mask::plain),
        how: row.hold.word(),
    }
}

fn instance(instance: &Instance) -> InstanceJson {
    let client = match &instance.client {
        Client::Living { identity, name } => {
            ClientJson { state: "living", pid: Some(identity.pid.get()), name: Some(mask::plain(name)) }
        }
        Client::Gone { pid, name } => {
            ClientJson { state: "gone", pid: pid.map(Pid::get), name: name.as_deref().map(mask::plain) }
        }
        Client::Unseen => ClientJson { state: "unseen", pid: None, name: None },
    };
    InstanceJson {
        pid: instance.top.pid.get(),
        started_at: instance.started_at.rfc3339(),
        members: instance.members.iter().map(|member| member.identity.pid.get()).collect(),
        state: instance.state.word(),
        listens: instance.listens,
        command: mask::command_line(&instance.command),
        memory_bytes: instance.memory_bytes,
        cpu_percent: f64::from(instance.cpu_permille) / 10.0,
        client,
        evidence: instance.evidence.iter().map(wording::evidence).collect(),
        guarded: instance.guarded.is_some(),
        guard: instance.guarded.as_ref().map(|guarded| GuardJson { pid: guarded.guard.pid.get() }),
        server_name: instance.guarded.as_ref().map(|guarded| mask::plain(&guarded.name)),
    }
}

fn finding(finding: &Finding, watch: &Watch) -> FindingJson {
    FindingJson {
        kind: finding.kind(),
        pid: finding.pid().map(Pid::get),
        says: wording::finding(finding, watch),
    }
}

/// What `cleanup --json` prints.
pub(super) fn cleanup(report: &CleanupReport) -> String {
    let json = CleanupJson {
        schema: SCHEMA,
        planned: report.planned.iter().map(planned).collect(),
        ended: report.ended.iter().copied().map(ended).collect(),
        refused: report.refused.iter().map(refused).collect(),
        port: report.after.first().and_then(port),
        ports: report.after.iter().filter_map(port).collect(),
        attention: wording::what_needs_attention(&report.after),
    };
    print(&json, true)
}

/// A watch's port, where it was looked at.
fn port(after: &Diagnosis) -> Option<PortJson> {
    after.watch.port_number().map(|number| PortJson { number, free: after.port_is_free() })
}

/// What `free --json` prints.
pub(super) fn free(port: u16, rows: &[HeldBy], is_free: bool, done: &[Ended], left: &[Refused]) -> String {
    let json = FreeJson {
        schema: SCHEMA,
        port: PortJson { number: port, free: is_free },
        holders: rows.iter().map(holder).collect(),
        ended: done.iter().copied().map(ended).collect(),
        refused: left.iter().map(refused).collect(),
    };
    print(&json, true)
}

fn planned(target: &Target) -> PlannedJson {
    PlannedJson {
        pid: target.top.pid.get(),
        members: target.members.iter().map(|member| member.identity.pid.get()).collect(),
        command: mask::command_line(&target.command),
        evidence: target.evidence.iter().map(wording::evidence).collect(),
    }
}

fn ended(ended: Ended) -> EndedJson {
    EndedJson { pid: ended.pid.get(), how: ended.how.word() }
}

fn refused(refused: &Refused) -> RefusedJson {
    RefusedJson { pid: refused.pid.get(), why: wording::refusal(refused.why) }
}

fn print(value: &impl Serialize, pretty: bool) -> String {
    let printed = if pretty { serde_json::to_string_pretty(value) } else { serde_json::to_string(value) };
    // Numbers and texts only: nothing in it can fail.
    printed.unwrap_or_default()
}
