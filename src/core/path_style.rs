//! How paths are read: a fact of the system that was looked at, not of the one that we were built for.

/// How paths and program names are read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PathStyle {
    /// Slashes only; case matters.
    Unix,
    /// Slashes and backslashes, `.exe` may be left out, case does not matter.
    Windows,
}

impl PathStyle {
    const fn is_separator(self, c: char) -> bool {
        match self {
            Self::Unix => c == '/',
            Self::Windows => c == '/' || c == '\\',
        }
    }

    /// Whether two names are one, as this system compares them.
    #[must_use]
    pub fn is_same(self, one: &str, other: &str) -> bool {
        match self {
            Self::Unix => one == other,
            Self::Windows => one.to_lowercase() == other.to_lowercase(),
        }
    }
}

/// The last part of a path.
#[must_use]
pub fn file_name(path: &str, style: PathStyle) -> &str {
    path.rsplit(|c| style.is_separator(c)).next().unwrap_or(path)
}

/// The parts of a path, as they are compared.
#[must_use]
pub fn parts(path: &str, style: PathStyle) -> Vec<String> {
    let parts = path.split(|c| style.is_separator(c)).filter(|part| !matches!(*part, "" | "."));
    match style {
        PathStyle::Unix => parts.map(str::to_owned).collect(),
        PathStyle::Windows => parts.map(str::to_lowercase).collect(),
    }
}

/// Whether `word`, seen from folder `cwd`, ends in the path `wanted`, part by part.
#[must_use]
pub fn names(word: &str, cwd: Option<&str>, wanted: &str, style: PathStyle) -> bool {
    let (wanted, mut found) = (parts(wanted, style), parts(word, style));
    if let (false, Some(cwd)) = (is_absolute(word, style), cwd) {
        found.splice(0..0, parts(cwd, style));
    }
    !wanted.is_empty() && found.ends_with(&wanted)
}

fn is_absolute(path: &str, style: PathStyle) -> bool {
    path.starts_with(|c| style.is_separator(c)) || style == PathStyle::Windows && path.get(1..2) == Some(":")
}

#[cfg(test)]
mod tests {
    use super::PathStyle::{Unix, Windows};
    use super::*;

    #[test]
    fn a_script_named_with_its_folder_is_told_from_its_namesake() {
        assert!(names("/opt/a/run.py", None, "a/run.py", Unix));
        assert!(!names("/opt/ba/run.py", None, "a/run.py", Unix));
        assert!(names("run.py", Some("/opt/a"), "/opt/a/run.py", Unix));
        assert!(!names("run.py", Some("/opt/b"), "/opt/a/run.py", Unix));
        assert!(!names("/run.py", None, "", Unix));
        assert!(
            !names("/a/run.py", Some("/opt"), "opt/a/run.py", Unix),
            "a whole path is no part of the folder"
        );
        assert!(names("b:/run.py", Some("/opt"), "opt/b:/run.py", Unix), "a colon is like any other letter");
        assert!(names("run.py", Some(r"C:\Opt\a"), r"opt\a\run.py", Windows));
    }

    #[test]
    fn names_are_compared_as_the_system_does() {
        assert!(Windows.is_same("Server", "sERVER") && !Unix.is_same("Server", "sERVER"));
        assert!(Unix.is_same("a", "a") && !Windows.is_same("a", "b"));
    }
}
