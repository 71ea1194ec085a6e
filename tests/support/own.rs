//! A network, a process table and an X socket folder that belong to one test alone.
//!
//! The test binary runs the test a second time inside fresh Linux namespaces: port 3005 is
//! free there, nobody else's shim exists, and whatever happens can touch nothing outside.
//! Where the system does not allow it the test counts as skipped, which is said and never
//! passes for done.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::{any, env};

/// Names the test that runs inside.
const INSIDE: &str = "SHIMKEEPER_TEST_INSIDE";

/// Bash, because it collects the orphans that fall to pid 1. X servers find free numbers by
/// sockets in /tmp and would take each other's from inside different networks.
const PRELUDE: &str = r#"
    [ -z "$SHIMKEEPER_TEST_INIT" ] || echo "$SHIMKEEPER_TEST_INIT" >/proc/$$/comm
    ip link set lo up && mkdir -p /tmp/.X11-unix && mount -t tmpfs own /tmp/.X11-unix || exit 97
    "$@"
    exit $?
"#;

const NAMESPACES: [&str; 6] = ["--net", "--mount", "--pid", "--mount-proc", "--fork", "--kill-child"];

/// What the first process of a world is called.
const INIT: &str = "SHIMKEEPER_TEST_INIT";

/// Runs `story` in a world of its own. Call it as the whole of a test.
pub(crate) fn in_own_world<Story: FnOnce()>(story: Story) {
    in_world_under("", story);
}

/// The same in a world whose first process is called `init`, as on a whole machine. (Other ones may
/// start servers themselves, as they do in containers.)
pub(crate) fn in_own_machine<Story: FnOnce()>(story: Story) {
    in_world_under("init", story);
}

fn in_world_under<Story: FnOnce()>(init: &str, story: Story) {
    let name = name_of(&story);
    if env::var(INSIDE).is_ok_and(|inside| inside == name) {
        return story();
    }
    let Some(flags) = namespaces() else {
        return skip(&name, "no right to make namespaces (root, with unshare and ip)");
    };
    let output = Command::new("unshare")
        .args(flags)
        .args(["bash", "-c", PRELUDE, "own"])
        .arg(env::current_exe().unwrap())
        .args(["--exact", &name, "--nocapture", "--test-threads=1"])
        .env(INSIDE, &name)
        .env(INIT, init)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let out = String::from_utf8_lossy(&output.stdout);
    // The count as well: a name that matches no test would "succeed".
    assert!(
        output.status.success() && out.contains("1 passed"),
        "in a world of its own {name} ended with {}\n{}{}",
        output.status,
        quoted(&out),
        quoted(&String::from_utf8_lossy(&output.stderr)),
    );
}

/// Marked line by line, so that nobody takes the inner run's result for one more result.
fn quoted(text: &str) -> String {
    text.lines().flat_map(|line| ["  | ", line, "\n"]).collect()
}

/// Skips a test that needs programs which are not here; true when all of them are.
///
/// `story` is the test function itself: its name is what gets reported.
pub(crate) fn can_run<Story>(story: &Story, programs: &[&str]) -> bool {
    let missing: Vec<_> = programs.iter().filter(|program| !is_installed(program)).collect();
    if !missing.is_empty() {
        skip(&name_of(story), &format!("not installed: {missing:?}"));
    }
    missing.is_empty()
}

/// Tells `scripts/test` that a test could not run here.
pub(crate) fn skip(test: &str, why: &str) {
    let line = format!("SKIPPED: {test}: {why}\n");
    eprint!("{line}");
    if let Some(path) = env::var_os("SHIMKEEPER_SKIPS") {
        let mut file = OpenOptions::new().create(true).append(true).open(path).unwrap();
        // One write, so that lines of tests running side by side stay whole.
        file.write_all(line.as_bytes()).unwrap();
    }
}

/// Whether a program is on the PATH, or a file is where its path says.
pub(crate) fn is_installed(program: &str) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    program.starts_with('/') && std::path::Path::new(program).exists()
        || env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

fn namespaces() -> Option<Vec<&'static str>> {
    let as_root = NAMESPACES.to_vec();
    // An ordinary user may be root in a user namespace, where the system allows it.
    let as_user = [&["--user", "--map-root-user"], NAMESPACES.as_slice()].concat();
    [as_root, as_user].into_iter().find(|flags| {
        let mut probe = Command::new("unshare");
        probe.args(flags).args(["bash", "-c", PRELUDE, "own", "true"]);
        probe.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        probe.status().is_ok_and(|status| status.success())
    })
}

/// The path of the test as the test runner knows it, from the type of its closure. A wrong
/// guess cannot pass unnoticed: the run inside must report one passed test.
pub(crate) fn name_of<Story>(_: &Story) -> String {
    let path = any::type_name::<Story>();
    let path = path.split_once("::").map_or(path, |(_, rest)| rest);
    path.trim_end_matches("::{{closure}}").to_owned()
}
