//! What may not be looked at is said to be so: exit code 3, never fine, and never a plan against it.

use std::fs;
use std::path::Path;

use crate::support::bed::{Bed, copy_program, python};
use crate::support::client::Shim;
use crate::support::identity::Identity;
use crate::support::keeper::Keeper;
use crate::support::own::{can_run, in_own_machine, skip};
use crate::support::spawned::Spawned;
use crate::support::{PATIENCE, eventually, eventually_some};
use crate::trust::ended;

/// Runs the story where somebody can become an ordinary user.
fn with_an_ordinary_user<Story: FnOnce(&Bed, &Keeper<'_>)>(name: &str, story: Story) {
    let bed = Bed::with_the_real_name();
    let Some((keeper, _)) = bed.keeper_for_nobody(3005) else {
        return skip(
            &format!("not_allowed_to_look::{name}"),
            "no right to become somebody else, or no python3 of the system",
        );
    };
    story(&bed, &keeper);
}

/// What the ordinary user sees and may do is nothing, and that is what he is told.
#[track_caller]
fn he_is_told_that_he_cannot_see(bed: &Bed, keeper: &Keeper<'_>) {
    let home = keeper.home().to_str().unwrap();
    let run = |words: &[&str]| {
        let mut command = bed.as_nobody(bed.path("shimkeeper"));
        bed.run(command.args(["--home", home]).args(words))
    };
    let status = run(&["status", "--json"]).expect_code(3).json();
    assert_eq!(status["verdict"], "unseen", "{status:#}");
    let cleanup = run(&["cleanup", "--duplicates", "--json"]).expect_code(3).json();
    assert_eq!((&cleanup["planned"], ended(&cleanup)), (&serde_json::json!([]), vec![]), "{cleanup:#}");
}

#[test]
fn the_orphan_of_another_user() {
    in_own_machine(|| {
        with_an_ordinary_user("the_orphan_of_another_user", |bed, keeper| {
            let client = bed.client().stdio().start();
            let shim = client.shim();
            client.kill_hard();
            he_is_told_that_he_cannot_see(bed, keeper);
            assert!(shim.lives());
        });
    });
}

#[test]
fn the_holder_of_the_port_is_another_user() {
    in_own_machine(|| {
        with_an_ordinary_user("the_holder_of_the_port_is_another_user", |bed, keeper| {
            let script = bed.copy_fixture("run_ws_shim.py", "other_server.py");
            let ready = bed.fresh("stranger");
            let words = [python(), &script, "--port=3005".as_ref(), "--ready-file".as_ref(), &ready];
            let _client = bed.client_of(&words);
            let stranger = Shim::from_ready_file(&ready);
            he_is_told_that_he_cannot_see(bed, keeper);
            assert!(stranger.lives());
        });
    });
}

#[test]
fn ones_own_orphan_where_pid_1_is_hidden() {
    in_own_machine(|| {
        with_an_ordinary_user("ones_own_orphan_where_pid_1_is_hidden", |bed, keeper| {
            let orphan = his_orphan(bed);
            mount(bed, "mount -o remount,hidepid=2 /proc");
            he_is_told_that_he_cannot_see(bed, keeper);
            assert!(orphan.lives());
            // It was the hiding and nothing else.
            mount(bed, "mount -o remount,hidepid=0 /proc");
            let mut command = bed.as_nobody(bed.path("shimkeeper"));
            bed.run(command.arg("--home").arg(keeper.home()).args(["cleanup"])).expect_code(0);
            assert!(!orphan.lives());
        });
    });
}

#[test]
fn another_users_shim_of_which_not_even_the_number_is_told() {
    in_own_machine(|| {
        with_an_ordinary_user("another_users_shim_of_which_not_even_the_number_is_told", |bed, keeper| {
            let client = bed.client().stdio().start();
            let hidden = || {
                let mut command = bed.as_nobody(bed.path("shimkeeper"));
                let doctor =
                    bed.run(command.arg("--home").arg(keeper.home()).args(["doctor", "--json"])).json();
                let checks = doctor["checks"].as_array().unwrap().clone();
                let hides = |check: &&serde_json::Value| check["says"].as_str().unwrap().contains("hides");
                checks.iter().find(hides).cloned()
            };
            assert_eq!(hidden(), None);
            mount(bed, "mount -o remount,hidepid=2 /proc");
            let check = hidden().unwrap();
            assert_eq!((&check["what"], &check["health"]), (&"sight".into(), &"unknown".into()), "{check:#}");
            // Whoever may look at everybody is not told so.
            let root = keeper.run(&["doctor"]);
            assert!(!root.stdout.contains("hides"), "{root}");
            mount(bed, "mount -o remount,hidepid=0 /proc");
            assert!(client.shim().lives());
        });
    });
}

#[test]
fn the_holder_of_the_port_where_other_users_are_hidden() {
    in_own_machine(|| {
        with_an_ordinary_user("the_holder_of_the_port_where_other_users_are_hidden", |bed, keeper| {
            let client = bed.client().on_port(3005).start();
            mount(bed, "mount -o remount,hidepid=2 /proc");
            he_is_told_that_he_cannot_see(bed, keeper);
            mount(bed, "mount -o remount,hidepid=0 /proc");
            assert!(client.shim().lives());
        });
    });
}

#[test]
fn the_sockets_where_proc_net_is_missing() {
    in_own_machine(|| {
        let bed = Bed::with_the_real_name();
        let without = "mount -t tmpfs none /proc/$$/net && exec \"$@\"";
        nothing_is_said_to_be_fine(&bed, &["sh", "-c", without, "without"], Some(&["free"]));
    });
}

#[test]
fn the_sockets_where_the_kernel_refuses_to_list_them() {
    if !can_run(&the_sockets_where_the_kernel_refuses_to_list_them, &["strace"]) {
        return;
    }
    in_own_machine(|| {
        let bed = Bed::with_the_real_name();
        let refused = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "inject=sendto:error=EPERM"];
        nothing_is_said_to_be_fine(&bed, &refused, Some(&["free"]));
    });
}

#[test]
fn anything_where_proc_is_missing() {
    in_own_machine(|| {
        let bed = Bed::with_the_real_name();
        let without = "mount -t tmpfs none /proc && exec \"$@\"";
        let without = ["unshare", "--mount", "sh", "-c", without, "without"];
        nothing_is_said_to_be_fine(&bed, &without, Some(&["free"]));
        // Not even beside a shim that was in use a moment ago.
        let client = bed.client().on_port(3005).start();
        nothing_is_said_to_be_fine(&bed, &without, None);
        assert!(client.shim().lives());
    });
}

#[test]
fn the_service_where_no_cgroups_are_mounted() {
    in_own_machine(|| {
        let bed = Bed::with_the_real_name();
        let client = bed.client().stdio().start();
        let shim = client.shim();
        client.kill_hard();
        let told = bed.path("cgroup");
        fs::write(&told, "0::/system.slice/exai-shim.service\n").unwrap();
        mount(&bed, "mount -t tmpfs none /sys/fs/cgroup");
        mount(&bed, &format!("mount --bind {} /proc/{}/cgroup", told.display(), shim.pid()));
        nothing_is_said_to_be_fine(&bed, &[], None);
        assert!(shim.lives());
    });
}

#[test]
fn the_service_where_the_kernel_has_no_cgroups() {
    in_own_machine(|| {
        let bed = Bed::with_the_real_name();
        let client = bed.client().stdio().start();
        let shim = client.shim();
        client.kill_hard();
        // A file of a process that ended is as good as none.
        let mut other = Spawned::start(bed.command("sleep").arg("300"));
        mount(&bed, &format!("mount --bind /proc/{}/cgroup /proc/{}/cgroup", other.pid(), shim.pid()));
        other.kill_hard();
        nothing_is_said_to_be_fine(&bed, &[], None);
        assert!(shim.lives());
    });
}

#[test]
fn a_client_outside_our_container() {
    in_own_machine(|| {
        let bed = Bed::with_the_real_name();
        let (container, _keeps) = container(&bed, "exec sleep 300\n");
        let target = container.pid.to_string();
        let enter = ["nsenter", "--target", &target, "--pid", "--mount"];
        let (shim, ready) = (bed.path("run_ws_shim.py"), bed.fresh("shim"));
        let mut inside = bed.command(enter[0]);
        inside.args(&enter[1..]).arg(python()).arg("-u").arg(shim).args(["--stdio", "--deaf"]);
        let mut inside = Spawned::start(inside.arg("--ready-file").arg(&ready));
        eventually("the shim is ready", PATIENCE, || ready.exists());
        nothing_is_said_to_be_fine(&bed, &enter, None);
        assert!(inside.ended().is_none());
    });
}

#[test]
fn the_orphan_of_another_container_is_not_ours_to_end() {
    in_own_machine(|| {
        let bed = Bed::with_the_real_name();
        // The oldest child would be what the container was started for.
        let orders = "sleep 300 & sleep 0.1; (exec -a run_ws_shim.py sleep 300) & wait";
        let (init, _keeps) = container(&bed, orders);
        let orphan = eventually_some("the shim runs", PATIENCE, || {
            let children = fs::read_to_string(format!("/proc/{0}/task/{0}/children", init.pid)).ok()?;
            let children = children.split_whitespace().filter_map(|pid| Identity::of(pid.parse().ok()?));
            children.into_iter().find(|child| child.command_line().starts_with("run_ws_shim.py"))
        });
        let cleanup = bed.keeper(3005).run(&["cleanup", "--json"]).expect_code(1).json();
        assert_eq!(ended(&cleanup), [0; 0], "{cleanup:#}");
        assert_eq!(cleanup["refused"][0]["pid"], orphan.pid, "{cleanup:#}");
        assert!(cleanup["refused"][0]["why"].as_str().unwrap().contains("container"), "{cleanup:#}");
        assert!(orphan.lives());
    });
}

/// Whatever is asked, in these surroundings, answers with 3: in words, and as scripts read it.
#[track_caller]
fn nothing_is_said_to_be_fine(bed: &Bed, surroundings: &[&str], more: Option<&[&str]>) {
    let keeper = bed.keeper(3005);
    let words = [&["status"][..], &["cleanup", "--duplicates"], &["cleanup", "--check-only"]];
    let as_json = ["status", "cleanup"].map(|command| [command, "--json"]);
    let as_json = as_json.iter().map(|words| &words[..]);
    let as_json = as_json.chain([&["cleanup", "--check-only", "--json"][..]]);
    let as_json = as_json.chain([&["cleanup", "--duplicates", "--json"][..]]);
    for words in words.into_iter().chain(more).chain(as_json) {
        let console = keeper.console();
        let mut command = bed.command(surroundings.first().map_or(console.get_program(), |it| it.as_ref()));
        if !surroundings.is_empty() {
            command.args(&surroundings[1..]).arg(console.get_program());
        }
        let outcome = bed.run(command.args(console.get_args()).args(words)).expect_code(3);
        for lie in ["HEALTHY", "IDLE", "is free", "No cleanup needed", "No run_ws_shim", "ended "] {
            assert!(!outcome.stdout.contains(lie), "`{lie}` in {outcome}");
        }
        if words == ["status", "--json"] {
            assert_eq!(outcome.json()["verdict"], "unseen", "{outcome}");
        } else if words.contains(&"--json") {
            let cleanup = outcome.json();
            assert_eq!(cleanup["planned"], serde_json::json!([]), "{outcome}");
            // Where one may ask about the port as well, that is what cannot be seen.
            assert!(more.is_none() || cleanup["port"]["free"] != true, "{outcome}");
            assert_eq!(cleanup["ended"].as_array().map_or(0, Vec::len), 0, "{outcome}");
        }
    }
}

/// An orphan of the ordinary user.
#[track_caller]
fn his_orphan(bed: &Bed) -> Identity {
    let (mut client, shim) = bed.client_of_nobody(&["--stdio", "--deaf"]);
    client.kill_hard();
    shim.process
}

/// A container: its first process, called as one of those that take in orphans, and what keeps it.
#[track_caller]
fn container(bed: &Bed, orders: &str) -> (Identity, Spawned) {
    let (init, file) = (bed.folder("bin").join("tini"), bed.path("orders"));
    copy_program(Path::new("/bin/bash"), &init);
    fs::write(&file, orders).unwrap();
    let mut command = bed.command("unshare");
    command.args(["--pid", "--mount-proc", "--fork", "--kill-child"]).arg(init).arg(file);
    let keeps = Spawned::start(&mut command);
    let first = eventually_some("the container runs", PATIENCE, || {
        let children = fs::read_to_string(format!("/proc/{0}/task/{0}/children", keeps.pid())).ok()?;
        Identity::of(children.trim().parse().ok()?)
    });
    eventually("its first process runs", PATIENCE, || !first.comm().starts_with("unshare"));
    (first, keeps)
}

#[track_caller]
fn mount(bed: &Bed, line: &str) {
    assert!(bed.command("sh").args(["-c", line]).status().unwrap().success(), "{line}: {}", bed.complaints());
}
