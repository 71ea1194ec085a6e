//! A process table and a network of our own, in which nothing is born, listens or ends but by our doing.
//!
//! Elsewhere a quiet machine is a matter of luck. Only root may make one that still has other users in it; without it
//! the measurement runs on the machine as it is. When its first process ends, everything in it does.

use std::env;
use std::process::{Command, ExitStatus, Stdio};

const INSIDE: &str = "SHIMKEEPER_BENCH_INSIDE";

/// Bash, because it collects the orphans that fall to the first process. X servers would take each other's numbers by
/// their sockets in /tmp.
const PRELUDE: &str = r#"
    ip link set lo up && mkdir -p /tmp/.X11-unix && mount -t tmpfs own /tmp/.X11-unix || exit 97
    "$@"
    exit $?
"#;

/// Whether this program runs in such a world already.
pub(crate) fn is_our_own() -> bool {
    env::var_os(INSIDE).is_some()
}

/// Runs this program again inside of one and waits; nothing where none can be made.
pub(crate) fn run_inside(words: &[String]) -> Option<ExitStatus> {
    let mut probe = unshare();
    probe.arg("true").stdout(Stdio::null()).stderr(Stdio::null());
    let can_be_made =
        rustix::process::geteuid().is_root() && probe.status().is_ok_and(|status| status.success());
    can_be_made.then(|| {
        let mut again = unshare();
        again.arg(env::current_exe().unwrap()).args(words).env(INSIDE, "yes");
        again.status().unwrap()
    })
}

fn unshare() -> Command {
    let mut unshare = Command::new("unshare");
    unshare.args(["--net", "--mount", "--pid", "--mount-proc", "--fork", "--kill-child"]);
    unshare.args(["bash", "-c", PRELUDE, "own"]);
    unshare
}
