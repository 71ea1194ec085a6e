//! Where clients keep their configurations: the user's own, and those of the folder we are in.
//!
//! The list is made without looking; only then it is seen what is there. A variable of the environment
//! that moves a client's configuration is obeyed here, too.

use std::ffi::OsString;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::client::Client;
use crate::core::System;

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
}

/// What a folder may hold, by the end of its path.
const IN_FOLDERS: &[(Client, &str)] = &[
    (Client::ClaudeCode, ".mcp.json"),
    (Client::VsCode, ".vscode/mcp.json"),
    (Client::VsCode, ".vscode/settings.json"),
    (Client::Cursor, ".cursor/mcp.json"),
    (Client::GeminiCli, ".gemini/settings.json"),
    (Client::Codex, ".codex/config.toml"),
];

/// VS Code, and what is built from its source and keeps its servers in the same way.
const PRODUCTS: &[&str] = &["Code", "Code - Insiders", "VSCodium"];

impl Here<'_> {
    /// Every configuration that is there. What exists and cannot be read is on the list.
    #[must_use]
    pub fn places(&self) -> Vec<Place> {
        let mut found: Vec<Place> = Vec::new();
        let mut seen = Vec::new();
        for (client, path) in self.candidates() {
            for path in expanded(&path) {
                let file = fs::canonicalize(&path).unwrap_or_else(|_| path.clone());
                if is_there(&path) && !seen.contains(&file) {
                    seen.push(file);
                    found.push(Place { client, path });
                }
            }
        }
        found
    }

    /// Every place that a client looks at; a part `*` of a path is any name.
    #[must_use]
    pub fn candidates(&self) -> Vec<(Client, PathBuf)> {
        let variable = |name: &str| (self.variable)(name).map(PathBuf::from);
        let home = &self.home;
        let settings = match self.system {
            System::Linux => variable("XDG_CONFIG_HOME").unwrap_or_else(|| home.join(".config")),
            System::Windows => variable("APPDATA").unwrap_or_else(|| home.join("AppData/Roaming")),
            System::Macos => home.join("Library/Application Support"),
        };
        let claude_code = variable("CLAUDE_CONFIG_DIR").unwrap_or_else(|| home.clone());
        let gemini = variable("GEMINI_CLI_HOME").unwrap_or_else(|| home.clone());
        let codex = variable("CODEX_HOME").unwrap_or_else(|| home.join(".codex"));
        let mut all = self.in_folders();
        all.extend([
            (Client::ClaudeCode, claude_code.join(".claude.json")),
            (Client::ClaudeDesktop, settings.join("Claude/claude_desktop_config.json")),
        ]);
        if self.system == System::Windows {
            // Installed as a package, it is shown a folder of its own in place of %APPDATA%.
            let local = variable("LOCALAPPDATA").unwrap_or_else(|| home.join("AppData/Local"));
            let packaged = "Packages/Claude_*/LocalCache/Roaming/Claude/claude_desktop_config.json";
            all.push((Client::ClaudeDesktop, local.join(packaged)));
        }
        let vs_code = if let Some(portable) = variable("VSCODE_PORTABLE") {
            vec![portable.join("user-data/User")]
        } else {
            let root = variable("VSCODE_APPDATA").unwrap_or(settings);
            PRODUCTS.iter().map(|product| root.join(product).join("User")).collect()
        };
        for user in vs_code {
            let files = ["mcp.json", "settings.json", "profiles/*/mcp.json"];
            all.extend(files.map(|file| (Client::VsCode, user.join(file))));
        }
        all.extend([
            (Client::Cursor, home.join(".cursor/mcp.json")),
            (Client::Windsurf, home.join(".codeium/windsurf/mcp_config.json")),
            (Client::GeminiCli, gemini.join(".gemini/settings.json")),
            (Client::Codex, codex.join("config.toml")),
        ]);
        all
    }

    /// From the folder we are in upwards, to the home or the root.
    fn in_folders(&self) -> Vec<(Client, PathBuf)> {
        let mut all = Vec::new();
        for folder in self.folder.ancestors() {
            all.extend(IN_FOLDERS.iter().map(|(client, file)| (*client, folder.join(file))));
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
        let listed = self.places().into_iter().find(|place| same(&place.path)).map(|place| place.client);
        let named = || IN_FOLDERS.iter().find(|(_, end)| path.ends_with(end)).map(|(client, _)| *client);
        let unknown = if path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("toml")) {
            Client::Codex
        } else {
            Client::Unknown
        };
        Place { client: listed.or_else(named).unwrap_or(unknown), path: path.to_owned() }
    }
}

/// Not a folder, and not certainly absent.
fn is_there(path: &Path) -> bool {
    match fs::metadata(path) {
        Ok(facts) => !facts.is_dir(),
        Err(error) => !matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory),
    }
}

/// Every path that is there for one with a `*` in it.
fn expanded(path: &Path) -> Vec<PathBuf> {
    let parts: Vec<_> = path.components().collect();
    let star = parts.iter().position(|part| part.as_os_str().to_string_lossy().contains('*'));
    // Collected anew, a path has one kind of separator.
    let Some(star) = star else { return vec![parts.iter().collect()] };
    let name = parts[star].as_os_str().to_string_lossy().into_owned();
    let prefix = name.trim_end_matches('*');
    let rest: PathBuf = parts[star + 1..].iter().collect();
    let folder: PathBuf = parts[..star].iter().collect();
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let names = entries.flatten().filter(|entry| entry.file_name().to_string_lossy().starts_with(prefix));
    let mut found: Vec<PathBuf> = names.map(|entry| entry.path().join(&rest)).collect();
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
        let shown = |(_, path): (Client, PathBuf)| path.display().to_string().replace('\\', "/");
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
