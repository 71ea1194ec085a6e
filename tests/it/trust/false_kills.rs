//! What cleaners of other projects ended by mistake, as far as no other test here plays it.

use std::fs;
use std::path::PathBuf;

use crate::support::bed::{Bed, python};
use crate::support::client::{Shim, read_ready_file};
use crate::support::identity::Identity;
use crate::support::keeper::Keeper;
use crate::support::own::{can_run, in_own_world};
use crate::support::{PATIENCE, eventually};
use crate::trust::{ended, instance, instances};

const WAIT: &str = "import threading; threading.Event().wait(300)";

/// Looks and cleans up, also among duplicates, and nothing happens.
#[track_caller]
fn all_is_well(keeper: &Keeper<'_>) {
    let status = keeper.run(&["status", "--json"]).expect_code(0).json();
    assert_eq!(instances(&status).len(), 1, "{status:#}");
    let cleanup = keeper.run(&["cleanup", "--duplicates", "--json"]).expect_code(0).json();
    assert_eq!(ended(&cleanup), [0; 0], "{cleanup:#}");
}

/// A server may count each connection as a client, or log it.
#[test]
fn no_look_connects_to_the_port() {
    if !can_run(&no_look_connects_to_the_port, &["strace"]) {
        return;
    }
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let _client = bed.client().on_port(3005).start();
        let keeper = bed.keeper(3005);
        for words in [&["status"][..], &["status", "--json"], &["cleanup"], &["free"], &["doctor"]] {
            let (console, mut strace, calls) = (keeper.console(), bed.command("strace"), bed.fresh("calls"));
            strace.args(["-f", "-qq", "-e", "trace=connect,sendto,sendmsg,socket", "-o"]).arg(&calls);
            bed.run(strace.arg(console.get_program()).args(console.get_args()).args(words));
            let calls = fs::read_to_string(calls).unwrap();
            assert!(calls.contains("socket("), "nothing was traced: {calls}");
            let mut connects = calls.lines().filter(|line| line.contains("connect("));
            assert_eq!(connects.find(|line| line.contains("AF_INET")), None, "{words:?}");
        }
    });
}

#[test]
fn a_program_in_a_folder_of_the_shims_name() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let program = bed.folder("projects/run_ws_shim.py").join("other.py");
        fs::write(&program, WAIT).unwrap();
        let client = bed.client_of(&[python(), &program]);
        let bystander = client.children()[0];
        eventually("it runs", PATIENCE, || bystander.command_line().contains("run_ws_shim.py/other.py"));
        client.kill_hard();
        let keeper = bed.keeper(3005);
        keeper.run(&["cleanup"]).expect_code(0).says("No run_ws_shim processes found");
        assert!(bystander.lives());
    });
}

#[test]
fn a_connection_that_goes_out_from_the_watched_port() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let code = "import socket, threading\n\
                    server = socket.create_server(('127.0.0.1', 0))\n\
                    address = server.getsockname()\n\
                    browser = socket.create_connection(address, source_address=('127.0.0.1', 3005))\n\
                    held = server.accept()\n\
                    open('connected', 'w').close()\n\
                    threading.Event().wait(300)";
        let client = bed.client_of(&[python().to_str().unwrap(), "-c", code]);
        eventually("it is connected", PATIENCE, || bed.path("connected").exists());
        let keeper = bed.keeper(3005);
        // The port cannot be had, and yet whoever has it is ended by nobody.
        let status = keeper.run(&["status", "--json"]).expect_code(1).json();
        assert_eq!(status["verdict"], "blocked", "{status:#}");
        let browser = client.children()[0];
        let pid = browser.pid.to_string();
        assert!(!keeper.run(&["free"]).expect_code(1).stdout.contains("is free"));
        keeper.run(&["free", "--pid", &pid, "--yes"]).expect_code(1);
        keeper.run(&["cleanup"]).expect_code(1);
        assert!(browser.lives());
    });
}

#[test]
fn the_terminal_in_which_somebody_works_with_the_shim() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let (ready, rc) = (bed.fresh("shim"), bed.path("rc"));
        let shim = bed.path(bed.script());
        let line = format!("{} {} --ready-file {}", python().display(), shim.display(), ready.display());
        fs::write(&rc, line).unwrap();
        // A terminal with a shell in it, in which somebody has typed that line.
        let code = "import pty, sys; pty.spawn(sys.argv[1:])";
        let words = [python().to_str().unwrap(), "-c", code, "bash", "--rcfile", rc.to_str().unwrap(), "-i"];
        let desk = bed.client_of(&words);
        let shim = Shim::from_ready_file(&ready);
        let shell = Identity::of(shim.process.parent().unwrap()).unwrap();
        let terminal = desk.children()[0];
        assert_eq!((shell.comm().as_str(), shell.parent()), ("bash", Some(terminal.pid)));
        let keeper = bed.keeper(shim.port());
        all_is_well(&keeper);
        assert!([terminal, shell, shim.process].iter().all(|process| process.lives()));
        // Its port is the user's to free, and only by name.
        let port = shim.port().to_string();
        keeper.run(&["free", &port, "--pid", &shell.pid.to_string(), "--yes"]).expect_code(1);
        assert!([terminal, shell, shim.process].iter().all(|process| process.lives()));
    });
}

#[test]
fn a_probe_of_one_second_and_the_server_beside_it() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let client = bed.client().stdio().twice().letting_go().start();
        let keeper = bed.keeper(3005);
        let text = fs::read_to_string(keeper.home().join("config.toml")).unwrap();
        keeper.configure(text.replace("orphan_grace = \"0s\"", "orphan_grace = \"1m\""));
        let cleanup = keeper.run(&["cleanup", "--duplicates", "--json"]).expect_code(3).json();
        assert_eq!(ended(&cleanup), [0; 0], "{cleanup:#}");
        assert!(client.shims().iter().all(|shim| shim.lives()));
    });
}

#[test]
fn the_healthy_half_of_a_venv_pair() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        fs::copy(bed.path("run_ws_shim.py"), bed.path("real.py")).unwrap();
        // As the redirector of a venv does: the same command line once more, and waits for it.
        let pair = "import os, runpy, subprocess, sys\n\
                    if 'HALF' in os.environ:\n    \
                        runpy.run_path('real.py', run_name='__main__')\n\
                    else:\n    \
                        half = {**os.environ, 'HALF': '1'}\n    \
                        sys.exit(subprocess.call([sys.executable, '-u', *sys.argv], env=half))\n";
        fs::write(bed.path("run_ws_shim.py"), pair).unwrap();
        let client = bed.client().stdio().start();
        let (outer, inner) = (client.children()[0], client.shim().process);
        assert_eq!((inner.parent(), inner.command_line()), (Some(outer.pid), outer.command_line()));
        let keeper = bed.keeper(3005);
        all_is_well(&keeper);
        assert!(outer.lives() && inner.lives());
        // Left behind, it goes whole.
        client.kill_hard();
        let cleanup = keeper.run(&["cleanup", "--json"]).expect_code(0).json();
        let mut both = [outer.pid, inner.pid];
        both.sort_unstable();
        assert_eq!(ended(&cleanup), both, "{cleanup:#}");
    });
}

#[test]
fn whoever_started_the_cleanup() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let keeper = bed.keeper(3005);
        // An orphaned shim that cleans up: everything speaks against it, but that we are its child.
        let shim = "import json, os, subprocess, threading, time\n\
                    import shimlib\n\
                    shimlib.live_at_most()\n\
                    shimlib.write_ready(os.environ['SHIM_READY_FILE'], {'pid': os.getpid()})\n\
                    while not os.path.exists('go'): time.sleep(0.02)\n\
                    done = subprocess.run(json.load(open('go')), capture_output=True, text=True)\n\
                    shimlib.write_ready('done', {'code': done.returncode, 'out': done.stdout})\n\
                    threading.Event().wait()\n";
        fs::write(bed.path("run_ws_shim.py"), shim).unwrap();
        let client = bed.client().start();
        let orphan = client.shim();
        client.kill_hard();
        let home = keeper.home().to_str().unwrap();
        let words = [env!("CARGO_BIN_EXE_shimkeeper"), "--home", home, "cleanup", "--json"];
        fs::write(bed.path("go.new"), serde_json::to_string(&words).unwrap()).unwrap();
        fs::rename(bed.path("go.new"), bed.path("go")).unwrap();
        let done = read_ready_file(&bed.path("done"));
        assert_eq!(done["code"], 1, "{done:#}");
        let cleanup: serde_json::Value = serde_json::from_str(done["out"].as_str().unwrap()).unwrap();
        assert_eq!(ended(&cleanup), [0; 0], "{cleanup:#}");
        assert_eq!(cleanup["refused"][0]["pid"], orphan.pid(), "{cleanup:#}");
        assert!(orphan.lives());
        // Nobody else has a reason to spare it.
        assert_eq!(ended(&keeper.run(&["cleanup", "--json"]).expect_code(0).json()), [orphan.pid()]);
    });
}

#[test]
fn our_own_guard_and_the_server_that_it_keeps() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let keeper = bed.keeper(3005);
        let ready = bed.fresh("guarded");
        let shim: PathBuf = bed.path(bed.script());
        let home = keeper.home().to_str().unwrap();
        let words = [env!("CARGO_BIN_EXE_shimkeeper"), "--home", home, "guard", "--"];
        let server = [python().to_str().unwrap(), "-u", shim.to_str().unwrap(), "--stdio", "--ready-file"];
        let client = bed.client_of(&[&words[..], &server, &[ready.to_str().unwrap()]].concat());
        let shim = Shim::from_ready_file(&ready);
        let guard = client.children()[0];
        let all = bed.living();
        all_is_well(&keeper);
        let status = keeper.run(&["status", "--json"]).expect_code(0).json();
        assert_eq!(instance(&status, guard.pid)["state"], "attached", "{status:#}");
        assert!(shim.lives() && all.iter().all(|process| process.lives()), "{all:?}");
    });
}
