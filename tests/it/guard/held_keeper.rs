//! Somebody holds the guard's second process still, again and again. As long as the client has a server to speak to, that
//! is no reason to end either, even where whoever started the guard has gone.

use std::process::Stdio;
use std::time::Duration;

use rustix::process::Signal;

use crate::guard::scene::{Kind, Scene, gone_within, identities};
use crate::support::identity::Identity;
use crate::support::spawned::Spawned;
use crate::support::stays_so;

/// Longer than the first process has patience with one that nobody needs any more.
const LONG_ENOUGH: Duration = Duration::from_millis(7500);

#[test]
fn a_client_with_an_open_input_keeps_its_server() {
    let scene = Scene::new();
    let plan = scene.plan("polite");
    let guard = plan.command();
    let mut wrapper = scene.bed.command("sh");
    wrapper.args(["-c", "exec 3<&0; \"$@\" <&3 3<&- & exec 3<&-; sleep 0.2", "sh"]);
    wrapper.arg(guard.get_program()).args(guard.get_args());
    let (theirs, ours) = std::io::pipe().unwrap();
    let mut wrapper = Spawned::start(wrapper.stdin(theirs).stdout(Stdio::null()));
    let server = identities(plan.ready())[0];
    let keeper = server.parent().and_then(Identity::of).unwrap();
    keeper.signal(Signal::STOP);
    wrapper.wait();
    stays_so("the server and its guard live", LONG_ENOUGH, || {
        keeper.signal(Signal::STOP);
        keeper.lives() && server.lives()
    });
    drop(ours);
    gone_within([keeper, server], Kind::Polite.limit(), || scene.bed.complaints());
    crate::support::eventually("the guard is gone", Kind::Polite.limit(), || scene.bed.living().is_empty());
    scene.is_empty();
}
