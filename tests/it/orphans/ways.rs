//! Servers that no script and no port tell: modules, packages, programs, and one script in two roles.
//!
//! In each story one client is killed hard and another one lives, and beside them stands an orphan that is something else.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::orphans::{how_ended, instances};
use crate::support::bed::{Bed, copy_program, python};
use crate::support::client::Client;
use crate::support::identity::Identity;
use crate::support::keeper::Keeper;
use crate::support::own::can_run;
use crate::support::{PATIENCE, eventually};

const WAIT: &str = "import threading; threading.Event().wait(300)";
const WAIT_IN_NODE: &str = "setTimeout(() => {}, 300000);";

#[test]
fn an_orphan_that_runs_as_a_module_is_ended_and_neither_its_living_twin_nor_another_module() {
    let bed = Bed::new();
    let package = bed.folder("zz_pkg");
    for module in ["server.py", "other.py"] {
        fs::write(package.join(module), WAIT).unwrap();
    }
    let run = |module: &str| bed.client_of(&[python().to_str().unwrap(), "-u", "-m", module]);
    tell(
        &bed,
        "module = \"zz_pkg.server\"",
        [run("zz_pkg.server"), run("zz_pkg.server"), run("zz_pkg.other")],
    );
}

#[test]
fn an_orphan_that_is_a_program_is_told_by_its_arguments() {
    let bed = Bed::new();
    let program = bed.folder("bin").join("zz-mcp-server");
    copy_program(Path::new("/usr/bin/sleep"), &program);
    let run = |seconds: &str| bed.client_of(&[program.to_str().unwrap(), seconds]);
    let watch = "program = \"zz-mcp-server\"\nargs = [\"300\"]";
    tell(&bed, watch, [run("300"), run("300"), run("301")]);
}

#[test]
fn one_script_is_a_server_in_one_role_and_somebodys_work_in_the_other() {
    if !can_run(&one_script_is_a_server_in_one_role_and_somebodys_work_in_the_other, &["node"]) {
        return;
    }
    let bed = Bed::new();
    let script = bed.folder("zz-tool").join("index.js");
    fs::write(&script, WAIT_IN_NODE).unwrap();
    let run = |order: &str| bed.client_of(&["node", script.to_str().unwrap(), order]);
    let watch = "script = \"zz-tool/index.js\"\nargs = [\"mcp\"]";
    tell(&bed, watch, [run("mcp"), run("mcp"), run("analyze")]);
}

#[test]
fn a_package_behind_its_runner_and_a_shell_is_one_orphan_and_goes_as_a_whole() {
    if !can_run(&a_package_behind_its_runner_and_a_shell_is_one_orphan_and_goes_as_a_whole, &["node"]) {
        return;
    }
    let bed = Bed::new();
    // What npx does once the package is in its cache.
    let runner = bed.folder("bin").join("npx");
    let starts = "const { spawn } = require('child_process');\n\
        const [, , , pkg, ...args] = process.argv;\n\
        const file = `${__dirname}/../node_modules/${pkg}/dist/run.js`;\n\
        spawn('sh', ['-c', `node '${file}' ${args.join(' ')}; true`], { stdio: 'inherit' });\n";
    fs::write(&runner, starts).unwrap();
    for package in ["server", "other"] {
        let folder = bed.folder("node_modules").join("@zz").join(package).join("dist");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("run.js"), WAIT_IN_NODE).unwrap();
    }
    let run = |package: &str| bed.client_of(&["node", runner.to_str().unwrap(), "-y", package, "stdio"]);
    let clients = [run("@zz/server"), run("@zz/server"), run("@zz/other")];
    let servers = || {
        bed.living().into_iter().filter(|one| {
            one.command_line().starts_with("node ") && one.command_line().contains("dist/run.js")
        })
    };
    eventually("the servers run", PATIENCE, || servers().count() == 3);
    let ours: Vec<Identity> = servers().filter(|one| one.command_line().contains("@zz/server")).collect();
    tell(&bed, "package = \"@zz/server@1.2\"\nargs = [\"stdio\"]", clients);
    assert_eq!(ours.iter().filter(|one| one.lives()).count(), 1, "the living client's");
    assert_eq!(servers().count(), 2);
}

/// Kills the first client, and the last one, whose server is something else; then looks, cleans up, and looks again.
#[track_caller]
fn tell(bed: &Bed, watch: &str, clients: [Client; 3]) {
    let tops = clients.each_ref().map(|client| client.children()[0]);
    let keeper = configured(bed, watch);
    eventually("both servers are seen, and nothing else", PATIENCE, || {
        let status = keeper.run(&["status", "--json"]).json();
        instances(&status).len() == 2 && status["verdict"] == "healthy"
    });
    let [lost, kept, other] = clients;
    lost.kill_hard();
    other.kill_hard();

    let status = keeper.run(&["status", "--json"]).expect_code(1).json();
    assert_eq!((&status["verdict"], &status["watches"][0]["port"]), (&Value::from("orphaned"), &Value::Null));
    let seen: Vec<&Value> = instances(&status).into_iter().map(|instance| &instance["state"]).collect();
    assert!(seen.len() == 2 && seen.contains(&&Value::from("orphan")), "{status:#}");

    let cleanup = keeper.run(&["cleanup", "--json"]).expect_code(0).json();
    assert!(how_ended(&cleanup, tops[0].pid).is_some(), "{cleanup:#}");
    assert_eq!(cleanup["port"], Value::Null, "{cleanup:#}");
    assert!(!tops[0].lives() && tops[1].lives() && tops[2].lives(), "{cleanup:#}");

    // What has neither script nor port is explained wherever it could be asked for.
    keeper.run(&["status"]).expect_code(0).says("runs");
    keeper.run(&["free", "--yes"]).expect_code(2).complains("no watch has a port");
    keeper.run(&["restart"]).expect_code(1).complains("restart it in the client");
    keeper.run(&["start"]).expect_code(2).complains("`command`");
    let doctor = keeper.run(&["doctor", "--json"]);
    assert!(!doctor.stdout.contains("\"what\": \"port\""), "{doctor}");
    drop(kept);
}

fn configured<'a>(bed: &'a Bed, watch: &str) -> Keeper<'a> {
    let keeper = bed.keeper(1);
    keeper.configure(format!(
        "orphan_grace = \"0s\"\nstop_grace = \"1s\"\n[[watch]]\nname = \"zz\"\n{watch}\n"
    ));
    keeper
}
