//! Takes secrets and tricks out of command lines before anybody reads them.
//!
//! Masks in doubt: a file name shown as dots costs a glance, a token in a log costs an account. Whether a word is
//! secret is told by the words before it (`words.rs`, by the rules of `options.rs`), by a name inside it
//! (`values.rs`, `url.rs`), or by its looks (`random.rs`).

mod names;
mod options;
mod pieces;
mod random;
mod url;
mod values;
mod words;

pub use names::is_secret_name;
pub use words::words;

use random::masked_runs;
use values::{Source, masked_values};

/// What stands where a secret was.
pub const MASK: &str = "•••";

/// The longest command line that is shown, in characters.
const LONGEST: usize = 240;

/// A command line that may be shown: secrets masked, one line, bounded length.
#[must_use]
pub fn command_line(args: &[String]) -> String {
    let shown: Vec<String> = words(args).iter().map(|word| quoted(word)).collect();
    shortened(&shown.join(" "), LONGEST)
}

/// A line that somebody else wrote, as it may be shown and logged: secrets masked, no colours, plain.
#[must_use]
pub fn text(line: &str) -> String {
    plain(&masked_runs(&masked_values(&uncoloured(line), Source::Line).0))
}

/// Text of somebody else in one line: no control characters, no marks that turn the writing
/// direction, so that it cannot pretend to be more than a word.
#[must_use]
pub fn plain(text: &str) -> String {
    let harmless = |c: char| !c.is_control() && !is_invisible(c);
    text.chars().map(|c| if harmless(c) { c } else { '\u{FFFD}' }).collect()
}

/// Text of somebody else, in one line and at most `longest` characters.
#[must_use]
pub fn plain_short(text: &str, longest: usize) -> String {
    shortened(&plain(text), longest)
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{061C}')
}

fn shortened(text: &str, longest: usize) -> String {
    match text.char_indices().nth(longest) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}

fn quoted(word: &str) -> String {
    if word.is_empty() || word.contains(' ') { format!("\"{word}\"") } else { word.to_owned() }
}

/// Without the sequences by which terminals colour: they stand between names and values.
fn uncoloured(line: &str) -> String {
    let mut parts = line.split("\u{1b}[");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let text = part.trim_start_matches(|c: char| matches!(c, ' '..='?'));
        out.push_str(text.strip_prefix(|c: char| matches!(c, '@'..='~')).unwrap_or(text));
    }
    out
}

#[cfg(test)]
mod planted;

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(words: &[&str]) -> String {
        command_line(&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn secrets_do_not_survive() {
        let secret = "q7Zk29LmPx44TtVb";
        for words in [
            vec!["python", "run_ws_shim.py", "--token", secret],
            vec!["python", "run_ws_shim.py", "--token=q7Zk29LmPx44TtVb"],
            vec!["python", "run_ws_shim.py", "--api-key", secret],
            vec!["env", "EXAI_WS_TOKEN=q7Zk29LmPx44TtVb", "python"],
            vec!["curl", "-H", "Authorization: Bearer q7Zk29LmPx44TtVb"],
            vec!["x", "https://user:q7Zk29LmPx44TtVb@example.org/a"],
            vec!["x", "--url", "http://h/?q=q7Zk29LmPx44TtVb"],
            vec!["x", "q7Zk29LmPx44TtVb"],
        ] {
            let line = shown(&words);
            assert!(!line.contains(secret), "{line}");
            assert!(line.contains(MASK), "{line}");
        }
        assert!(!shown(&["x", "sk-proj-abcdefghij"]).contains("abcdefghij"));
        assert!(!shown(&["x", "MODE=short"]).contains("short"));
    }

    #[test]
    fn secrets_inside_a_word_do_not_survive() {
        for (words, expected) in [
            (vec!["curl", "Authorization: Bearer hunter2"], r#"curl "Authorization: •••""#),
            (vec!["x", "https://h/sse?user=me&token=hunter3"], "x https://h/sse?user=•••&token=•••"),
            (vec!["x", "X-Api-Key: hunter4"], r#"x "X-Api-Key: •••""#),
            (vec!["x", r#"{"token":"hunter5"}"#], r#"x {"token":•••}"#),
            (vec!["x", r#"{"token" : "hunt=er\"5", "port": 1}"#], r#"x "{"token" : •••, "port": 1}""#),
            (vec!["x", r#"{\"token\":\"hunter5\",\"port\":1}"#], r#"x {\"token\":•••,\"port\":1}"#),
            (vec!["x", r#"{\"token\":\"hun\\\"ter\",\"port\":1}"#], r#"x {\"token\":•••,\"port\":1}"#),
            (vec!["x", r#"{"token":"hunter\\","port":1}"#], r#"x {"token":•••,"port":1}"#),
            (vec!["x", "{'auth': ['hunter', 'hunter']}"], r#"x "{'auth': •••""#),
            (vec!["x", "abcdef1234567890ab"], "x •••"),
            (vec!["x", "3f2a91bc-77de-10aa-55ff-cc0123456789"], "x •••"),
            (vec!["x", "AbCdEfGhIjKlMnO12"], "x •••"),
            (vec!["x", "--header=Authorization: Bearer hunter6"], "x --header=•••"),
            (vec!["x", "-H", "Authorization:", "Bearer", "hunter7", "y"], "x -H ••• ••• ••• y"),
            (vec!["x", "X-Api-Key:", "hunter", "y"], "x X-Api-Key: ••• y"),
            (vec!["x", "--auth", "Basic", "hunter", "y"], "x --auth ••• ••• y"),
            (vec!["x", "Authorization: Basic", "hunter", "y"], r#"x "Authorization: •••" ••• y"#),
            (vec!["x", "say bearer hunter and hunter"], r#"x "say bearer •••""#),
            (vec!["x", "--password=hun ter,hunter&hunter"], "x --password=•••"),
            (vec!["x", "--env=MODE=hunter"], "x --env=MODE=•••"),
            (vec!["x", "https://hunter2@h:80/a"], "x https://•••@h:80/a"),
            (vec!["x", "http://hunter2@h/a"], "x http://•••@h/a"),
            (vec!["x", "db://me:hun/ter@h/a"], "x db://•••@h/a"),
            (vec!["x", "db://me:123456/7@h/a"], "x db://•••@h/a"),
            (vec!["x", "https://h/a?hunter"], "x https://h/a?•••"),
            (vec!["x", "https://h/a?hun/ter=="], "x https://h/a?•••"),
            (vec!["x", "/sse?a=hunter#id=hunter"], "x /sse?a=•••"),
            (vec!["env", "A=", "python"], "env A= python"),
            (vec!["x", "GITHUB_PAT: hunter"], r#"x "GITHUB_PAT: •••""#),
        ] {
            assert_eq!(shown(&words), expected);
        }
    }

    #[test]
    fn secrets_in_a_line_do_not_survive() {
        for (line, expected) in [
            ("got Authorization: Bearer hunter2", "got Authorization: •••"),
            ("X-Api-Key: hunter4 from 127.0.0.1", "X-Api-Key: ••• from 127.0.0.1"),
            (r#"sends {"token": "hunter 5", "id": 3}"#, r#"sends {"token": •••, "id": 3}"#),
            ("sends {'token': 'hunter 5', 'id': 3}", "sends {'token': •••, 'id': 3}"),
            ("auth = Basic hunter2 ok", "auth = ••• ok"),
            ("auth = Basic  hunter2 ok", "auth = ••• ok"),
            (r#"token="hun ter" ok"#, "token=••• ok"),
            ("password: correct horse battery", "password: •••"),
            ("DB_URL=hunter2 LEVEL=debug", "DB_URL=••• LEVEL=debug"),
            ("\u{1b}[36mtoken\u{1b}[0m=\u{1b}[35mhunter2\u{1b}[0m", "token=•••"),
            (r#""GET /sse?id=hunter&x=y HTTP/1.1" 200"#, r#""GET /sse?id=•••&x=••• HTTP/1.1" 200"#),
            ("opens https://me:hunter2@h/a?b=c now", "opens https://•••@h/a?b=••• now"),
            ("uses abcdef1234567890ab", "uses •••"),
            ("a\u{7}b\u{202E}c", "a\u{FFFD}b\u{FFFD}c"),
        ] {
            assert_eq!(text(line), expected);
        }
    }

    #[test]
    fn ordinary_lines_stay_readable() {
        for line in [
            "INFO:     Uvicorn running on http://127.0.0.1:3005 (Press CTRL+C to quit)",
            "INFO:     127.0.0.1:50110 - \"POST /mcp HTTP/1.1\" 200 OK",
            "2026-11-22 14:00:00,123 - mcp.server - INFO - Processing request of type ListToolsRequest",
            "Traceback (most recent call last):",
            "  File \"C:\\Project\\run_ws_shim.py\", line 12, in <module>",
            "KeyError: 'name'",
            "2026-11-22T14:00:00.123456Z  INFO mcp::auth::server: started pid=4242 port=3005",
            "OSError: [Errno 98] error while attempting to bind on address ('127.0.0.1', 3005)",
            "Is anybody there? Yes: 100 % 😀 größer",
            "opens db://host:name/a as me@h told",
            "reads http://h/a and ./b?.py",
            "",
        ] {
            assert_eq!(text(line), line);
        }
    }

    #[test]
    fn a_hostile_line_is_masked_in_no_time() {
        for part in ["token", "token=", "\"", "?a=", "://", "\u{1b}[", "bearer ", "@:", "\\", "token:\\'"] {
            let _ = text(&part.repeat(10_000));
            let _ = shown(&[&part.repeat(10_000)]);
        }
    }

    #[test]
    fn ordinary_command_lines_stay_readable() {
        for words in [
            vec!["python", "-u", "run_ws_shim.py"],
            vec![
                r"C:\Project\EX-AI-MCP-Server\.venv\Scripts\python.exe",
                "-u",
                "scripts/runtime/run_ws_shim.py",
            ],
            vec!["uv", "run", "--with", "mcp", "run_ws_shim.py", "--port", "3005"],
            vec!["node", "/usr/lib/node_modules/@modelcontextprotocol/server-filesystem/dist/index.js"],
            vec!["python", "--log-level=debug"],
            vec!["npx", "modelcontextprotocol-server-everything", "run-2024-11-22"],
            vec!["x", "http://127.0.0.1:3005/@scope/a"],
            vec!["git", "clone", "ssh://git@example.org/a"],
            vec!["ls", "a?.py", "./a?.py", "issue#12"],
            vec!["make", "CC?=gcc"],
        ] {
            assert_eq!(shown(&words), words.join(" "));
        }
    }

    #[test]
    fn folders_of_package_caches_stay_readable_and_tokens_beside_them_do_not() {
        for path in [
            "/home/x/.npm/_npx/9833c18b2d85bc59/node_modules/.bin/mcp-server",
            "/home/x/.cache/uv/archive-v0/0DMGDX0_fgMv8fGJG5EIq/bin/python",
            r"C:\Users\x\AppData\Local\uv\cache\archive-v0\0DMGDX0_fgMv8fGJG5EIq\Scripts\python.exe",
            "/home/x/.cache/uv/environments-v2/script-3e1c0f2ad9b84c57/bin/python",
            "/home/x/.cache/pnpm/dlx/3e1c0f2ad9b84c57aa01bb02cc03dd04/node_modules/x/index.js",
            "/home/x/.local/share/pipx/venvs/3e1c0f2ad9b84c57/bin/x",
        ] {
            assert_eq!(shown(&["node", path]), format!("node {path}"));
            assert_eq!(text(&format!("runs {path} now")), format!("runs {path} now"));
        }
        for (words, expected) in [
            (vec!["x", "/srv/3e1c0f2ad9b84c57/x"], "x /srv/•••/x"),
            (vec!["x", "/h/_npx/sk-proj-3e1c0f2ad9b84c57/x"], "x /h/_npx/•••/x"),
            (vec!["x", "_npx/3e1c0f2ad9b84c57"], "x _npx/•••"),
            (vec!["x", "https://h/a/_npx/3e1c0f2ad9b84c57/x"], "x https://h/a/_npx/•••/x"),
            (vec!["x", "/h/_npx/3e1c0f2ad9b84c57/9833c18b2d85bc59"], "x /h/_npx/3e1c0f2ad9b84c57/•••"),
            (vec!["x", "--token", "/h/_npx/3e1c0f2ad9b84c57"], "x --token •••"),
            (vec!["x", "--token=/h/_npx/3e1c0f2ad9b84c57"], "x --token=•••"),
        ] {
            assert_eq!(shown(&words), expected);
        }
    }

    #[test]
    fn what_somebody_else_wrote_is_cut_where_there_is_no_more_room() {
        assert_eq!(plain_short("größer\n", 3), "grö…");
        assert_eq!(plain_short("größer\n", 7), "größer\u{FFFD}");
    }

    #[test]
    fn a_hostile_command_line_stays_one_line_and_short() {
        let line =
            shown(&["python", "a\nERROR forged", "\u{1b}[31mred", "\u{202E}gnp", &"x ".repeat(100_000)]);
        assert!(!line.chars().any(|c| c.is_control() || c == '\u{202E}'));
        assert!(line.chars().count() <= LONGEST + 1);
    }
}
