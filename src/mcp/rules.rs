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
    /// What could not be read or is not written as expected. It may allow or deny any server.
    unread: Vec<Unread>,
}

/// A file of rules that is not known.
#[derive(Debug)]
struct Unread {
    path: PathBuf,
    rules: Rules,
    why: String,
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
            match path.try_exists() {
                Ok(false) => continue,
                Ok(true) => {}
                Err(error) => {
                    policy.cannot_read(rules, path, wording::unreadable(&error).sentence);
                    continue;
                }
            }
            match load(&path) {
                Ok(loaded) => policy.add(rules, path, &loaded.text),
                Err(refusal) => policy.cannot_read(rules, path, refusal.to_string()),
            }
        }
        policy
    }

    fn cannot_read(&mut self, rules: Rules, path: PathBuf, why: String) {
        self.unread.push(Unread { path, rules, why });
    }

    fn add(&mut self, rules: Rules, path: PathBuf, text: &str) {
        if text.trim().is_empty() {
            return;
        }
        let document = match Document::parse(text, Format::Json) {
            Ok(document) => document,
            Err(refusal) => return self.cannot_read(rules, path, refusal.to_string()),
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
        let (allowed, denied) = match (commands(root, allowed), commands(root, denied)) {
            (Ok(allowed), Ok(denied)) => (allowed, denied),
            (Err(key), _) | (_, Err(key)) => {
                return self.cannot_read(rules, path, wording::mcp_rule_unknown(key));
            }
        };
        self.files.push(RuleFile {
            path,
            rules,
            allowed,
            denied,
            registry_only: rules == Rules::VsCode && access.is_some(),
        });
    }

    /// Why a server must keep its command, which is `before` now and would be `after`.
    pub(super) fn objects(&self, client: Client, before: &[String], after: &[String]) -> Option<Complaint> {
        let of_client = || self.files.iter().filter(|file| file.rules == client.0.rules);
        let shown = |file: &RuleFile| mask::plain(&file.path.display().to_string());
        if let Some(unread) = self.unread.iter().find(|unread| unread.rules == client.0.rules) {
            return Some(wording::mcp_rules_unread(&unread.path.display(), &unread.why));
        }
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
}

/// The commands that the rules below these keys name. An error names the key whose value has another form.
fn commands<'k>(root: &Node, keys: &[&'k str]) -> Result<Vec<Vec<String>>, &'k str> {
    let mut found = Vec::new();
    for key in keys {
        let Some(list) = member(root, key) else { continue };
        for rule in items(list).ok_or(*key)? {
            if let Some(command) = member(rule, "serverCommand") {
                let words = items(command).ok_or(*key)?.iter().map(text);
                found.push(words.collect::<Option<Vec<String>>>().ok_or(*key)?);
            }
        }
    }
    Ok(found)
}

fn member<'n>(node: &'n Node, name: &str) -> Option<&'n Node> {
    node.members().iter().find(|member| member.name == name).map(|member| &member.node)
}

fn items(node: &Node) -> Option<&[Node]> {
    match &node.value {
        Value::List(items) => Some(items),
        Value::Text(_) | Value::Scalar | Value::Table(_) => None,
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
    fn rules_that_are_not_known_may_be_about_any_server() {
        for text in [
            "{",
            r#"{"allowedMcpServers": "all"}"#,
            r#"{"deniedMcpServers": [{"serverCommand": "python srv.py"}]}"#,
            r#"{"allowedMcpServers": [{"serverCommand": ["python", 1]}]}"#,
        ] {
            let said = objection(Client::CLAUDE_CODE, Rules::ClaudeCode, text);
            assert!(said.is_some_and(|said| said.contains("/etc/rules.json")), "{text}");
            assert_eq!(objection(Client::CODEX, Rules::ClaudeCode, text), None, "{text}");
        }
        assert_eq!(objection(Client::CLAUDE_CODE, Rules::ClaudeCode, " \n"), None, "nothing is no rule");
    }
}
