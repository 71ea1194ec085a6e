//! Programs that are scripts: what people call `npx` is `npx.cmd`, which only shells find by that name.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

pub(crate) const ENDINGS: &[&str] = &["", ".exe"];

/// In the order in which shells try them. Others cannot be started without a program of their own.
const SHELL_ENDINGS: [&str; 4] = ["com", "exe", "bat", "cmd"];

pub(crate) fn meant_by(name: &OsStr) -> OsString {
    let path = Path::new(name);
    let is_whole =
        path.extension().is_some_and(|own| SHELL_ENDINGS.iter().any(|it| own.eq_ignore_ascii_case(it)));
    if is_whole {
        return name.to_owned();
    }
    let found = if path.components().nth(1).is_some() {
        with_ending(path)
    } else {
        let folders = std::env::var_os("PATH").unwrap_or_default();
        std::env::split_paths(&folders).find_map(|folder| with_ending(&folder.join(path)))
    };
    found.map_or_else(|| name.to_owned(), PathBuf::into_os_string)
}

pub(crate) fn is_program(path: &Path) -> bool {
    path.is_file()
}

fn with_ending(path: &Path) -> Option<PathBuf> {
    let spelled = |ending: &&str| {
        let mut name = path.as_os_str().to_owned();
        name.push(".");
        name.push(ending);
        PathBuf::from(name)
    };
    SHELL_ENDINGS.iter().map(spelled).find(|file| file.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_is_found_by_the_name_that_people_call_it() {
        let folder = std::env::temp_dir().join(format!("scripts-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        for name in ["npx.cmd", "both.exe", "both.cmd", "py3.11.exe"] {
            std::fs::write(folder.join(name), "").unwrap();
        }
        let meant = |name: &str| PathBuf::from(meant_by(folder.join(name).as_os_str()));
        for (name, file) in [
            ("npx", "npx.cmd"),
            ("both", "both.exe"),
            ("both.cmd", "both.cmd"),
            ("py3.11", "py3.11.exe"),
            ("none", "none"),
        ] {
            assert_eq!(meant(name), folder.join(file));
        }
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn names_are_looked_for_in_path() {
        let meant = PathBuf::from(meant_by(OsStr::new("cmd")));
        assert!(meant.ends_with("cmd.exe") && meant.is_absolute(), "{}", meant.display());
        assert_eq!(meant_by(OsStr::new("no such program")), "no such program");
    }
}
