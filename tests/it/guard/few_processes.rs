//! A guard that may start few processes and threads: wherever that stops it, it says so, and a server that is at work goes
//! on as if nobody had asked for another one.
#![expect(unsafe_code, reason = "a limit is set by a call of the system")]

use std::fs::{self, File, Permissions};
use std::io::{PipeWriter, pipe};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rustix::process::geteuid;

use crate::guard::privacy::ask;
use crate::guard::scene::Scene;
use crate::support::bed::copy_program;
use crate::support::identity::Identity;
use crate::support::own::{name_of, skip};
use crate::support::spawned::Spawned;
use crate::support::{PATIENCE, eventually, eventually_some};

/// Says who it is, and waits for the end of its input: it starts nobody.
const SERVER: &str = "echo $$ >>\"$1\"; while read line; do :; done";

/// More than a guard with its server ever has.
const ENOUGH: u64 = 14;

/// A guard of a user of its own, who has nobody else: the system counts by users, and leaves its own out.
struct Limited {
    guard: Spawned,
    input: Option<PipeWriter>,
    ready: PathBuf,
    errors: PathBuf,
    user: u32,
}

impl Limited {
    fn start(scene: &Scene, limit: Option<u64>) -> Self {
        let open = |path: &Path| fs::set_permissions(path, Permissions::from_mode(0o777)).unwrap();
        open(&scene.bed.path(""));
        open(scene.home());
        let program = scene.bed.path("shimkeeper");
        if !program.exists() {
            copy_program(Path::new(env!("CARGO_BIN_EXE_shimkeeper")), &program);
        }
        let (ready, errors) = (scene.bed.fresh("ready"), scene.bed.fresh("errors"));
        let mut command = scene.bed.command(&program);
        // Leases are theirs alone.
        let home = scene.bed.fresh("home");
        command.arg("--home").arg(if limit.is_some() { &home } else { scene.home() });
        command.args(["guard", "--", "sh", "-c", SERVER, "sh"]).arg(&ready);
        let (theirs, input) = pipe().unwrap();
        command.stdin(theirs).stdout(Stdio::null()).stderr(File::create(&errors).unwrap());
        // Numbers that hardly any system gives, and no other test at the same time.
        let user = 20_000 + std::process::id() % 1_000 * 32 + u32::try_from(limit.unwrap_or(31)).unwrap();
        command.uid(user).gid(user);
        // SAFETY: one system call is made between fork and exec.
        unsafe {
            command.pre_exec(move || {
                let Some(limit) = limit else { return Ok(()) };
                let limit = libc::rlimit { rlim_cur: limit, rlim_max: limit };
                match libc::setrlimit(libc::RLIMIT_NPROC, &raw const limit) {
                    0 => Ok(()),
                    _ => Err(std::io::Error::last_os_error()),
                }
            });
        }
        Self { guard: Spawned::start(&mut command), input: Some(input), ready, errors, user }
    }

    fn said(&self) -> String {
        fs::read_to_string(&self.errors).unwrap()
    }

    /// The server of last resort.
    fn server(&self) -> Option<Identity> {
        Identity::of(fs::read_to_string(&self.ready).ok()?.lines().last()?.parse().ok()?)
    }

    fn keeper(&self) -> u32 {
        let outer = self.guard.pid();
        let children = fs::read_to_string(format!("/proc/{outer}/task/{outer}/children")).unwrap();
        children.trim().parse().unwrap()
    }

    /// How many processes and threads of its user there are.
    fn count(&self) -> u64 {
        let threads = |pid: u32| fs::read_dir(format!("/proc/{pid}/task")).unwrap().count();
        let server = self.server().unwrap().pid;
        [self.guard.pid(), self.keeper(), server].map(threads).iter().sum::<usize>().try_into().unwrap()
    }

    /// Said by its own user, whom everybody allows that.
    fn may_have(&self, limit: Option<u64>) {
        let keeper = self.keeper();
        let limits = fs::read_to_string(format!("/proc/{keeper}/limits")).unwrap();
        let most = limits.lines().find_map(|line| line.strip_prefix("Max processes")).unwrap();
        let most = most.split_whitespace().nth(1).unwrap();
        let limit = limit.map_or_else(|| most.to_owned(), |limit| limit.to_string());
        let mut command = Command::new("prlimit");
        command.arg("--pid").arg(keeper.to_string()).arg(format!("--nproc={limit}:"));
        assert!(command.uid(self.user).gid(self.user).status().unwrap().success());
    }

    fn ends_with(&mut self, code: i32) {
        self.input = None;
        assert_eq!(self.guard.wait().code(), Some(code), "{}", self.said());
    }
}

fn can_run<Story>(story: &Story) -> bool {
    let is_root = geteuid().is_root();
    if !is_root {
        skip(&name_of(story), "no right to become another user");
    }
    is_root
}

#[test]
fn who_cannot_start_a_server_says_why() {
    if !can_run(&who_cannot_start_a_server_says_why) {
        return;
    }
    let scene = Scene::new();
    let mut all: Vec<Limited> = (1..ENOUGH).map(|limit| Limited::start(&scene, Some(limit))).collect();
    let (mut failed, mut began) = (0, 0);
    for (limit, limited) in (1..ENOUGH).zip(&mut all) {
        eventually("it runs or has given up", PATIENCE, || {
            limited.server().is_some() || limited.guard.ended().is_some()
        });
        if limited.guard.ended().is_some() {
            failed += 1;
            let said = limited.said();
            assert!(said.starts_with("shimkeeper: the server was not started"), "at {limit}: {said:?}");
            assert!(said.contains("os error 11"), "at {limit}: {said:?}");
            limited.ends_with(125);
        } else {
            began += 1;
            limited.ends_with(0);
        }
    }
    assert!(failed > 2 && began > 2, "{failed} failed, {began} began");
    drop(all);
    scene.is_empty();
}

#[test]
fn a_restart_without_room_for_it_leaves_the_server_alone_and_says_why() {
    if !can_run(&a_restart_without_room_for_it_leaves_the_server_alone_and_says_why) {
        return;
    }
    let scene = Scene::new();
    let mut limited = Limited::start(&scene, None);
    let mut old = eventually_some("the server reports", PATIENCE, || limited.server());
    eventually_some("the guard listens for requests", PATIENCE, || scene.lease_file("sock"));
    let (mut refused, mut done) = (0, 0);
    for more in 0..6 {
        limited.may_have(Some(limited.count() + more));
        let answer = ask(&scene, "restart");
        limited.may_have(None);
        assert!(limited.guard.ended().is_none(), "{answer}\n{}", limited.said());
        if answer.starts_with("ok ") {
            done += 1;
            old = eventually_some("the next server reports", PATIENCE, || {
                limited.server().filter(|server| *server != old)
            });
        } else {
            refused += 1;
            assert!(answer.starts_with("failed ") && answer.contains("os error 11"), "{more}: {answer}");
            assert!(old.lives(), "{more}: {answer}");
        }
    }
    assert!(refused > 0 && done > 0, "{refused} refused, {done} done");
    limited.ends_with(0);
    drop(limited);
    scene.is_empty();
}
