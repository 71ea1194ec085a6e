//! The processes that matter to some watches, with their traits.
//!
//! On Windows the table is `sysinfo`'s. On Linux it is the platform's own, because `sysinfo` reads every file of every
//! process each time: at 1,000 processes 34 ms of CPU a look, and 126 ms at 4,000, where reading only what has
//! changed costs a fifth of a millisecond at either (`docs/performance.md`).

use super::relatives;
use super::search::Search;
use super::users::{self, Calling};
use crate::core::launcher::{is_guard, is_launcher};
use crate::core::module::last_part;
use crate::core::reaper::is_a_containers_init;
use crate::core::{Fact, Lease, Pid, Process, Unseen};
use crate::platform;
use crate::platform::table::{Question, Table};

/// Reads everything that may belong to a watched shim, with the traits of those that do, and who uses one.
pub(super) fn read(
    table: &mut Table,
    calling: &mut Calling,
    search: &Search<'_>,
) -> Result<(Vec<Process>, Vec<Pid>), Unseen> {
    let (watches, style) = (search.watches, platform::PATH_STYLE);
    let parts: Vec<String> =
        watches.iter().filter_map(|watch| watch.runs.mark(style)).map(str::to_owned).collect();
    let modules: Vec<String> = watches.iter().filter_map(|watch| last_part(&watch.runs, style)).collect();
    let guards: Vec<Pid> = search.leases.iter().map(|lease| lease.guard.pid).collect();
    let named = |lease: &Lease| {
        lease
            .server
            .into_iter()
            .chain(lease.client.as_ref().map(|client| client.identity))
            .collect::<Vec<_>>()
    };
    let named = search.leases.iter().flat_map(named).map(|identity| identity.pid);
    let question = Question {
        parts: &parts,
        modules: &modules,
        guards: &guards,
        others: &named.chain(search.holders.iter().chain(search.users).copied()).collect::<Vec<_>>(),
        may_serve_others: &|process| {
            // Whatever the first process was told to run, it takes in everybody else's children.
            is_a_containers_init(process)
                || !process.identity.pid.is_first()
                    && (is_launcher(process, style) || is_guard(process, style))
        },
        depth: search.depth,
        now: search.now,
    };
    let read = table.read(&question);
    let mut processes = read.map_err(|error| Unseen::Processes { why: error.to_string() })?;
    for at in relatives::of_shims(&processes, watches, search.leases) {
        let process = &mut processes[at];
        process.details = Some(table.details(process.identity.pid));
        // Word by word as the kernel has it: before an end it is compared with that once more.
        if !platform::TABLE_TELLS_WORDS {
            match platform::args(process.identity.pid) {
                Ok(Some(args)) => process.args = Fact::Known(args),
                Ok(None) => {}
                Err(_) => process.args = Fact::Hidden,
            }
        }
    }
    let users = users::add(&mut processes, table, calling, search);
    Ok((processes, users))
}
