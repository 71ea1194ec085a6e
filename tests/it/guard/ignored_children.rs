//! A client that ignores the ends of its children hands that on: the guard hears of its server's end all the same.
#![expect(unsafe_code, reason = "signals are ignored by a call of the system")]

use std::fs;
use std::process::Command;

use crate::guard::scene::{Kind, Scene, Streams};

fn ignore_children(command: &mut Command) {
    // SAFETY: one system call is made between fork and exec.
    unsafe {
        std::os::unix::process::CommandExt::pre_exec(command, || {
            libc::signal(libc::SIGCHLD, libc::SIG_IGN);
            Ok(())
        });
    }
}

#[test]
fn everybody_goes_and_the_code_is_kept() {
    let scene = Scene::new();
    for streams in Streams::BOTH {
        for kind in [Kind::Polite, Kind::Deaf, Kind::Family, Kind::Crashing] {
            let mut guarded = scene.plan(kind.word()).streams(streams).with(ignore_children).start();
            let status = fs::read_to_string(format!("/proc/{}/status", guarded.server().pid)).unwrap();
            let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:")).unwrap();
            let ignored = u64::from_str_radix(ignored.trim(), 16).unwrap();
            assert_ne!(ignored & (1 << (libc::SIGCHLD - 1)), 0, "the server finds what the client has set");
            guarded.input = None;
            guarded.is_gone_in_time(kind);
            assert_eq!(guarded.code(), kind.code_at_the_end_of_input());
            scene.is_empty();
        }
    }
}
