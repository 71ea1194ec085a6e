//! Takes secrets and tricks out of command lines before anybody reads them.
//!
//! Masks in doubt: a file name shown as dots costs a glance, a token in a log costs an account.

/// What stands where a secret was.
pub const MASK: &str = "•••";

/// The longest command line that is shown, in characters.
const LONGEST: usize = 240;

/// Words in the name of an option or variable that make its value a secret.
const SECRET_NAMES: &[&str] = &[
    "token",
    "key",
    "secret",
    "passw",
    "passphrase",
    "pwd",
    "auth",
    "credential",
    "bearer",
    "cookie",
    "session",
    "signature",
    "pat",
];

/// A command line that may be shown: secrets masked, one line, bounded length.
#[must_use]
pub fn command_line(args: &[String]) -> String {
    let mut shown: Vec<String> = Vec::with_capacity(args.len());
    let mut secret_follows = false;
    for word in args {
        let masked = if secret_follows && !word.starts_with('-') { MASK.to_owned() } else { mask_word(word) };
        secret_follows =
            word.starts_with('-') && !word.contains('=') && is_secret_name(word.trim_start_matches('-'));
        secret_follows |= word.eq_ignore_ascii_case("bearer") || word.to_lowercase().ends_with(": bearer");
        shown.push(quoted(&plain(&masked)));
    }
    shortened(&shown.join(" "), LONGEST)
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

fn mask_word(word: &str) -> String {
    if let Some((name, value)) = word.split_once('=')
        && !value.is_empty()
        && (is_secret_name(name.trim_start_matches('-')) || is_a_variable(name))
    {
        return format!("{name}={MASK}");
    }
    mask_parts(word)
}

/// `KEY=…`: an environment variable on a command line, whose value is nobody's business.
fn is_a_variable(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
}

fn is_secret_name(name: &str) -> bool {
    let name = name.to_lowercase();
    SECRET_NAMES.iter().any(|secret| name == *secret || (*secret != "pat" && name.contains(secret)))
}

/// Masks passwords in URLs and every long random run inside a word.
fn mask_parts(word: &str) -> String {
    let word = mask_url_password(word);
    let mut out = String::with_capacity(word.len());
    let mut run = String::new();
    for c in word.chars() {
        if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '+') {
            run.push(c);
        } else {
            flush(&mut run, &mut out);
            out.push(c);
        }
    }
    flush(&mut run, &mut out);
    out
}

fn flush(run: &mut String, out: &mut String) {
    out.push_str(if looks_random(run) { MASK } else { run });
    run.clear();
}

/// Long, and a mixture that no person types: digits among letters, with few repeated classes.
fn looks_random(run: &str) -> bool {
    const KNOWN: &[&str] = &["sk-", "ghp_", "gho_", "github_pat_", "xox", "AKIA", "AIza", "glpat-", "eyJ"];
    if run.len() >= 12 && KNOWN.iter().any(|prefix| run.starts_with(prefix)) {
        return true;
    }
    let digits = run.chars().filter(char::is_ascii_digit).count();
    let letters = run.chars().filter(char::is_ascii_alphabetic).count();
    if run.len() >= 24 && digits >= 3 && letters >= 3 {
        return true;
    }
    let (upper, lower) =
        (run.chars().any(|c| c.is_ascii_uppercase()), run.chars().any(|c| c.is_ascii_lowercase()));
    run.len() >= 16 && digits >= 2 && upper && lower && !run.contains('_')
}

fn mask_url_password(word: &str) -> String {
    let Some((scheme, rest)) = word.split_once("://") else { return word.to_owned() };
    let authority = rest.split(['/', '?']).next().unwrap_or(rest);
    let Some((user, _)) = authority.rsplit_once('@') else { return word.to_owned() };
    let name = user.split(':').next().unwrap_or(user);
    format!("{scheme}://{name}:{MASK}{}", &rest[user.len()..])
}

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
        ] {
            assert_eq!(shown(&words), words.join(" "));
        }
    }

    #[test]
    fn a_hostile_command_line_stays_one_line_and_short() {
        let line =
            shown(&["python", "a\nERROR forged", "\u{1b}[31mred", "\u{202E}gnp", &"x ".repeat(100_000)]);
        assert!(!line.chars().any(|c| c.is_control() || c == '\u{202E}'));
        assert!(line.chars().count() <= LONGEST + 1);
    }
}
