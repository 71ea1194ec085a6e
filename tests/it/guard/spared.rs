//! What `protect` names in the configuration outlives a guard whose second process was ended by force.

use std::time::Duration;

use crate::guard::scene::{BY_SIGNAL, Kind, Scene, Streams, gone_within, kill};
use crate::support::stays_so;

#[test]
fn the_first_process_spares_what_the_second_would_have_spared() {
    let scene = Scene::watching(1, "listens = \"never\"\nprotect = [\"deaf sleeper\"]");
    for streams in Streams::BOTH {
        let plan = scene.plan("family").streams(streams).by_the_watched_name();
        let mut guarded = plan.start();
        let [server, spared, stray] = guarded.servers[..] else { panic!("{:?}", guarded.servers) };
        kill(guarded.keeper);
        gone_within([guarded.outer, server, stray], Kind::Polite.limit(), || guarded.complaints());
        assert_eq!(guarded.code(), BY_SIGNAL + libc::SIGKILL);
        stays_so("what is protected lives", Duration::from_millis(100), || spared.lives());
        kill(spared);
        gone_within([spared], Kind::Polite.limit(), String::new);
        scene.is_empty();
    }
}
