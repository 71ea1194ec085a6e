//! Leases that are broken, half-written, or not files at all: who is guarded stays so, and nobody waits.

use std::fs;
use std::os::unix::fs::symlink;

use crate::faults::{a_guarded_client, lease_of, system};
use crate::support::bed::Bed;
use crate::support::own::in_own_world;
use crate::support::{PATIENCE, eventually};

#[test]
fn a_broken_lease_makes_no_orphan_and_its_guard_still_guards() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let keeper = bed.keeper(3005);
        let client = a_guarded_client(&bed, &keeper);
        let shim = client.shim();
        let path = lease_of(&keeper);
        keeper.run(&["status"]).expect_code(0);
        let whole = fs::read(&path).unwrap();
        let lying = |change: fn(&mut serde_json::Value)| {
            let mut lease = serde_json::from_slice(&whole).unwrap();
            change(&mut lease);
            lease.to_string().into_bytes()
        };
        // No pid is as high: its client, or its server, or both, would have ended long ago.
        let client_ended = lying(|lease| lease["client"]["pid"] = 4_194_304.into());
        let server_ended = lying(|lease| lease["server"]["pid"] = 4_194_304.into());
        let another_boot = lying(|lease| lease["guard"]["boot"] = 7.into());
        let half = whole[..whole.len() / 2].to_vec();
        for bytes in
            [vec![], half, b"\0\xff\xfe".to_vec(), b"null".to_vec(), client_ended, server_ended, another_boot]
        {
            fs::write(&path, &bytes).unwrap();
            keeper.run(&["status", "--json"]).expect_code(0).json();
            keeper.run(&["cleanup"]).expect_code(0);
            keeper.run(&["cleanup", "--duplicates"]);
            assert!(shim.lives(), "ended because of a lease of {} bytes", bytes.len());
        }
        client.kill_hard();
        eventually("the server goes with its client", PATIENCE, || !shim.lives());
    });
}

#[test]
fn what_is_no_file_keeps_nobody_waiting() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let keeper = bed.keeper(3005);
        let client = a_guarded_client(&bed, &keeper);
        let shim = client.shim();
        let path = lease_of(&keeper);
        let folder = path.parent().unwrap();
        let at = |name: &str| folder.join(name).display().to_string();
        system(&bed, "mkfifo", &[&at("1-1.json"), &at("2-2.sock")]);
        system(&bed, "truncate", &["--size=1T", &at("3-3.json")]);
        symlink("/dev/zero", folder.join("4-4.json")).unwrap();
        symlink("5-5.json", folder.join("5-5.json")).unwrap();
        fs::create_dir(folder.join("6-6.json")).unwrap();
        fs::write(folder.join("7-7.json"), "[".repeat(60_000)).unwrap();
        fs::remove_file(&path).unwrap();
        symlink("/dev/zero", &path).unwrap();
        for arguments in [&["status"][..], &["cleanup"], &["doctor"], &["free"]] {
            let outcome = keeper.run(arguments);
            assert!(matches!(outcome.code, Some(0 | 1 | 3)), "{outcome}");
        }
        assert!(shim.lives());
        client.kill_hard();
        eventually("the server goes with its client", PATIENCE, || !shim.lives());
    });
}
