//! A token of a real shim is in nothing that the tray shows, tells, writes or answers, and in no guard's lease.

use std::fs;

use crate::desktop::stage::{GREEN, RED, Tray, icon_turns};
use crate::faults::{guarded, lease_of};
use crate::support::bed::Bed;
use crate::support::desktop::on_a_desktop;
use crate::support::{PATIENCE, eventually};

const IN_OPTION: &str = "hunter2";
const IN_ARGUMENT: &str = "plainpassword";
const IN_ENVIRONMENT: &str = "whisper-in-the-environment";
const ALL: [&str; 3] = [IN_OPTION, IN_ARGUMENT, IN_ENVIRONMENT];

#[test]
fn a_token_reaches_no_toast_no_menu_no_log_and_no_json() {
    on_a_desktop(|| {
        let bed = Bed::with_the_real_name();
        let desktop = bed.desktop();
        let keeper = bed.keeper(3005);
        let tray = Tray::start(&bed, &desktop, &keeper);
        let mut said = String::new();
        let mut menus = Vec::new();
        let mut hear = |desktop: &crate::support::desktop::Desktop<'_>, pid| {
            menus.extend(desktop.menu_layout(pid));
        };
        let argument = format!("EXAI_TOKEN={IN_ARGUMENT}");
        let client = bed
            .client()
            .on_port(3005)
            .with(&["--token", IN_OPTION, &argument])
            .with_variable("EXAI_TOKEN", IN_ENVIRONMENT)
            .start();
        let shim = client.shim();
        icon_turns(&desktop, GREEN, "secrets-healthy");
        hear(&desktop, tray.pid());
        let command_line = fs::read_to_string(format!("/proc/{}/cmdline", shim.pid())).unwrap();
        assert!(command_line.contains(IN_OPTION) && command_line.contains(IN_ARGUMENT));
        client.kill_hard();
        icon_turns(&desktop, RED, "secrets-orphaned");
        hear(&desktop, tray.pid());
        said += &keeper.run(&["status", "--json"]).to_string();
        desktop.toast_about("Orphaned MCP server holds port 3005");
        desktop.menu_click(tray.pid(), "Clean up 1 orphan");
        eventually("the orphan is gone", PATIENCE, || !shim.lives());
        desktop.menu_click(tray.pid(), "About");
        eventually("it has told what it has done", PATIENCE, || desktop.toasts().len() >= 2);
        hear(&desktop, tray.pid());
        eventually("it is logged", PATIENCE, || keeper.log().contains(&format!("pid={}", shim.pid())));
        desktop.menu_quit(tray.pid());
        let told = (desktop.toasts(), tray.end(), menus);
        let said = format!("{said}{told:?}{}", keeper.log());

        assert!(said.contains(&shim.pid().to_string()), "it is told of this shim: {said}");
        for secret in ALL {
            assert!(!said.contains(secret), "`{secret}` is given away: {said}");
        }
    });
}

#[test]
fn a_guards_lease_and_log_hold_no_token() {
    crate::support::own::in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let keeper = bed.keeper(3005);
        let argument = format!("EXAI_TOKEN={IN_ARGUMENT}");
        let client = guarded(&bed, &keeper)
            .with(&["--token", IN_OPTION, &argument])
            .with_variable("EXAI_TOKEN", IN_ENVIRONMENT)
            .start();
        let (guard, server) = (client.children()[0], client.shim().process);
        for process in [guard, server] {
            assert!(process.command_line().contains(IN_OPTION), "{}", process.command_line());
            assert!(process.command_line().contains(&argument), "{}", process.command_line());
            let environment = fs::read(format!("/proc/{}/environ", process.pid)).unwrap();
            assert!(String::from_utf8_lossy(&environment).contains(IN_ENVIRONMENT));
        }
        let mut said = fs::read_to_string(lease_of(&keeper)).unwrap();
        assert!(said.contains(&server.pid.to_string()), "it is the lease of this one: {said}");
        for arguments in [&["-v", "status"][..], &["status", "--json"], &["doctor"], &["free"]] {
            said += &keeper.run(arguments).to_string();
        }
        client.kill_hard();
        eventually("the server goes with its client", PATIENCE, || !server.lives());
        eventually("the guard goes", PATIENCE, || !guard.lives());
        assert!(keeper.log().contains(&server.pid.to_string()), "{}", keeper.log());
        let home = keeper.home().display().to_string();
        // Behind the guard and refused: the complaint names the command.
        let mut command = bed.command(env!("CARGO_BIN_EXE_shimkeeper"));
        command.args(["--home", &home, "guard", "--", "/no/such/program", "--token", IN_OPTION]);
        command.arg(argument).env("EXAI_TOKEN", IN_ENVIRONMENT);
        let refused = bed.run(&mut command);
        assert!(refused.stderr.contains("/no/such/program"), "{refused}");
        said += &(refused.stdout + &refused.stderr + &keeper.log());
        for secret in ALL {
            assert!(!said.contains(secret), "`{secret}` is given away: {said}");
        }
    });
}
