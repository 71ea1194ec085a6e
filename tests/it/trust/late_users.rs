//! Somebody begins to use a server after the plan and before the end: two hundred rounds.

use std::net::TcpStream;
use std::time::Duration;

use shimkeeper::core::Refusal;

use crate::support::bed::Bed;
use crate::support::own::in_own_machine;
use crate::trust::eyes::{Eyes, end, ended, named, refused};

const ROUNDS: usize = 200;

#[test]
fn of_a_session_that_connects_between_plan_and_end() {
    in_own_machine(|| {
        let bed = Bed::with_the_real_name();
        let client = bed.client().on_port(0).start();
        let shim = client.shim();
        client.kill_hard();
        for round in 0..ROUNDS {
            let plan = Eyes::on("run_ws_shim.py").plan();
            assert_eq!(named(&plan), [shim.pid()], "round {round}");
            let session = TcpStream::connect(("127.0.0.1", shim.port())).unwrap();
            let report = end(&plan, Duration::from_secs(1));
            assert_eq!(ended(&report), [0; 0], "round {round}");
            assert_eq!(refused(&report), [(shim.pid(), Refusal::InUse)], "round {round}");
            assert_eq!(named(&Eyes::on("run_ws_shim.py").plan()), [0; 0], "round {round}");
            drop(session);
        }
        // Nobody is connected any more.
        let report = end(&Eyes::on("run_ws_shim.py").plan(), Duration::from_secs(1));
        assert_eq!(ended(&report), [shim.pid()]);
    });
}
