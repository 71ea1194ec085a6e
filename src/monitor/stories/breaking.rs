//! A monitor that breaks must not leave an icon behind that shows what was seen last.

use std::path::Path;
use std::sync::mpsc::channel;
use std::time::Duration;

use crate::act::connected::Other;
use crate::act::{Act, EndReport};
use crate::clock::Clock;
use crate::config::Config;
use crate::core::control::Done;
use crate::core::moment::Now;
use crate::core::{Instance, Snapshot, Target, Watch};
use crate::monitor::run::{End, Monitor, Setup};
use crate::monitor::{Choice, Event};
use crate::paths::Paths;
use crate::platform::files::testing::Scratch;
use crate::sense::Sense;

const PATIENCE: Duration = Duration::from_secs(20);

/// Eyes that see nothing, or break.
struct Eyes {
    break_at_the_first_look: bool,
}

impl Sense for Eyes {
    fn look(&mut self, _: &[Watch], _: Now) -> Snapshot {
        assert!(!self.break_at_the_first_look, "an error of our own");
        crate::core::testing::World::linux().snapshot
    }
}

struct NoHands;

impl Act for NoHands {
    fn end(&mut self, _: &[Target], _: Duration) -> EndReport {
        EndReport::default()
    }

    fn ask_guard(&mut self, _: &Path, _: Duration) -> Result<Done, String> {
        Err("nobody is there".into())
    }

    fn what_ends_along(&mut self, _: &Path) -> Result<String, String> {
        Err("nobody is there".into())
    }

    fn other_user(&mut self, _: &Instance) -> Option<Other> {
        None
    }
}

/// How a monitor with such eyes ends.
fn ends(break_at_the_first_look: bool) -> End {
    let scratch = Scratch::new();
    let eyes = |break_at_the_first_look| Box::new(Eyes { break_at_the_first_look });
    let setup = Setup {
        paths: Paths::new(Some(scratch.path()), None).unwrap(),
        config: Config { toasts: false, ..Config::standard() },
        config_problem: None,
        program: std::env::current_exe().unwrap(),
        our_command: "shimkeeper".into(),
        clock: Clock::start(),
        sense: [eyes(break_at_the_first_look), eyes(false)],
        act: Box::new(NoHands),
        show: Box::new(|_| ()),
        pictures: |_| &[],
        tell_by_icon: Box::new(|_| ()),
    };
    let (sender, ended) = channel();
    let monitor = Monitor::start(setup, move |end| {
        let _ = sender.send(end);
    })
    .unwrap();
    if !break_at_the_first_look {
        monitor.tell(Event::Chosen(Choice::Quit));
    }
    ended.recv_timeout(PATIENCE).expect("it ends")
}

#[test]
fn a_monitor_that_breaks_says_that_nobody_looks_any_more() {
    assert_eq!(ends(true), End::Broken);
    assert_eq!(ends(false), End::InOrder);
}
