//! `shimkeeper log`: shows it, follows it, opens it, or says where it is.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;

use super::args::LogArgs;
use super::context::Context;
use super::failure::Failure;
use crate::act::open;
use crate::core::wording;
use crate::exit::Outcome;
use crate::{console, logging};

/// Between two looks at a log that is followed.
const PACE: Duration = Duration::from_millis(250);

/// How much of a log's end is shown, in bytes.
const SHOWN: u64 = 64 * 1024;

pub(super) fn run(context: &Context, args: &LogArgs) -> Result<Outcome, Failure> {
    let log = || logging::current_log(&context.paths.log_dir(), context.clock.now().wall);
    let file = log();
    if args.path {
        console::say(&file.display().to_string());
        return Ok(Outcome::Fine);
    }
    if args.open {
        // Where nothing was logged yet there is still the folder.
        open::open(&file)?;
        return Ok(Outcome::Fine);
    }
    if !file.exists() && !args.follow {
        console::complain(&wording::no_log_yet(&file));
        return Ok(Outcome::Fine);
    }
    let place = copy_from(&file, Start::NearTheEnd)?;
    if args.follow {
        follow(context, log, file, place);
    }
    Ok(Outcome::Fine)
}

/// Shows what is added until whoever reads us goes.
fn follow(context: &Context, log: impl Fn() -> PathBuf, mut shown: PathBuf, mut place: Place) {
    while !place.reader_gone {
        context.clock.wait(PACE);
        let now = log();
        if now != shown {
            // A new day has a new file.
            (shown, place.at) = (now, 0);
        }
        // A log that cannot be read for a moment is tried again.
        place = copy_from(&shown, Start::At(place.at)).unwrap_or(place);
    }
}

#[derive(Clone, Copy)]
enum Start {
    NearTheEnd,
    At(u64),
}

/// How far a log was shown.
#[derive(Clone, Copy)]
struct Place {
    at: u64,
    reader_gone: bool,
}

fn copy_from(file: &Path, start: Start) -> anyhow::Result<Place> {
    let mut log = match File::open(file) {
        Ok(log) => log,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Ok(Place { at: 0, reader_gone: false });
        }
        Err(error) => return Err(error).with_context(|| wording::could_not_be_read(file)),
    };
    let unreadable = || wording::could_not_be_read(file);
    let length = log.metadata().with_context(unreadable)?.len();
    let from = match start {
        Start::NearTheEnd => length.saturating_sub(SHOWN),
        // A shorter file is another one.
        Start::At(at) if at > length => 0,
        Start::At(at) => at,
    };
    log.seek(SeekFrom::Start(from)).with_context(unreadable)?;
    let mut new = Vec::new();
    log.take(length - from).read_to_end(&mut new).with_context(unreadable)?;
    let whole = match start {
        // The first line is cut unless the file began there.
        Start::NearTheEnd if from > 0 => new.iter().position(|byte| *byte == b'\n').map_or(0, |at| at + 1),
        Start::NearTheEnd | Start::At(_) => 0,
    };
    let mut out = io::stdout().lock();
    let reader_gone = out.write_all(&new[whole..]).and_then(|()| out.flush()).is_err();
    Ok(Place { at: length, reader_gone })
}
