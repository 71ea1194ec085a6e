//! Locks of the dead, and configurations that are replaced as editors and dotfile managers do.

use std::fs;
use std::os::unix::fs::symlink;

use crate::desktop::stage::{GREEN, GREY, RED, Tray, icon_turns};
use crate::faults::script;
use crate::support::bed::Bed;
use crate::support::desktop::on_a_desktop;
use crate::support::spawned::Spawned;
use crate::support::{PATIENCE, eventually};

#[test]
fn the_lock_of_a_killed_tray_keeps_nobody_out_and_the_lock_of_a_living_one_does() {
    on_a_desktop(|| {
        let bed = Bed::with_the_real_name();
        let desktop = bed.desktop();
        let keeper = bed.keeper(3005);
        let first = Tray::start(&bed, &desktop, &keeper);
        desktop.menu_layout(first.pid());
        first.kill_hard();
        assert!(keeper.home().join("tray.lock").exists() && keeper.home().join("tray.sock").exists());

        let mut second = Tray::start(&bed, &desktop, &keeper);
        desktop.menu_layout(second.pid());
        eventually("it can be reached", PATIENCE, || Tray::start(&bed, &desktop, &keeper).end().0 == Some(0));
        assert!(second.lives());
    });
}

#[test]
fn the_lock_of_a_killed_mcp_keeps_nobody_out_and_the_lock_of_a_living_one_does() {
    let bed = Bed::new();
    let keeper = bed.keeper(1);
    let (lock, taken, project) = (keeper.home().join("mcp.lock"), bed.path("taken"), bed.folder("project"));
    let config = project.join(".mcp.json");
    let text = r#"{"mcpServers":{"one":{"command":"python3","args":["run_ws_shim.py"]}}}"#;
    fs::write(&config, text).unwrap();
    let holds = "import fcntl, sys, time\n\
                 lock = open(sys.argv[1], 'w')\n\
                 fcntl.flock(lock, fcntl.LOCK_EX)\n\
                 open(sys.argv[2], 'w').close()\n\
                 time.sleep(300)";
    let mut holder = Spawned::start(script(&bed, holds).args([&lock, &taken]));
    eventually("the lock is taken", PATIENCE, || taken.exists());
    let wrap = ["mcp", "wrap", "--all", "--file", config.to_str().unwrap()];
    let waited = keeper.run(&wrap);
    assert_ne!(waited.code, Some(0), "{waited}");
    waited.complains("mcp.lock");
    assert_eq!(fs::read_to_string(&config).unwrap(), text);

    holder.kill_hard();
    assert!(lock.exists());
    keeper.run(&wrap).expect_code(0);
    assert!(fs::read_to_string(&config).unwrap().contains("guard"));
}

#[test]
fn a_configuration_that_is_replaced_is_read_and_a_broken_one_changes_nothing() {
    on_a_desktop(|| {
        // Port and script are others than without a configuration, so that the old one is told from none.
        let bed = Bed::new();
        let desktop = bed.desktop();
        let keeper = bed.keeper_with(3007, "protect = [\"spared=yes\"]");
        let mut tray = Tray::start(&bed, &desktop, &keeper);
        let client = bed.client().on_port(3007).start();
        icon_turns(&desktop, GREEN, "replaced-1-healthy");
        let config = keeper.home().join("config.toml");
        let good = fs::read_to_string(&config).unwrap();

        // As editors save.
        let aside = keeper.home().join("config.toml~");
        fs::write(&aside, good.replace("3007", "3008").replace("run_ws_shim", "other")).unwrap();
        fs::rename(&aside, &config).unwrap();
        eventually("the new one is in use", PATIENCE, || {
            desktop.menu_layout(tray.pid())[0].label.contains("port 3008 is free")
        });
        // The icon comes after the menu: green below is another green than above.
        icon_turns(&desktop, GREY, "replaced-2-idle");
        // As dotfile managers do.
        fs::create_dir(keeper.home().join("dotfiles")).unwrap();
        fs::write(keeper.home().join("dotfiles/config.toml"), &good).unwrap();
        symlink("dotfiles/config.toml", &aside).unwrap();
        fs::rename(&aside, &config).unwrap();
        icon_turns(&desktop, GREEN, "replaced-2-healthy-by-a-link");

        // Half of a file, something else than a file, a link to nowhere: one toast each, and never green. Each in one
        // piece: a moment without a file, or with an empty one, would be a configuration as well.
        let link_to = |what: &str| {
            symlink(what, &aside).unwrap();
            fs::rename(&aside, &config).unwrap();
        };
        let mut told = 0;
        let half = &good[..good.find("port =").unwrap() + 5];
        fs::write(&aside, half).unwrap();
        fs::rename(&aside, &config).unwrap();
        let mut is_told = |what: &str| {
            told += 1;
            eventually(what, PATIENCE, || {
                let toasts = desktop.toasts();
                let about = toasts.iter().filter(|it| it.summary.contains("The configuration does not load"));
                about.count() == told
            });
            icon_turns(&desktop, GREY, "replaced-3-broken");
        };
        is_told("half a file is told");
        link_to("dotfiles");
        is_told("a folder is told");
        link_to("nowhere.toml");
        is_told("a link to nowhere is told");

        // All the while the old one holds, with what it protects.
        let spared = bed.client().stdio().with(&["spared=yes"]).start();
        let protected = spared.shim();
        spared.kill_hard();
        let orphan = client.shim();
        client.kill_hard();
        icon_turns(&desktop, RED, "replaced-4-orphaned");
        desktop.toast_about("Orphaned MCP server holds port 3007");
        desktop.menu_click(tray.pid(), "Clean up 1 orphan");
        eventually("the orphan is gone", PATIENCE, || !orphan.lives());
        icon_turns(&desktop, GREY, "replaced-5-broken");
        assert!(protected.lives(), "ended although the old configuration protects it");
        let _client = bed.client().on_port(3007).start();

        fs::remove_file(&config).unwrap();
        fs::write(&config, good).unwrap();
        icon_turns(&desktop, GREEN, "replaced-6-mended");
        assert!(tray.lives());
    });
}
