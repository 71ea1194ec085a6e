//! A restart takes as long as it takes: whoever asked is told so, and nothing is lost.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use crate::guard::mcp_client::Mcp;
use crate::guard::privacy::socket;
use crate::guard::restart::{CHANGED, ends_well};
use crate::guard::scene::Scene;

/// Longer than a guard keeps whoever asks.
const LONG: Duration = Duration::from_mins(1);

#[test]
fn a_server_that_takes_longer_than_anybody_waits_is_waited_for() {
    let scene = Scene::new();
    let mut client = Mcp::start(&scene, "", &[]);
    client.introduces_itself();
    client.plan("waits");
    let old = client.guarded.server();
    let mut asking = UnixStream::connect(socket(&scene)).unwrap();
    asking.set_read_timeout(Some(LONG)).unwrap();
    writeln!(asking, "restart").unwrap();
    client.guarded.meet_the_next_servers();
    assert!(!old.lives());
    let waits = client.request("tools/list");
    let mut answer = String::new();
    BufReader::new(asking).read_line(&mut answer).unwrap();
    assert!(
        answer.starts_with("failed ") && answer.contains("has not answered `initialize` yet"),
        "{answer}"
    );
    assert!(client.guarded.server().lives() && client.guarded.outer.lives());
    fs::write(format!("{}.go", client.guarded.ready.display()), "").unwrap();
    // In either order.
    let mut news = [client.hear(), client.hear()];
    news.sort_by_key(|message| message["id"].is_null());
    assert_eq!((&news[0]["id"], &news[1]["method"]), (&waits.into(), &CHANGED.into()));
    client.asks_what_was_heard();
    ends_well(&scene, client);
}
