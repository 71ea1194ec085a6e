//! The thread that does what takes long: cleanups and restarts, one after the other.
//!
//! It begins with the first of them, and lives as long as the program then, because servers that we start are tied to
//! the thread that started them. The monitor goes on looking meanwhile.

use std::collections::HashMap;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::Duration;

use super::event::Event;
use crate::act::Act;
use crate::act::restart::OwnServer;
use crate::clock::Clock;
use crate::core::plan::{Grounds, Reach};
use crate::core::{Identity, Member, Memory, Scope, Target, Watch, wording};
use crate::sense::Sense;
use crate::work::restart::{Ownership, Restarted, restart};
use crate::work::tools::Tools;
use crate::work::{Looker, clean};

/// What is to be worked on, with what the monitor's looks saw of it.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// The watches.
    pub watches: Vec<Watch>,
    /// A memory for each.
    pub memories: Vec<Memory>,
}

/// Something to do.
#[derive(Debug)]
enum Job {
    Cleanup { seen: Seen, stop_grace: Duration },
    Restart { seen: Seen, stop_grace: Duration, is_agreed: bool },
    Quit { stop_grace: Duration, done: mpsc::Sender<()> },
}

/// The way to the thread.
pub struct Hands(Way);

enum Way {
    /// Nothing was to be done so far, so there is no thread.
    NotYet(Box<Worker>),
    Runs(mpsc::Sender<Job>),
    /// It has ended.
    Over,
}

impl Hands {
    /// Starts nothing yet. Guards listen beside their leases. `tell` is called when something is done.
    #[must_use]
    pub fn new(
        sense: Box<dyn Sense>,
        act: Box<dyn Act>,
        clock: Clock,
        leases: PathBuf,
        tell: impl Fn(Event) + Send + 'static,
    ) -> Self {
        Self(Way::NotYet(Box::new(Worker {
            sense,
            act,
            clock,
            leases,
            own: HashMap::new(),
            tell: Box::new(tell),
        })))
    }

    /// Cleans up; answered by [`Event::Cleaned`].
    pub fn cleanup(&mut self, seen: Seen, stop_grace: Duration) {
        self.give(Job::Cleanup { seen, stop_grace });
    }

    /// Restarts the server of the one watch, also where others are connected if that is agreed; answered by [`Event::Restarted`].
    pub fn restart(&mut self, seen: Seen, stop_grace: Duration, is_agreed: bool) {
        self.give(Job::Restart { seen, stop_grace, is_agreed });
    }

    /// Ends the servers that we started, and the thread. Blocks until that is done, for at most the
    /// grace time and a few seconds.
    pub fn quit(&mut self, stop_grace: Duration) {
        if matches!(self.0, Way::NotYet(_)) {
            self.0 = Way::Over;
            return;
        }
        let (done, is_done) = mpsc::channel();
        self.give(Job::Quit { stop_grace, done });
        let _ = is_done.recv_timeout(stop_grace + Duration::from_secs(10));
    }

    fn give(&mut self, job: Job) {
        self.0 = match std::mem::replace(&mut self.0, Way::Over) {
            Way::NotYet(worker) => match start(worker) {
                Ok(to) => Way::Runs(to),
                Err((worker, error)) => {
                    worker.refuse(&job, &error);
                    Way::NotYet(worker)
                }
            },
            way @ (Way::Runs(_) | Way::Over) => way,
        };
        if let Way::Runs(to) = &self.0 {
            // The thread ends only by `quit`; after that nothing is to be done.
            let _ = to.send(job);
        }
    }
}

fn start(worker: Box<Worker>) -> Result<mpsc::Sender<Job>, (Box<Worker>, io::Error)> {
    let (sender, jobs) = mpsc::channel();
    // Where no thread can be had, the worker must not be lost with it.
    let shared = Arc::new(Mutex::new(Some(worker)));
    let theirs = Arc::clone(&shared);
    let take = |shared: &Mutex<Option<Box<Worker>>>| shared.lock().ok().and_then(|mut worker| worker.take());
    let started = thread::Builder::new().name("hands".into()).spawn(move || {
        if let Some(worker) = take(&theirs) {
            worker.work(&jobs);
        }
    });
    match (started, shared) {
        (Ok(_), _) => Ok(sender),
        (Err(error), shared) => take(&shared).map_or(Ok(sender), |worker| Err((worker, error))),
    }
}

struct Worker {
    sense: Box<dyn Sense>,
    act: Box<dyn Act>,
    clock: Clock,
    leases: PathBuf,
    own: HashMap<String, OwnServer>,
    tell: Box<dyn Fn(Event) + Send>,
}

impl Worker {
    fn work(mut self, jobs: &mpsc::Receiver<Job>) {
        for job in jobs {
            let event = match job {
                Job::Cleanup { seen, stop_grace } => self.cleanup(seen, stop_grace),
                Job::Restart { seen, stop_grace, is_agreed } => self.restart(seen, stop_grace, is_agreed),
                Job::Quit { stop_grace, done } => {
                    self.end_own(stop_grace);
                    // Whoever asked may have stopped waiting.
                    let _ = done.send(());
                    return;
                }
            };
            (self.tell)(event);
        }
    }

    /// Answers what cannot be done at all.
    fn refuse(&self, job: &Job, error: &io::Error) {
        match job {
            Job::Cleanup { .. } => (self.tell)(Event::Cleaned(Err(error.to_string()))),
            Job::Restart { .. } => (self.tell)(Event::Restarted(Err(error.to_string()))),
            Job::Quit { .. } => {}
        }
    }

    fn cleanup(&mut self, seen: Seen, stop_grace: Duration) -> Event {
        let work = || {
            let mut looker =
                Looker::with_memories(self.sense.as_mut(), self.clock, &seen.watches, seen.memories);
            clean(&mut looker, self.act.as_mut(), Scope::Orphans, stop_grace)
        };
        // The panic itself is in the log; the menu must not stay busy for ever.
        let report = catch_unwind(AssertUnwindSafe(work));
        Event::Cleaned(report.map_err(|_| wording::INTERNAL_ERROR.into()))
    }

    fn restart(&mut self, seen: Seen, stop_grace: Duration, is_agreed: bool) -> Event {
        let name = seen.watches.first().map(|watch| watch.name.clone()).unwrap_or_default();
        let work = || {
            let mut looker =
                Looker::with_memories(self.sense.as_mut(), self.clock, &seen.watches, seen.memories);
            let ours: Vec<Identity> = self.own.get(&name).map(|server| server.identity).into_iter().collect();
            let own = &mut self.own;
            let mut before_stop = |identity| {
                for server in own.values_mut().filter(|server| server.identity == identity) {
                    server.close_stdin();
                }
            };
            let tools = Tools { act: self.act.as_mut(), leases: &self.leases, stop_grace, is_agreed };
            restart(&mut looker, tools, Ownership::Ours, &ours, &mut before_stop)
        };
        let result = match catch_unwind(AssertUnwindSafe(work)) {
            Ok(Ok(Restarted::ByGuards { says })) => Ok(says),
            Ok(Ok(Restarted::ByUs { says, server })) => match server.keep() {
                Ok(server) => {
                    self.own.insert(name, server);
                    Ok(says)
                }
                Err(error) => Err(error.to_string()),
            },
            Ok(Err(why)) => Err(why),
            Err(_) => Err(wording::INTERNAL_ERROR.into()),
        };
        Event::Restarted(result)
    }

    /// In MCP's order: nobody speaks to it any more, it is asked, it is forced.
    fn end_own(&mut self, stop_grace: Duration) {
        for server in self.own.values_mut() {
            server.close_stdin();
        }
        let targets: Vec<Target> = self
            .own
            .values()
            .map(|server| Target {
                top: server.identity,
                members: vec![Member { identity: server.identity, name: String::new(), args: None }],
                evidence: Vec::new(),
                command: Vec::new(),
                reach: Reach::WholeTree,
                grounds: Grounds::Asked,
            })
            .collect();
        let report = self.act.end(&targets, stop_grace);
        for ended in report.ended {
            tracing::info!(pid = %ended.pid, how = ended.how.word(), "ended the server that we started");
        }
        for refused in report.refused {
            tracing::warn!(pid = %refused.pid, why = wording::refusal(refused.why), "the server that we started stays");
        }
    }
}
