//! Signals to the guard reach the server, each of them once.
#![expect(unsafe_code, reason = "an alarm is set by a call of the system")]

use std::fs;
use std::time::Duration;

use rustix::process::Signal;

use crate::guard::scene::{Guarded, Scene, Streams};
use crate::support::{PATIENCE, eventually, stays_so};

/// The numbers of the signals that a `counting` server got, in order.
pub(crate) fn heard(guarded: &Guarded) -> Vec<i32> {
    let file = format!("{}.signals", guarded.ready.display());
    let text = fs::read_to_string(file).unwrap_or_default();
    text.lines().map(|line| line.parse().unwrap()).collect()
}

#[track_caller]
pub(crate) fn hears(guarded: &Guarded, signals: &[i32]) {
    eventually("the server hears something", PATIENCE, || heard(guarded).len() >= signals.len());
    assert_eq!(heard(guarded), signals, "{}", guarded.complaints());
}

#[test]
fn each_reaches_the_server_once() {
    for streams in Streams::BOTH {
        let scene = Scene::slow();
        for signal in [Signal::HUP, Signal::TERM, Signal::INT, Signal::QUIT] {
            if is_ignored(std::process::id(), signal) {
                // Whoever runs the tests ignores it, and so does what they start.
                continue;
            }
            let guarded = scene.plan("counting").streams(streams).start();
            // These two are nothing to end for.
            guarded.outer.signal(Signal::USR1);
            hears(&guarded, &[libc::SIGUSR1]);
            guarded.outer.signal(Signal::USR2);
            hears(&guarded, &[libc::SIGUSR1, libc::SIGUSR2]);
            guarded.outer.signal(signal);
            let all = [libc::SIGUSR1, libc::SIGUSR2, signal.as_raw()];
            hears(&guarded, &all);
            let once = || heard(&guarded) == all;
            stays_so("each signal was heard once", Duration::from_millis(150), once);
        }
    }
}

#[test]
fn what_is_no_request_to_end_is_the_servers_affair() {
    let all = [
        Signal::ALARM,
        Signal::VTALARM,
        Signal::PROF,
        Signal::IO,
        Signal::POWER,
        Signal::WINCH,
        Signal::CONT,
    ];
    for streams in Streams::BOTH {
        let scene = Scene::slow();
        let guarded = scene.plan("counting").streams(streams).start();
        let mut expected = Vec::new();
        for signal in all {
            guarded.outer.signal(signal);
            expected.push(signal.as_raw());
            hears(&guarded, &expected);
        }
        stays_so("each was heard once", Duration::from_millis(150), || {
            heard(&guarded) == expected && guarded.outer.lives() && guarded.keeper.lives()
        });
    }
}

#[test]
fn an_alarm_that_was_set_before_an_exec_reaches_the_server() {
    let scene = Scene::slow();
    let guarded = scene
        .plan("counting")
        .with(|command| {
            // SAFETY: one system call is made between fork and exec.
            unsafe {
                std::os::unix::process::CommandExt::pre_exec(command, || {
                    libc::alarm(2);
                    Ok(())
                });
            }
        })
        .start();
    hears(&guarded, &[libc::SIGALRM]);
}

#[test]
fn a_group_of_processes_that_is_told_passes_it_on_once() {
    let scene = Scene::slow();
    let guarded = scene
        .plan("counting")
        .with(|command| {
            std::os::unix::process::CommandExt::process_group(command, 0);
        })
        .start();
    let group = i32::try_from(guarded.outer.pid).ok().and_then(rustix::process::Pid::from_raw).unwrap();
    rustix::process::kill_process_group(group, Signal::TERM).unwrap();
    hears(&guarded, &[libc::SIGTERM]);
    stays_so("it was heard once", Duration::from_millis(150), || heard(&guarded) == [libc::SIGTERM]);
}

#[test]
fn what_is_ignored_by_whoever_started_the_guard_ends_nobody() {
    let scene = Scene::new();
    for streams in Streams::BOTH {
        let mut guarded = scene.plan("polite").streams(streams).behind("nohup", &[]).start_by_a_client();
        guarded.outer.signal(Signal::HUP);
        guarded.keeper.signal(Signal::HUP);
        let all_live = || guarded.outer.lives() && guarded.keeper.lives() && guarded.server().lives();
        stays_so("everybody lives", Duration::from_millis(200), all_live);
        assert!(is_ignored(guarded.server().pid, Signal::HUP), "the server ignores it, too");
        guarded.process.kill_hard();
        guarded.is_gone_in_time(crate::guard::scene::Kind::Polite);
    }
}

fn is_ignored(pid: u32, signal: Signal) -> bool {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:")).unwrap();
    let mask = u64::from_str_radix(mask.trim(), 16).unwrap();
    mask & (1 << (signal.as_raw() - 1)) != 0
}

#[test]
fn a_request_to_end_takes_the_whole_family() {
    for signal in [Signal::TERM, Signal::USR1, Signal::HUP] {
        let scene = Scene::new();
        for streams in Streams::BOTH {
            let mut guarded = scene.guard(crate::guard::scene::Kind::Family, streams);
            guarded.outer.signal(signal);
            guarded.is_gone_in_time(crate::guard::scene::Kind::Family);
            assert_eq!(guarded.code(), 128 + signal.as_raw());
        }
        scene.is_empty();
    }
}
