//! Ends the tray that runs, and takes back what the tray has left on the system: for installers.

use std::fs;
use std::io;
use std::path::Path;
use std::time::Duration;

use crate::clock::Clock;
use crate::console;
use crate::core::control::{Reply, Request};
use crate::core::wording;
use crate::exit::Outcome;
use crate::paths::Paths;
use crate::platform::{self, Held};
use crate::single::{self, Lock};

/// How long the tray that runs may take to answer.
pub(super) const PATIENCE: Duration = Duration::from_secs(3);

/// How long the tray may take to end: it ends the server that it started, and that has grace times.
const QUIT_PATIENCE: Duration = Duration::from_secs(75);

/// Ends the tray that runs and waits until its process is gone, so that its file may be replaced.
/// Fine if none runs.
pub(super) fn quit_the_first(paths: &Paths, clock: Clock) -> Outcome {
    let asked = platform::control::send(&paths.control(), &Request::Quit.line(), PATIENCE);
    if let Some(first) = asked.as_deref().ok().and_then(hold) {
        // Whether it is gone is seen by its lock, too.
        let _ = platform::wait_for_ends(&[&first], QUIT_PATIENCE);
    }
    let start = clock.now().moment;
    while clock.now().moment.since(start) < PATIENCE {
        match single::acquire(&paths.tray_lock()) {
            // Taken and given back at once: then nobody holds it.
            Ok(Lock::Ours(_)) => return Outcome::Fine,
            // Where no lock tells, nobody who answered is left.
            Ok(Lock::Unknown(..))
                if platform::control::send(&paths.control(), &Request::Hello.line(), PATIENCE).is_err() =>
            {
                return Outcome::Fine;
            }
            Ok(Lock::Theirs | Lock::Unknown(..)) => clock.wait(Duration::from_millis(50)),
            Err(error) => {
                console::complain(&error.to_string());
                return Outcome::Attention;
            }
        }
    }
    let why = asked.err().map_or_else(|| wording::DOES_NOT_END.into(), |error| error.to_string());
    console::complain(&wording::runs_but_silent(&why));
    Outcome::Attention
}

/// A grip on the process that an answer names by number and birth, if it still runs.
fn hold(answer: &str) -> Option<Held> {
    let Some(Reply::Ends { pid, token }) = Reply::parse(answer) else { return None };
    let held = Held::open(pid).ok().flatten()?;
    let birth = platform::birth(pid).ok().flatten()?;
    (birth.token == token).then_some(held)
}

/// Takes back everything but the user's configuration, logs and what `mcp unwrap` needs: the start at login, the scheduled
/// cleanup, our name for toasts, the lock, the socket, the leases.
pub(super) fn forget(paths: &Paths) -> Outcome {
    let registered = [
        platform::autostart::disable(),
        platform::schedule::disable(),
        platform::toast::forget_ourselves(&paths.state_dir()),
    ];
    let mut outcome = Outcome::Fine;
    for error in registered.into_iter().chain(forget_files(paths)).filter_map(Result::err) {
        console::complain(&wording::not_forgotten(&error));
        outcome = Outcome::Attention;
    }
    outcome
}

fn forget_files(paths: &Paths) -> [io::Result<()>; 5] {
    [
        platform::tray::forget_pictures(&paths.state_dir()),
        gone(fs::remove_file(paths.control())),
        gone(fs::remove_file(paths.tray_lock())),
        gone(fs::remove_dir_all(paths.lease_dir())),
        remove_if_empty(&paths.state_dir()),
    ]
}

/// What is not there need not be removed.
fn gone(done: io::Result<()>) -> io::Result<()> {
    match done {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        // A path that the system cannot even name, such as a pipe's, is no file.
        Err(error) if error.kind() == io::ErrorKind::InvalidFilename => Ok(()),
        done => done,
    }
}

fn remove_if_empty(folder: &Path) -> io::Result<()> {
    match fs::remove_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::DirectoryNotEmpty => Ok(()),
        done => gone(done),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::files::testing::Scratch;

    #[test]
    fn configuration_and_logs_survive_the_removal() {
        let home = Scratch::new();
        let paths = Paths::new(Some(home.path()), None).unwrap();
        fs::create_dir_all(paths.log_dir()).unwrap();
        fs::create_dir_all(paths.lease_dir()).unwrap();
        for file in [paths.config_file(), paths.log_dir().join("a.log"), paths.tray_lock(), paths.control()] {
            fs::write(file, "x").unwrap();
        }
        fs::write(paths.lease_dir().join("lease"), "x").unwrap();
        let left = |paths: &Paths| {
            let state = fs::read_dir(paths.state_dir()).unwrap();
            let mut left: Vec<_> = state.map(|entry| entry.unwrap().file_name()).collect();
            left.sort();
            left
        };
        for done in forget_files(&paths) {
            done.unwrap();
        }
        assert_eq!(left(&paths), ["config.toml", "logs"]);
        assert!(forget_files(&paths).iter().all(Result::is_ok), "twice is as good as once");
    }
}
