//! The log of the whole program: opened once.

use std::fmt;
use std::io;
use std::path::Path;
use std::sync::Mutex;

use tracing::Level;

use super::daily::Daily;
use super::error::LoggingError;
use super::line::subscriber;
use super::panics;

/// Opens the log in `dir` for the whole program, down to `finest`, and sees to it that a panic of
/// any thread stands in it. Once a program; nothing changes where it fails. `lost` hears, on any thread, when
/// lines can no longer be written; it must not log.
pub fn init(
    dir: &Path,
    finest: Level,
    lost: impl Fn(&LoggingError) + Send + 'static,
) -> Result<(), LoggingError> {
    let fail = |why: &dyn fmt::Display| LoggingError::new(dir, why);
    let file = Mutex::new(open(dir, lost).map_err(|error| fail(&error))?);
    tracing::subscriber::set_global_default(subscriber(file, finest)).map_err(|error| fail(&error))?;
    panics::log();
    Ok(())
}

fn open(dir: &Path, lost: impl Fn(&LoggingError) + Send + 'static) -> io::Result<Daily> {
    Daily::open(dir, Box::new(lost))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::Write as _;

    use super::super::kept::*;
    use super::*;
    use crate::core::UnixTime;
    use crate::platform::files::testing::Scratch;

    #[test]
    fn a_folder_that_cannot_be_written_is_an_error_with_a_way_out() {
        let file = std::env::current_exe().unwrap();
        let error = init(&file.join("logs"), Level::INFO, |_| ()).unwrap_err();
        assert!(error.to_string().contains("no log is kept in"), "{error}");
        assert!(error.hint().contains("--home"));
    }

    #[test]
    fn the_log_of_today_is_found_or_else_the_newest() {
        let scratch = Scratch::new();
        let dir = scratch.path();
        let now = UnixTime(1_795_356_000);
        let today = dir.join("shimkeeper.2026-11-22.log");
        assert_eq!(current_log(dir, now), today);
        assert_eq!(current_log(&dir.join("missing"), now), dir.join("missing/shimkeeper.2026-11-22.log"));
        for name in [
            "shimkeeper.2026-11-09.log",
            "shimkeeper.2026-11-20.log",
            "shimkeeper.zzzz-zz-zz.log",
            "shimkeeper-notes.log",
            "shimkeeper.2026-11-21.log.gz",
        ] {
            fs::write(dir.join(name), "").unwrap();
        }
        assert_eq!(current_log(dir, now), dir.join("shimkeeper.2026-11-20.log"));
        fs::write(&today, "").unwrap();
        assert_eq!(current_log(dir, now), today);
    }

    #[test]
    fn seven_files_are_kept_and_the_name_is_the_documented_one() {
        let scratch = Scratch::new();
        let dir = scratch.path().join("logs");
        fs::create_dir(&dir).unwrap();
        for day in 1..=KEPT {
            fs::write(dir.join(format!("shimkeeper.2001-01-0{day}.log")), "").unwrap();
        }
        fs::write(dir.join("notes.log"), "").unwrap();
        for _ in 0..3 {
            drop(open(&dir, |_| ()).unwrap());
            let mut names = logs(&dir);
            names.sort();
            assert_eq!(names.len(), KEPT, "{names:?}");
            assert_eq!(names[0], "shimkeeper.2001-01-02.log", "{names:?}");
            assert!(is_log(&names[6]) && !names[6].contains("2001"), "{names:?}");
        }
        assert!(dir.join("notes.log").exists());
    }

    #[test]
    fn todays_file_is_kept_beside_those_of_a_clock_that_ran_ahead() {
        let scratch = Scratch::new();
        let dir = scratch.path().join("logs");
        fs::create_dir(&dir).unwrap();
        for day in 1..=KEPT {
            fs::write(dir.join(format!("shimkeeper.2999-01-0{day}.log")), "").unwrap();
        }
        let mut daily = open(&dir, |error| panic!("{error}")).unwrap();
        daily.write_all(b"first\n").unwrap();
        daily.write_all(b"second\n").unwrap();
        let mut names = logs(&dir);
        names.sort();
        assert_eq!(names.len(), KEPT, "{names:?}");
        assert!(!names[0].contains("2999") && names[1] == "shimkeeper.2999-01-02.log", "{names:?}");
        assert_eq!(fs::read_to_string(dir.join(&names[0])).unwrap(), "first\nsecond\n");
    }
}
