//! What an administrator, or the user, has laid down about servers by their exact command.
//!
//! A client that compares commands word by word does not know a server again behind our guard: one that is allowed
//! would be refused, one that is denied would slip past. Reads only; what other systems keep (the registry of Windows,
//! profiles of macOS, settings that come from a server) is not looked at.

use std::path::PathBuf;

use super::client::Client;
use super::locate::{Here, expanded};
use super::row::{OF_CLAUDE_CODE, Rules};
use super::store::load;
use super::tree::{Document, Format, Node, Value};
use crate::core::wording::{self, Complaint};
use crate::core::{System, mask};

/// The rules that are in sight.
#[derive(Debug, Default)]
pub struct Policy {
    files: Vec<RuleFile>,
    /// Files of rules that could not be read, and why.
    unread: Vec<(PathBuf, String)>,
}

/// The rules of one file.
#[derive(Debug)]
struct RuleFile {
    path: PathBuf,
    rules: Rules,
    /// The commands that are allowed; empty where no rule speaks of commands.
    allowed: Vec<Vec<String>>,
    denied: Vec<Vec<String>>,
    /// Whether only servers of a registry may start.
    registry_only: bool,
}

impl Policy {
    /// Reads every file of rules that is there. Blocks.
    #[must_use]
    pub fn read(here: &Here<'_>) -> Self {
        let mut policy = Self::default();
        for (rules, path) in candidates(here) {
            if !path.is_file() {
                continue;
            }
            match load(&path) {
                Ok(loaded) => policy.add(rules, path, &loaded.text),
                Err(refusal) => policy.unread.push((path, refusal.to_string())),
            }
        }
        policy
    }

    fn add(&mut self, rules: Rules, path: PathBuf, text: &str) {
        let document = match Document::parse(text, Format::Json) {
            Ok(document) => document,
            Err(refusal) => return self.unread.push((path, refusal.to_string())),
        };
        let root = &document.root;
        let (allowed, denied) = match rules {
            Rules::None => return,
            Rules::ClaudeCode => (&["allowedMcpServers"][..], &["deniedMcpServers"][..]),
            Rules::VsCode => (
                &["chat.mcp.allowedServers", "ChatAllowedMcpServers"][..],
                &["chat.mcp.deniedServers", "ChatDeniedMcpServers"][..],
            ),
        };
        let is_registry = |node: &&Node| matches!(&node.value, Value::Text(text) if text == "registry");
        let access =
            ["chat.mcp.access", "ChatMCP"].iter().filter_map(|key| member(root, key)).find(is_registry);
        self.files.push(RuleFile {
            path,
            rules,
            allowed: commands(root, allowed),
            denied: commands(root, denied),
            registry_only: rules == Rules::VsCode && access.is_some(),
        });
    }

    /// Why a server must keep its command, which is `before` now and would be `after`.
    pub(super) fn objects(&self, client: Client, before: &[String], after: &[String]) -> Option<Complaint> {
        let of_client = || self.files.iter().filter(|file| file.rules == client.0.rules);
        let shown = |file: &RuleFile| mask::plain(&file.path.display().to_string());
        let names = |lists: &[Vec<String>], words: &[String]| lists.iter().any(|list| list == words);
        if let Some(file) = of_client().find(|file| names(&file.denied, before) || names(&file.denied, after))
        {
            return Some(wording::mcp_denied(client.name(), &shown(file)));
        }
        let is_allowed_afterwards = of_client().any(|file| names(&file.allowed, after));
        let by_command = of_client().find(|file| names(&file.allowed, before));
        if let Some(file) = by_command.filter(|_| !is_allowed_afterwards) {
            return Some(wording::mcp_allowed(client.name(), &shown(file)));
        }
        let registry = of_client().find(|file| file.registry_only)?;
        Some(wording::mcp_registry_only(client.name(), &shown(registry)))
    }

    /// The files of rules of these clients that could not be read, and why.
    pub fn unread(&self) -> impl Iterator<Item = (&PathBuf, &str)> {
        self.unread.iter().map(|(path, why)| (path, why.as_str()))
    }
}

/// The commands that the rules of a list name.
fn commands(root: &Node, keys: &[&str]) -> Vec<Vec<String>> {
    let lists = keys.iter().filter_map(|key| member(root, key));
    let rules = lists.flat_map(items);
    let commands = rules.filter_map(|rule| member(rule, "serverCommand"));
    commands.map(|command| items(command).iter().filter_map(text).collect()).collect()
}

fn member<'n>(node: &'n Node, name: &str) -> Option<&'n Node> {
    node.members().iter().find(|member| member.name == name).map(|member| &member.node)
}

fn items(node: &Node) -> &[Node] {
    match &node.value {
        Value::List(items) => items,
        Value::Text(_) | Value::Scalar | Value::Table(_) => &[],
    }
}

fn text(node: &Node) -> Option<String> {
    match &node.value {
        Value::Text(text) => Some(text.clone()),
        Value::Scalar | Value::List(_) | Value::Table(_) => None,
    }
}

/// Where rules can stand.
fn candidates(here: &Here<'_>) -> Vec<(Rules, PathBuf)> {
    let mut all = Vec::new();
    for folder in here.folders(OF_CLAUDE_CODE) {
        all.push((Rules::ClaudeCode, folder.join("managed-settings.json")));
        let more = expanded(&folder.join("managed-settings.d/*.json"));
        all.extend(more.into_iter().map(|path| (Rules::ClaudeCode, path)));
    }
    let own = here.variable("CLAUDE_CONFIG_DIR").unwrap_or_else(|| here.home.join(".claude"));
    all.push((Rules::ClaudeCode, own.join("settings.json")));
    for folder in here.folder.ancestors() {
        let files = [".claude/settings.json", ".claude/settings.local.json"];
        all.extend(files.map(|file| (Rules::ClaudeCode, folder.join(file))));
        all.push((Rules::VsCode, folder.join(".vscode/settings.json")));
        if folder == here.home {
            break;
        }
    }
    if here.system == System::Linux {
        all.push((Rules::VsCode, PathBuf::from("/etc/vscode/policy.json")));
    }
    all.extend(here.settings_of_vs_code().into_iter().map(|path| (Rules::VsCode, path)));
    all.dedup();
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<String> {
        line.split(' ').map(str::to_owned).collect()
    }

    fn objection(client: Client, rules: Rules, text: &str) -> Option<String> {
        let mut policy = Policy::default();
        policy.add(rules, "/etc/rules.json".into(), text);
        let after = words("/opt/shimkeeper guard -- python srv.py");
        policy.objects(client, &words("python srv.py"), &after).map(|complaint| complaint.sentence)
    }

    #[test]
    fn a_server_that_is_known_by_its_exact_command_keeps_it() {
        let claude = |text| objection(Client::CLAUDE_CODE, Rules::ClaudeCode, text);
        for (text, said) in [
            (r#"{"allowedMcpServers":[{"serverCommand":["python","srv.py"]}]}"#, "allows"),
            (r#"{"deniedMcpServers":[{"serverName":"x"},{"serverCommand":["python","srv.py"]}]}"#, "denies"),
            (
                r#"{"deniedMcpServers":[{"serverCommand":["/opt/shimkeeper","guard","--","python","srv.py"]}]}"#,
                "denies",
            ),
        ] {
            assert!(claude(text).unwrap().contains(said), "{text}");
        }
        for text in [
            r#"{"allowedMcpServers":[{"serverName":"python"}]}"#,
            r#"{"allowedMcpServers":[{"serverCommand":["python","other.py"]}]}"#,
            r#"{"allowedMcpServers":[{"serverCommand":["python","srv.py"]},
                {"serverCommand":["/opt/shimkeeper","guard","--","python","srv.py"]}]}"#,
            r#"{"chat.mcp.deniedServers":[{"serverCommand":["python","srv.py"]}]}"#,
            "[]",
        ] {
            assert_eq!(claude(text), None, "{text}");
        }
    }

    #[test]
    fn the_rules_of_vs_code_are_its_own() {
        let vs_code = |text| objection(Client::VS_CODE, Rules::VsCode, text);
        for text in [
            r#"{"chat.mcp.allowedServers":[{"serverCommand":["python","srv.py"]}]}"#,
            r#"{"ChatDeniedMcpServers":[{"serverCommand":["python","srv.py"]}]}"#,
            r#"{"chat.mcp.access":"registry"}"#,
        ] {
            assert!(vs_code(text).is_some(), "{text}");
        }
        assert_eq!(vs_code(r#"{"chat.mcp.access":"all"}"#), None);
        assert_eq!(objection(Client::CODEX, Rules::VsCode, r#"{"chat.mcp.access":"registry"}"#), None);
    }

    #[test]
    fn rules_that_cannot_be_read_are_named() {
        let mut policy = Policy::default();
        policy.add(Rules::ClaudeCode, "/etc/rules.json".into(), "{");
        assert_eq!(policy.unread().count(), 1);
    }
}
