//! Where everything is kept. Names only: nothing is looked into or made here, but for the question
//! whether `--home` names a folder.

use std::ffi::OsStr;
use std::path::{self, Path, PathBuf};

use directories::{BaseDirs, ProjectDirs};

use crate::core::wording::{self, Complaint};

/// The variable that does what `--home` does.
pub const HOME_VARIABLE: &str = "SHIMKEEPER_HOME";

/// Every place that the program reads or writes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Paths {
    config: PathBuf,
    state: PathBuf,
}

/// Why there is no place to keep anything.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{}", .0.sentence)]
pub struct PathsError(Complaint);

impl PathsError {
    /// What to do.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        self.0.hint.as_deref()
    }
}

/// The folder of `--home`, or else of the environment variable `SHIMKEEPER_HOME`, which counts as
/// absent when it is empty.
#[must_use]
pub fn home<'a>(option: Option<&'a Path>, variable: Option<&'a OsStr>) -> Option<&'a Path> {
    option.or_else(|| variable.filter(|value| !value.is_empty()).map(Path::new))
}

impl Paths {
    /// All state under `home` (see [`home`]) if there is one, otherwise where this system keeps such
    /// things. `config` names another configuration file and moves nothing else.
    ///
    /// # Platforms
    /// Linux: `$XDG_CONFIG_HOME/shimkeeper` and `$XDG_STATE_HOME/shimkeeper`; Windows: below
    /// `AppData\Roaming` and `AppData\Local`.
    pub fn new(home: Option<&Path>, config: Option<&Path>) -> Result<Self, PathsError> {
        let mut paths = match home {
            Some(home) => Self::below(&whole(home)?)?,
            None => Self::usual()?,
        };
        if let Some(config) = config {
            paths.config = whole(config)?;
        }
        Ok(paths)
    }

    fn below(home: &Path) -> Result<Self, PathsError> {
        if home.exists() && !home.is_dir() {
            return Err(PathsError(wording::home_is_no_folder(&home.display())));
        }
        Ok(Self { config: home.join(CONFIG), state: home.to_owned() })
    }

    fn usual() -> Result<Self, PathsError> {
        let folders =
            ProjectDirs::from("", "", "shimkeeper").ok_or_else(|| PathsError(wording::no_home()))?;
        let state = folders.state_dir().unwrap_or_else(|| folders.data_local_dir());
        Ok(Self { config: folders.config_dir().join(CONFIG), state: state.to_owned() })
    }

    /// Where a program looks that was started without the variables by which this one's folders are moved: most
    /// clients hand on few of them.
    ///
    /// # Platforms
    /// Only on Linux such variables count.
    pub fn without_variables() -> Result<Self, PathsError> {
        let usual = Self::usual()?;
        let folders = ProjectDirs::from("", "", "shimkeeper").zip(BaseDirs::new());
        let Some((project, base)) = folders.filter(|(project, _)| project.state_dir().is_some()) else {
            return Ok(usual);
        };
        let (home, name) = (base.home_dir(), project.project_path());
        Ok(Self {
            config: home.join(".config").join(name).join(CONFIG),
            state: home.join(".local/state").join(name),
        })
    }

    /// The configuration.
    #[must_use]
    pub fn config_file(&self) -> PathBuf {
        self.config.clone()
    }

    /// The folder that everything but the configuration is in.
    #[must_use]
    pub fn state_dir(&self) -> PathBuf {
        self.state.clone()
    }

    /// The folder of the log files.
    #[must_use]
    pub fn log_dir(&self) -> PathBuf {
        self.state.join("logs")
    }

    /// The folder with one file a guarded instance.
    #[must_use]
    pub fn lease_dir(&self) -> PathBuf {
        self.state.join("leases")
    }

    /// The file that the one tray of this user keeps locked.
    #[must_use]
    pub fn tray_lock(&self) -> PathBuf {
        self.state.join("tray.lock")
    }

    /// Where the tray listens for a second start: beside its lock, so that whoever finds one finds the
    /// other.
    ///
    /// # Platforms
    /// Unix: the path of a socket, which some systems limit to 103 bytes.
    #[must_use]
    pub fn control(&self) -> PathBuf {
        self.state.join("tray.sock")
    }
}

const CONFIG: &str = "config.toml";

/// A path that stays true when the working folder changes.
fn whole(path: &Path) -> Result<PathBuf, PathsError> {
    path::absolute(path).map_err(|_| PathsError(wording::empty_path()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_home_holds_everything() {
        let home = std::env::temp_dir().join("shimkeeper-home");
        let paths = Paths::new(Some(&home), None).unwrap();
        assert_eq!(paths.config_file(), home.join("config.toml"));
        assert_eq!(paths.state_dir(), home);
        for (path, name) in [
            (paths.log_dir(), "logs"),
            (paths.lease_dir(), "leases"),
            (paths.tray_lock(), "tray.lock"),
            (paths.control(), "tray.sock"),
        ] {
            assert_eq!(path, home.join(name));
        }
    }

    #[test]
    fn a_named_configuration_moves_nothing_else() {
        let home = std::env::temp_dir().join("shimkeeper-home");
        let paths = Paths::new(Some(&home), Some(Path::new("other.toml"))).unwrap();
        assert_eq!(paths.config_file(), std::env::current_dir().unwrap().join("other.toml"));
        assert_eq!(paths.log_dir(), home.join("logs"));
    }

    #[test]
    fn without_a_home_the_system_says_where() {
        let paths = Paths::new(None, None).unwrap();
        assert!(paths.config_file().ends_with("shimkeeper/config.toml") || cfg!(windows));
        assert!(paths.state_dir().is_absolute());
        assert_eq!(paths.tray_lock().parent(), Some(paths.state_dir().as_path()));
    }

    #[test]
    fn an_unusable_home_is_an_error_with_a_way_out() {
        let file = std::env::current_exe().unwrap();
        for home in [Path::new(""), &file] {
            let error = Paths::new(Some(home), None).unwrap_err();
            assert!(error.hint().unwrap().contains("--home"), "{error}");
        }
        assert!(Paths::new(None, Some(Path::new(""))).is_err());
    }

    #[test]
    fn the_option_goes_before_the_variable_and_an_empty_variable_is_none() {
        let (option, variable) = (Path::new("/a"), OsStr::new("/b"));
        assert_eq!(home(Some(option), Some(variable)), Some(option));
        assert_eq!(home(None, Some(variable)), Some(Path::new("/b")));
        assert_eq!(home(None, Some(OsStr::new(""))), None);
        assert_eq!(home(None, None), None);
    }
}
