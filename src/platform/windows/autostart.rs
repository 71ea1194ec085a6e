//! The value in the registry's `Run` key, and the switch beside it that the settings keep.

use std::io;
use std::path::Path;

use super::args::split;
use super::registry;
use crate::core::{mask, wording};
use crate::platform::autostart::Autostart;

/// Where programs to be started at login stand, and where the settings switch them off.
#[derive(Clone, Copy)]
struct Place<'a> {
    run: &'a str,
    approved: &'a str,
}

const USERS: Place<'_> = Place {
    run: r"Software\Microsoft\Windows\CurrentVersion\Run",
    approved: r"Software\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run",
};

const NAME: &str = "Shimkeeper";

pub(crate) fn status(program: &Path) -> io::Result<Autostart> {
    status_in(USERS, program)
}

pub(crate) fn enable(program: &Path, extra_args: &[&str]) -> io::Result<()> {
    enable_in(USERS, program, extra_args)
}

pub(crate) fn disable() -> io::Result<()> {
    disable_in(USERS)
}

fn status_in(place: Place<'_>, program: &Path) -> io::Result<Autostart> {
    let Some(command) = registry::text(place.run, NAME)? else { return Ok(Autostart::Off) };
    // The first byte is even where the user lets it start; without a value nobody has said no.
    let approved = registry::bytes(place.approved, NAME)?;
    if approved.and_then(|bytes| bytes.first().copied()).is_some_and(|first| first % 2 == 1) {
        return Ok(Autostart::SwitchedOff);
    }
    let words = split(command.encode_utf16().collect())?;
    if words.first().is_some_and(|started| is_same_file(Path::new(started), program)) {
        Ok(Autostart::On)
    } else {
        Ok(Autostart::Elsewhere { command: mask::command_line(&words) })
    }
}

fn enable_in(place: Place<'_>, program: &Path, extra_args: &[&str]) -> io::Result<()> {
    let impossible =
        || io::Error::new(io::ErrorKind::InvalidInput, wording::autostart_path(&program.display()));
    let path = program.to_str().filter(|path| !path.contains('"')).ok_or_else(impossible)?;
    let command =
        std::iter::once(format!("\"{path}\"")).chain(extra_args.iter().map(|word| (*word).to_owned()));
    registry::set_text(place.run, NAME, &command.collect::<Vec<_>>().join(" "))?;
    // The user has just said yes; an older no in the settings would silently win.
    registry::delete(place.approved, NAME)
}

fn disable_in(place: Place<'_>) -> io::Result<()> {
    registry::delete(place.run, NAME)?;
    registry::delete(place.approved, NAME)
}

pub(super) fn is_same_file(left: &Path, right: &Path) -> bool {
    left.as_os_str().eq_ignore_ascii_case(right)
        || matches!((left.canonicalize(), right.canonicalize()), (Ok(left), Ok(right)) if left == right)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn switching_on_and_off_is_seen_and_may_be_repeated() {
        let name = format!(r"Software\Shimkeeper tests\{}", std::process::id());
        let place = Place { run: &format!(r"{name}\Run"), approved: &format!(r"{name}\Approved") };
        let program = Path::new(r"C:\Program Files\My tools\shimkeeper-tray.exe");
        assert_eq!(status_in(place, program).unwrap(), Autostart::Off);
        for _ in 0..2 {
            enable_in(place, program, &["--autostart"]).unwrap();
            assert_eq!(status_in(place, program).unwrap(), Autostart::On);
        }
        let written = registry::text(place.run, NAME).unwrap().unwrap();
        assert_eq!(written, "\"C:\\Program Files\\My tools\\shimkeeper-tray.exe\" --autostart");
        switched_off_in_the_settings(place);
        assert_eq!(status_in(place, program).unwrap(), Autostart::SwitchedOff);
        enable_in(place, program, &["--autostart"]).unwrap();
        assert_eq!(status_in(place, program).unwrap(), Autostart::On, "the user has changed his mind");
        let moved = status_in(place, Path::new(r"C:\other.exe")).unwrap();
        assert!(matches!(moved, Autostart::Elsewhere { .. }), "{moved:?}");
        for _ in 0..2 {
            disable_in(place).unwrap();
            assert_eq!(status_in(place, program).unwrap(), Autostart::Off);
        }
    }

    fn switched_off_in_the_settings(place: Place<'_>) {
        let key = format!(r"HKCU\{}", place.approved);
        let words = ["add", &key, "/v", NAME, "/t", "REG_BINARY", "/d", "030000000000000000000000", "/f"];
        let done = std::process::Command::new("reg.exe").args(words).output().unwrap();
        assert!(done.status.success(), "{done:?}");
    }
}
