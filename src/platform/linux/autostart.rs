//! The desktop entry in `$XDG_CONFIG_HOME/autostart` (freedesktop.org: Desktop Application Autostart
//! and Desktop Entry specifications), and one in `$XDG_DATA_HOME/applications`, so that the settings for
//! notifications and the menu of programs know us.
//!
//! The entry is written whole and read leniently. System-wide entries below `/etc/xdg` are nobody's
//! here and not looked at.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use directories::BaseDirs;

use super::desktop_exec as exec;
use crate::core::{mask, wording};
use crate::platform::autostart::Autostart;
use crate::platform::files;

const FILE: &str = "autostart/shimkeeper.desktop";

/// The toasts name it as their program.
const APPLICATION_FILE: &str = "applications/shimkeeper.desktop";

/// In an application's entry that we wrote: one of somebody else is let alone.
const OURS: &str = "X-Shimkeeper-Autostart=true";

/// Where every desktop looks for a picture called "shimkeeper": below `$XDG_DATA_HOME` (freedesktop.org: Icon Theme).
const ICON_FILE: &str = "icons/hicolor/scalable/apps/shimkeeper.svg";

const ICON: &[u8] = include_bytes!("../../../assets/icons/app.svg");

pub(crate) fn status(program: &Path) -> io::Result<Autostart> {
    status_in(&config_folder()?, program)
}

pub(crate) fn enable(program: &Path, extra_args: &[&str]) -> io::Result<()> {
    enable_in(&config_folder()?, &data_folder()?, program, extra_args)
}

pub(crate) fn disable() -> io::Result<()> {
    disable_in(&config_folder()?, &data_folder()?)
}

fn config_folder() -> io::Result<PathBuf> {
    Ok(folders()?.config_dir().to_owned())
}

fn data_folder() -> io::Result<PathBuf> {
    Ok(folders()?.data_dir().to_owned())
}

fn folders() -> io::Result<BaseDirs> {
    BaseDirs::new().ok_or_else(|| io::Error::new(ErrorKind::NotFound, wording::no_home().sentence))
}

fn status_in(config: &Path, program: &Path) -> io::Result<Autostart> {
    let text = match fs::read_to_string(config.join(FILE)) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Autostart::Off),
        Err(error) => return Err(error),
    };
    let is = |key, value: &str| entry(&text, key).is_some_and(|found| found.eq_ignore_ascii_case(value));
    if is("Hidden", "true") || is("X-GNOME-Autostart-enabled", "false") {
        return Ok(Autostart::SwitchedOff);
    }
    let command = entry(&text, "Exec").unwrap_or_default();
    let Some(words) = exec::parse(command) else {
        return Ok(Autostart::Elsewhere { command: mask::plain(command) });
    };
    if words.first().is_some_and(|started| is_same_file(Path::new(started), program)) {
        Ok(Autostart::On)
    } else {
        Ok(Autostart::Elsewhere { command: mask::command_line(&words) })
    }
}

fn enable_in(config: &Path, data: &Path, program: &Path, extra_args: &[&str]) -> io::Result<()> {
    let icon = data.join(ICON_FILE);
    let impossible = || io::Error::new(ErrorKind::InvalidInput, wording::autostart_path(&program.display()));
    // The specification allows no `=` in a program's name.
    let path = program.to_str().filter(|path| !path.contains('=')).ok_or_else(impossible)?;
    let at_login = std::iter::once(path).chain(extra_args.iter().copied());
    let text = written(&exec::written(at_login), "X-GNOME-Autostart-enabled=true");
    files::write_atomically(&config.join(FILE), text.as_bytes())?;
    // Desktops show the entry in their settings, and can do so without a picture.
    if let Err(error) = files::write_atomically(&icon, ICON) {
        tracing::warn!(%error, "the entry for the login comes without its icon");
    }
    let application = data.join(APPLICATION_FILE);
    if is_ours(&application).unwrap_or(true) {
        let keys = format!("X-GNOME-UsesNotifications=true\n{OURS}");
        let text = written(&exec::written(std::iter::once(path)), &keys);
        if let Err(error) = files::write_atomically(&application, text.as_bytes()) {
            tracing::warn!(%error, "the settings for notifications do not list the program");
        }
    }
    Ok(())
}

/// An entry that runs this command, with these keys beside those that every entry of ours has.
fn written(command: &str, keys: &str) -> String {
    format!(
        "[Desktop Entry]\n\
         Type=Application\n\
         Name=Shimkeeper\n\
         Comment={}\n\
         Exec={command}\n\
         Icon=shimkeeper\n\
         Terminal=false\n\
         StartupNotify=false\n\
         {keys}\n",
        wording::AUTOSTART_COMMENT,
    )
}

fn disable_in(config: &Path, data: &Path) -> io::Result<()> {
    let application = data.join(APPLICATION_FILE);
    let mut ours = vec![config.join(FILE), data.join(ICON_FILE)];
    if is_ours(&application) == Some(true) {
        ours.push(application);
    }
    for file in ours {
        match fs::remove_file(file) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            Ok(()) | Err(_) => {}
        }
    }
    Ok(())
}

/// Nothing when there is no such entry.
fn is_ours(application: &Path) -> Option<bool> {
    match fs::read_to_string(application) {
        Ok(text) => Some(text.lines().any(|line| line == OURS)),
        Err(error) => (error.kind() != ErrorKind::NotFound).then_some(false),
    }
}

/// The value of a key in the one group that counts.
fn entry<'t>(text: &'t str, key: &str) -> Option<&'t str> {
    let lines = text.lines().map(str::trim);
    let group =
        lines.skip_while(|line| *line != "[Desktop Entry]").skip(1).take_while(|line| !line.starts_with('['));
    group
        .filter_map(|line| line.split_once('='))
        .find(|(name, _)| name.trim_end() == key)
        .map(|(_, value)| value.trim())
}

pub(super) fn is_same_file(left: &Path, right: &Path) -> bool {
    left == right
        || matches!((left.canonicalize(), right.canonicalize()), (Ok(left), Ok(right)) if left == right)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::files::testing::Scratch;

    /// A folder with an entry of this text.
    fn with(text: &str) -> Scratch {
        let scratch = Scratch::new();
        scratch.folder("autostart");
        fs::write(scratch.path().join(FILE), text).unwrap();
        scratch
    }

    #[track_caller]
    fn check(text: &str, expected: &Autostart) {
        let scratch = with(text);
        assert_eq!(&status_in(scratch.path(), Path::new("/opt/tray")).unwrap(), expected, "{text}");
    }

    #[test]
    fn switching_on_and_off_is_seen_and_may_be_repeated() {
        let scratch = Scratch::new();
        let config = scratch.path().join("not made yet");
        let data = scratch.path().join("data");
        let (icon, application) = (data.join(ICON_FILE), data.join(APPLICATION_FILE));
        for program in ["/opt/my tools/$HOME `x` \"q\" 50%/it's\\tray", "/opt/tray"] {
            let program = Path::new(program);
            assert_eq!(status_in(&config, program).unwrap(), Autostart::Off);
            for _ in 0..2 {
                enable_in(&config, &data, program, &["--autostart"]).unwrap();
                assert_eq!(status_in(&config, program).unwrap(), Autostart::On);
            }
            assert_eq!(entry(&fs::read_to_string(config.join(FILE)).unwrap(), "Icon"), Some("shimkeeper"));
            assert_eq!(fs::read(&icon).unwrap(), ICON);
            let text = fs::read_to_string(&application).unwrap();
            let words = exec::parse(entry(&text, "Exec").unwrap()).unwrap();
            assert_eq!(words, [program.to_str().unwrap()], "not as at login: a person asks for it");
            let moved = status_in(&config, Path::new("/elsewhere/tray")).unwrap();
            assert!(matches!(moved, Autostart::Elsewhere { .. }), "{moved:?}");
            for _ in 0..2 {
                disable_in(&config, &data).unwrap();
                assert_eq!(status_in(&config, program).unwrap(), Autostart::Off);
            }
            assert!(!icon.exists() && !application.exists());
        }
    }

    #[test]
    fn an_application_of_somebody_else_is_neither_changed_nor_removed() {
        let scratch = Scratch::new();
        scratch.folder("applications");
        let application = scratch.path().join(APPLICATION_FILE);
        fs::write(&application, "[Desktop Entry]\nName=Mine\n").unwrap();
        enable_in(scratch.path(), scratch.path(), Path::new("/opt/tray"), &[]).unwrap();
        disable_in(scratch.path(), scratch.path()).unwrap();
        assert_eq!(fs::read_to_string(&application).unwrap(), "[Desktop Entry]\nName=Mine\n");
    }

    #[test]
    fn the_users_own_switch_is_respected() {
        let exec = "Exec=/opt/tray --autostart\n";
        check(&format!("[Desktop Entry]\n{exec}"), &Autostart::On);
        check(&format!("[Desktop Entry]\n{exec}Hidden=true\n"), &Autostart::SwitchedOff);
        check(&format!("[Desktop Entry]\nHidden = True \n{exec}"), &Autostart::SwitchedOff);
        check(&format!("[Desktop Entry]\n{exec}X-GNOME-Autostart-enabled=false\n"), &Autostart::SwitchedOff);
        check(&format!("[Desktop Entry]\n{exec}Hidden=false\n[Other]\nHidden=true\n"), &Autostart::On);
        check(&format!("[Other]\nHidden=true\n[Desktop Entry]\n{exec}"), &Autostart::On);
    }

    #[test]
    fn an_entry_of_somebody_else_is_shown_without_its_secrets() {
        let elsewhere = |command: &str| Autostart::Elsewhere { command: command.into() };
        check("[Desktop Entry]\nExec=/old/tray --token hunter2\n", &elsewhere("/old/tray --token •••"));
        check("[Desktop Entry]\nName=x\n", &elsewhere(""));
        check("", &elsewhere(""));
        check("[Desktop Entry]\nExec=\"/opt/tray\n", &elsewhere("\"/opt/tray"));
    }

    #[test]
    fn a_link_to_the_program_is_the_program() {
        let scratch = with("");
        let (program, link) = (scratch.path().join("tray"), scratch.path().join("link"));
        fs::write(&program, "").unwrap();
        std::os::unix::fs::symlink(&program, &link).unwrap();
        enable_in(scratch.path(), scratch.path(), &link, &[]).unwrap();
        assert_eq!(status_in(scratch.path(), &program).unwrap(), Autostart::On);
    }

    #[test]
    fn a_path_that_no_entry_can_hold_is_refused_and_nothing_is_written() {
        let scratch = Scratch::new();
        let error = enable_in(scratch.path(), scratch.path(), Path::new("/opt/a=b/tray"), &[]).unwrap_err();
        assert!(error.to_string().contains("/opt/a=b/tray"), "{error}");
        assert_eq!(status_in(scratch.path(), Path::new("/opt/a=b/tray")).unwrap(), Autostart::Off);
    }
}
