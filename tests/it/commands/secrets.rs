//! What is secret in a command line or an environment is in nothing that we say or write.

use std::fs;

use crate::support::bed::Bed;
use crate::support::client::Shim;
use crate::support::own::in_own_world;

const IN_OPTION: &str = "hunter2";
const IN_ARGUMENT: &str = "plainpassword";
const IN_ENVIRONMENT: &str = "whisper-in-the-environment";
const IN_FILE: &str = "whisper-in-the-env-file";

#[test]
fn no_command_gives_a_secret_away() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let argument = format!("EXAI_TOKEN={IN_ARGUMENT}");
        let client = bed
            .client()
            .on_port(3005)
            .with(&["--token", IN_OPTION, &argument])
            .with_variable("EXAI_TOKEN", IN_ENVIRONMENT)
            .with_variable("SHIM_TEST_TOKEN", IN_ENVIRONMENT)
            .start();
        let (shim, ready) = (client.shim(), client.shim_ready());
        let env_file = bed.path("secret.env");
        fs::write(&env_file, format!("SHIM_TEST_MORE={IN_FILE}\n")).unwrap();
        let keeper = bed.keeper_with(3005, &format!("env_file = \"{}\"", env_file.display()));

        let mut watch = keeper.talk(&["watch"]);
        watch.says(&["is attached"]);
        let mut said = String::new();
        let mut run = |arguments: &[&str]| {
            let outcome = keeper.run(arguments);
            said.push_str(&outcome.to_string());
        };
        run(&["-v", "status"]);
        client.kill_hard();
        watch.says(&["is orphan"]);
        for arguments in [
            &["-v", "status"][..],
            &["status", "--json"],
            &["-v", "cleanup", "--check-only"],
            &["cleanup", "--check-only", "--json"],
            &["free"],
            &["free", "--json"],
            &["-v", "restart"],
            &["-v", "status"],
        ] {
            run(arguments);
        }
        // The server was started with all of it; only we are silent.
        let (next, facts) = Shim::after(shim, &ready);
        assert_eq!(facts["environment"]["SHIM_TEST_TOKEN"], IN_ENVIRONMENT);
        assert_eq!(facts["environment"]["SHIM_TEST_MORE"], IN_FILE);
        let arguments = facts["arguments"].to_string();
        assert!(arguments.contains(IN_OPTION) && arguments.contains(IN_ARGUMENT), "{arguments}");
        run(&["-v", "free", "--pid", &next.pid().to_string(), "--yes"]);
        run(&["-v", "cleanup", "--json"]);
        run(&["doctor", "--json"]);
        run(&["log"]);
        said.push_str(&watch.heard());
        said.push_str(&keeper.log());

        assert!(said.contains("--token •••"), "the option itself may be seen: {said}");
        for secret in [IN_OPTION, IN_ARGUMENT, IN_ENVIRONMENT, IN_FILE] {
            let place = said.lines().find(|line| line.contains(secret));
            assert_eq!(place, None, "`{secret}` is given away");
        }
    });
}
