//! Where clients keep their configurations: the user's own, and those of the folder we are in.
//!
//! The list is made without looking; only then it is seen what is there. A variable of the environment
//! that moves a client's configuration is obeyed here, too.

use std::ffi::OsString;
use std::fs;
use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};

use super::client::Client;
use super::row::{Base, PLUGIN_FOLDERS, Spot};
use crate::core::System;
use crate::core::wording::{self, Complaint};

/// What the places follow from.
pub struct Here<'a> {
    /// The kind of system.
    pub system: System,
    /// The user's home.
    pub home: PathBuf,
    /// The folder we are in.
    pub folder: PathBuf,
    /// A variable of the environment, where it is set and not empty.
    pub variable: &'a dyn Fn(&str) -> Option<OsString>,
}

/// A configuration and whose it is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Place {
    /// The client that reads it.
    pub client: Client,
    /// The file.
    pub path: PathBuf,
    /// Whose file it is to write.
    pub keeper: Keeper,
}

/// Whose file it is to write.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Keeper {
    /// The user's.
    User,
    /// A plugin's or an extension's: its next update writes it anew.
    Plugin,
    /// An administrator's.
    Administrator,
}

impl Keeper {
    /// Why it is left alone, where it is not the user's.
    pub(super) fn objects(self) -> Option<Complaint> {
        match self {
            Self::User => None,
            Self::Plugin => Some(wording::mcp_of_a_plugin()),
            Self::Administrator => Some(wording::mcp_of_an_administrator()),
        }
    }
}

impl Place {
    /// A file of the user's.
    #[must_use]
    pub const fn of_user(client: Client, path: PathBuf) -> Self {
        Self { client, path, keeper: Keeper::User }
    }
}

/// VS Code, and what is built from its source and keeps its servers in the same way.
const VS_CODES: &[&str] = &["Code", "Code - Insiders", "VSCodium"];

/// Other programs that are built from its source and run its extensions.
const OTHER_EDITORS: &[&str] = &["Cursor", "Windsurf"];

impl Here<'_> {
    /// Every configuration that is there. What exists and cannot be read is on the list.
    #[must_use]
    pub fn places(&self) -> Vec<Place> {
        let mut found: Vec<Place> = Vec::new();
        let mut seen = Vec::new();
        for place in self.candidates() {
            for path in expanded(&place.path) {
                let file = fs::canonicalize(&path).unwrap_or_else(|_| path.clone());
                if is_there(&path) && !seen.contains(&file) {
                    seen.push(file);
                    found.push(Place { path, ..place.clone() });
                }
            }
        }
        found
    }

    /// Every place that a client looks at; a part `*` of a path is any name.
    #[must_use]
    pub fn candidates(&self) -> Vec<Place> {
        let mut all = self.in_folders();
        let mut plugins = Vec::new();
        for client in Client::known() {
            let of = |spots: &[Spot], keeper| {
                let paths = spots.iter().flat_map(|(base, path)| {
                    self.folders(*base).into_iter().map(move |folder| folder.join(path))
                });
                paths.map(|path| Place { client, path, keeper }).collect::<Vec<_>>()
            };
            all.extend(of(client.0.user, Keeper::User));
            plugins.extend(of(client.0.plugins, Keeper::Plugin));
            plugins.extend(of(client.0.managed, Keeper::Administrator));
        }
        all.extend(plugins);
        all
    }

    /// The folders that a base stands for on this system.
    pub(super) fn folders(&self, base: Base) -> Vec<PathBuf> {
        let home = &self.home;
        let config = || self.variable("XDG_CONFIG_HOME").unwrap_or_else(|| home.join(".config"));
        let settings = || match self.system {
            System::Linux => config(),
            System::Windows => self.variable("APPDATA").unwrap_or_else(|| home.join("AppData/Roaming")),
            System::Macos => home.join("Library/Application Support"),
        };
        let editors = |products: &[&str]| {
            if let Some(portable) = self.variable("VSCODE_PORTABLE") {
                return vec![portable.join("user-data/User")];
            }
            let root = self.variable("VSCODE_APPDATA").unwrap_or_else(settings);
            products.iter().map(|product| root.join(product).join("User")).collect()
        };
        match base {
            Base::Home => vec![home.clone()],
            Base::Config => vec![config()],
            Base::Settings => vec![settings()],
            Base::Local if self.system == System::Windows => {
                vec![self.variable("LOCALAPPDATA").unwrap_or_else(|| home.join("AppData/Local"))]
            }
            Base::Local => Vec::new(),
            Base::Moved(name, otherwise) => vec![self.variable(name).unwrap_or_else(|| home.join(otherwise))],
            Base::System(linux, macos, windows) => vec![PathBuf::from(match self.system {
                System::Linux => linux,
                System::Macos => macos,
                System::Windows => windows,
            })],
            Base::VsCode => editors(VS_CODES),
            Base::Editors => editors(&[VS_CODES, OTHER_EDITORS].concat()),
        }
    }

    /// The folder that a variable of the environment names.
    pub(super) fn variable(&self, name: &str) -> Option<PathBuf> {
        (self.variable)(name).map(PathBuf::from)
    }

    /// The user's settings of VS Code.
    pub(super) fn settings_of_vs_code(&self) -> Vec<PathBuf> {
        self.folders(Base::VsCode).into_iter().map(|folder| folder.join("settings.json")).collect()
    }

    /// From the folder we are in upwards, to the home or the root.
    fn in_folders(&self) -> Vec<Place> {
        let mut all = Vec::new();
        for folder in self.folder.ancestors() {
            for client in Client::known() {
                let files = client.0.project.iter();
                all.extend(files.map(|file| Place::of_user(client, folder.join(file))));
            }
            if folder == self.home {
                break;
            }
        }
        all
    }

    /// Whose configuration a file is that the user named.
    #[must_use]
    pub fn place_of(&self, path: &Path) -> Place {
        let same = |other: &Path| match (fs::canonicalize(path), fs::canonicalize(other)) {
            (Ok(file), Ok(other)) => file == other,
            (Err(_), _) | (_, Err(_)) => false,
        };
        if let Some(place) = self.places().into_iter().find(|place| same(&place.path)) {
            return Place { path: path.to_owned(), ..place };
        }
        let has_it = |client: &Client| client.0.project.iter().any(|end| path.ends_with(end));
        let client = Client::known().find(has_it).unwrap_or_else(|| Client::unknown(path));
        let whole = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let in_a_plugin = |folder: &Path| PLUGIN_FOLDERS.iter().any(|end| folder.ends_with(end));
        let keeper = if whole.ancestors().any(in_a_plugin) { Keeper::Plugin } else { Keeper::User };
        Place { client, path: path.to_owned(), keeper }
    }
}

/// Not a folder, and not certainly absent.
fn is_there(path: &Path) -> bool {
    match fs::metadata(path) {
        Ok(facts) => !facts.is_dir(),
        Err(error) => !matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory),
    }
}

/// Every path that is there for one with a `*` in it. One without is taken as it is.
pub(super) fn expanded(path: &Path) -> Vec<PathBuf> {
    let parts: Vec<_> = path.components().collect();
    let has_star = |part: &Component<'_>| part.as_os_str().to_string_lossy().contains('*');
    let Some(star) = parts.iter().position(has_star) else {
        // Collected anew, a path has one kind of separator.
        return vec![parts.iter().collect()];
    };
    let mut found = vec![parts[..star].iter().collect::<PathBuf>()];
    for part in &parts[star..] {
        found = if has_star(part) {
            found.iter().flat_map(|folder| fitting(folder, &part.as_os_str().to_string_lossy())).collect()
        } else {
            found.iter().map(|folder| folder.join(part)).collect()
        };
    }
    found
}

/// What lies in a folder and fits a name with a `*` in it.
fn fitting(folder: &Path, name: &str) -> Vec<PathBuf> {
    let (prefix, ending) = name.split_once('*').unwrap_or((name, ""));
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let fits = |name: &str| {
        name.len() >= prefix.len() + ending.len() && name.starts_with(prefix) && name.ends_with(ending)
    };
    let names = entries.flatten().filter(|entry| fits(&entry.file_name().to_string_lossy()));
    let mut found: Vec<PathBuf> = names.map(|entry| entry.path()).collect();
    found.sort();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidates(system: System, set: &[(&str, &str)]) -> Vec<String> {
        let variable =
            |name: &str| set.iter().find(|(other, _)| *other == name).map(|(_, value)| OsString::from(value));
        let here = Here { system, home: "/h".into(), folder: "/h/p/q".into(), variable: &variable };
        let shown = |place: Place| place.path.display().to_string().replace('\\', "/");
        here.candidates().into_iter().map(shown).collect()
    }

    #[test]
    fn each_client_is_looked_for_where_it_keeps_its_servers() {
        let linux = candidates(System::Linux, &[]);
        for path in [
            "/h/p/q/.mcp.json",
            "/h/p/.vscode/mcp.json",
            "/h/.cursor/mcp.json",
            "/h/.claude.json",
            "/h/.config/Claude/claude_desktop_config.json",
            "/h/.config/Code/User/mcp.json",
            "/h/.config/Code/User/settings.json",
            "/h/.config/VSCodium/User/profiles/*/mcp.json",
            "/h/.codeium/windsurf/mcp_config.json",
            "/h/.gemini/settings.json",
            "/h/.codex/config.toml",
        ] {
            assert!(linux.contains(&path.to_owned()), "{path} in {linux:?}");
        }
        assert!(!linux.contains(&"/.mcp.json".to_owned()), "above the home nothing is the user's");
        let windows = candidates(System::Windows, &[("LOCALAPPDATA", "/l")]);
        for path in [
            "/h/AppData/Roaming/Claude/claude_desktop_config.json",
            "/l/Packages/Claude_*/LocalCache/Roaming/Claude/claude_desktop_config.json",
            "/h/AppData/Roaming/Code/User/mcp.json",
        ] {
            assert!(windows.contains(&path.to_owned()), "{path} in {windows:?}");
        }
        for (system, managed) in [
            (System::Linux, "/etc/claude-code/managed-mcp.json"),
            (System::Macos, "/Library/Application Support/ClaudeCode/managed-mcp.json"),
            (System::Windows, "C:/Program Files/ClaudeCode/managed-mcp.json"),
        ] {
            assert!(candidates(system, &[]).contains(&managed.to_owned()), "{managed}");
        }
        let mac = candidates(System::Macos, &[]);
        assert!(mac.contains(&"/h/Library/Application Support/Claude/claude_desktop_config.json".to_owned()));
    }

    #[test]
    fn the_clients_own_variables_are_obeyed() {
        let set = [
            ("CLAUDE_CONFIG_DIR", "/c"),
            ("CODEX_HOME", "/x"),
            ("GEMINI_CLI_HOME", "/g"),
            ("XDG_CONFIG_HOME", "/s"),
            ("VSCODE_PORTABLE", "/v"),
        ];
        let found = candidates(System::Linux, &set);
        for path in [
            "/c/.claude.json",
            "/x/config.toml",
            "/g/.gemini/settings.json",
            "/s/Claude/claude_desktop_config.json",
            "/v/user-data/User/mcp.json",
        ] {
            assert!(found.contains(&path.to_owned()), "{path} in {found:?}");
        }
        assert!(!found.contains(&"/h/.claude.json".to_owned()));
    }
}
