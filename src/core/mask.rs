//! Takes secrets and tricks out of command lines before anybody reads them.
//!
//! Masks in doubt: a file name shown as dots costs a glance, a token in a log costs an account.

/// What stands where a secret was.
pub const MASK: &str = "•••";

/// The longest command line that is shown, in characters.
const LONGEST: usize = 240;

/// How far into a URL the `@` behind a password with a slash in it is looked for, in characters.
const LONGEST_USER: usize = 1000;

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
];

/// Parts of a name that are a secret's by themselves, and too short to be looked for inside others.
const SECRET_PARTS: &[&str] = &["pat", "pass", "pw"];

/// What stands between the name of a header and the secret in it.
const SCHEMES: &[&str] = &["bearer", "basic", "digest", "negotiate", "token", "apikey"];

/// Names whose values have spaces in them.
const LONG_VALUES: &[&str] = &["authorization", "cookie", "passw", "passphrase"];

/// Where a text comes from: it decides how far a value reaches.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Source {
    /// One argument: a value reaches to its end.
    Argument,
    /// A line that somebody wrote: a value is a word.
    Line,
}

/// A command line that may be shown: secrets masked, one line, bounded length.
#[must_use]
pub fn command_line(args: &[String]) -> String {
    let mut shown: Vec<String> = Vec::with_capacity(args.len());
    let mut secret_follows = false;
    for word in args {
        let (masked, value_follows) = masked_values(word, Source::Argument);
        let masked =
            if secret_follows && !word.starts_with('-') { MASK.to_owned() } else { masked_runs(&masked) };
        let last = word.rsplit(char::is_whitespace).next().unwrap_or_default().trim_matches(['"', '\'']);
        let is_option =
            word.starts_with('-') && !word.contains('=') && is_secret_name(word.trim_start_matches('-'));
        secret_follows = is_option
            || value_follows
            || last.eq_ignore_ascii_case("bearer")
            || is_scheme(last) && (secret_follows || word.contains(':'));
        shown.push(quoted(&plain(&masked)));
    }
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

/// `KEY=…`: an environment variable, whose value is nobody's business. In a line only those that
/// look like nothing else.
fn is_a_variable(name: &str, source: Source) -> bool {
    !name.is_empty()
        && name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
        && (source == Source::Argument || name.contains('_'))
}

fn is_secret_name(name: &str) -> bool {
    let name = name.to_lowercase();
    SECRET_NAMES.iter().any(|secret| name.contains(secret))
        || name.split(|c: char| !c.is_alphanumeric()).any(|part| SECRET_PARTS.contains(&part))
}

fn is_scheme(word: &str) -> bool {
    SCHEMES.iter().any(|scheme| word.eq_ignore_ascii_case(scheme))
}

const fn is_in_names(c: char) -> bool {
    c.is_ascii_alphanumeric() || !c.is_ascii() || matches!(c, '_' | '-' | '.' | '[' | ']')
}

/// The text with the value behind every secret name masked, everything in a URL that may be secret,
/// and whatever follows "Bearer"; and whether it ends where such a value would begin.
fn masked_values(text: &str, source: Source) -> (String, bool) {
    let mut out = String::with_capacity(text.len());
    let (mut rest, mut in_url) = (text, false);
    while let Some(c) = rest.chars().next() {
        if let Some(after) = rest.strip_prefix("://") {
            out.push_str("://");
            rest = mask_user(after, &mut out);
            in_url = true;
        } else if is_in_names(c) {
            let (name, after) = rest.split_at(rest.find(|c| !is_in_names(c)).unwrap_or(rest.len()));
            out.push_str(name);
            rest = after;
            if let Some(value) = value_behind(name, after, source) {
                let (between, value) = after.split_at(value);
                out.push_str(between);
                if value.is_empty() {
                    return (out, !between.ends_with('='));
                }
                out.push_str(MASK);
                rest = &value[value_len(name, between, value, source)..];
            }
        } else {
            out.push(c);
            rest = &rest[c.len_utf8()..];
            if c == '?' && in_url || matches!(c, '?' | '#') && starts_with_a_pair(rest) {
                rest = mask_query(rest, source, &mut out);
            }
            in_url &= !c.is_whitespace() && c != '"';
        }
    }
    (out, false)
}

/// Where the secret value behind a name begins, if there is one: `: `, `=`, `":"`, ` => `.
fn value_behind(name: &str, after: &str, source: Source) -> Option<usize> {
    let from = |rest: &str| after.len() - rest.trim_start().len();
    if name.eq_ignore_ascii_case("bearer") && after.starts_with(char::is_whitespace) {
        return Some(from(after));
    }
    if after.starts_with('=') && is_a_variable(name, source) {
        return Some(from(&after[1..]));
    }
    let sign = after.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '\\' | ')'));
    let value = sign.trim_start_matches([':', '=', '>']);
    let is_a_value = sign.starts_with([':', '=']) && !sign.starts_with("://") && is_secret_name(name);
    // `KeyError: …` and `auth::login` are no secrets.
    let is_talk = source == Source::Line && (sign.starts_with("::") || is_a_complaint(name));
    (is_a_value && !is_talk).then(|| from(value))
}

fn is_a_complaint(name: &str) -> bool {
    let name = name.to_lowercase();
    ["error", "exception", "warning"].iter().any(|end| name.ends_with(end))
}

/// How much of the text, which begins with the value of `name`, is the value.
fn value_len(name: &str, between: &str, value: &str, source: Source) -> usize {
    if name.eq_ignore_ascii_case("bearer") {
        return value.len();
    }
    let marks = value.len() - value.trim_start_matches('\\').len();
    let quote = value[marks..].chars().next().filter(|c| matches!(c, '"' | '\'' | '`'));
    if let Some(quote) = quote
        && (source == Source::Line || between.starts_with(['"', '\'', '\\']))
    {
        return quoted_len(value, marks, quote);
    }
    let name = name.to_lowercase();
    let reaches_far =
        LONG_VALUES.iter().any(|long| name.contains(long)) || value.starts_with(['[', '{', '(']);
    if source == Source::Argument || reaches_far {
        return value.len();
    }
    let mut end = 0;
    for word in value.split_inclusive(char::is_whitespace) {
        end += word.trim_end().len();
        if !word.trim().is_empty() && !is_scheme(word.trim()) {
            break;
        }
        end += word.len() - word.trim_end().len();
    }
    end
}

/// The length of a quoted value with its quotes, which `marks` backslashes precede.
fn quoted_len(value: &str, marks: usize, quote: char) -> usize {
    let mut backslashes = 0;
    for (at, c) in value.char_indices().skip(marks + 1) {
        if c == quote && backslashes <= marks && (marks > 0 || backslashes == 0) {
            return at + 1;
        }
        backslashes = if c == '\\' { backslashes + 1 } else { 0 };
        // Two of them are one that was meant.
        if marks == 0 && backslashes == 2 {
            backslashes = 0;
        }
    }
    value.len()
}

/// Writes the begin of a URL behind its scheme, without the password, and gives what follows.
fn mask_user<'t>(url: &'t str, out: &mut String) -> &'t str {
    let ends = |c: char| c.is_whitespace() || matches!(c, '/' | '?' | '#' | '"');
    let authority = &url[..url.find(ends).unwrap_or(url.len())];
    let has_a_port = |host: &str| {
        host.rsplit_once(':').is_none_or(|(_, port)| {
            host.starts_with('[') || port.len() <= 5 && port.chars().all(|c| c.is_ascii_digit())
        })
    };
    // A password with a slash in it ends the authority too early.
    let user = match authority.rfind('@') {
        None if !has_a_port(authority) => {
            let near = url.chars().take(LONGEST_USER).take_while(|c| !c.is_whitespace() && *c != '"');
            url[..near.map(char::len_utf8).sum()].rfind('@')
        }
        found => found,
    };
    let Some(user) = user else {
        let known = if has_a_port(authority) { authority } else { "" };
        out.push_str(known);
        return &url[known.len()..];
    };
    let is_a_name = !url[..user].contains(':') && !out.ends_with("http://") && !out.ends_with("https://");
    out.push_str(if is_a_name { &url[..user] } else { MASK });
    out.push('@');
    let host = &url[user + 1..];
    let host = &host[..host.find(ends).unwrap_or(host.len())];
    let known = if has_a_port(host) { host } else { "" };
    out.push_str(known);
    &url[user + 1 + known.len()..]
}

fn is_in_query_names(c: char) -> bool {
    is_in_names(c) || matches!(c, '%' | '~' | '+' | '*')
}

fn starts_with_a_pair(text: &str) -> bool {
    let value = text.trim_start_matches(is_in_query_names);
    value.len() < text.len() && value.starts_with('=')
}

/// Writes a query with every value masked and gives what follows it.
fn mask_query<'t>(query: &'t str, source: Source, out: &mut String) -> &'t str {
    let ends = |c: char| c == '"' || source == Source::Line && c.is_whitespace();
    let (query, after) = query.split_at(query.find(ends).unwrap_or(query.len()));
    for (at, pair) in query.split('&').enumerate() {
        if at > 0 {
            out.push('&');
        }
        match pair.split_once('=') {
            Some((name, value)) if name.chars().all(is_in_query_names) => {
                out.push_str(name);
                out.push('=');
                out.push_str(if value.is_empty() { "" } else { MASK });
            }
            _ => out.push_str(if pair.is_empty() { "" } else { MASK }),
        }
    }
    after
}

/// Masks every long random run.
fn masked_runs(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut run = String::new();
    for c in text.chars() {
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
    let is_mixed = |run: &str| {
        let digits = run.chars().filter(char::is_ascii_digit).count();
        digits >= 3 && run.chars().filter(char::is_ascii_alphabetic).count() >= 3
    };
    let in_one_piece = |piece: &str| piece.len() >= 16 && is_mixed(piece);
    if run.len() >= 24 && is_mixed(run) || run.split(['-', '_', '+']).any(in_one_piece) {
        return true;
    }
    let digits = run.chars().filter(char::is_ascii_digit).count();
    let (upper, lower) =
        (run.chars().any(|c| c.is_ascii_uppercase()), run.chars().any(|c| c.is_ascii_lowercase()));
    run.len() >= 16 && digits >= 2 && upper && lower && !run.contains('_')
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
    fn secrets_inside_a_word_do_not_survive() {
        for (words, expected) in [
            (vec!["curl", "Authorization: Bearer hunter2"], r#"curl "Authorization: •••""#),
            (vec!["x", "https://h/sse?user=me&token=hunter3"], "x https://h/sse?user=•••&token=•••"),
            (vec!["x", "X-Api-Key: hunter4"], r#"x "X-Api-Key: •••""#),
            (vec!["x", r#"{"token":"hunter5"}"#], r#"x {"token":•••}"#),
            (vec!["x", r#"{"token" : "hunt=er\"5", "port": 1}"#], r#"x "{"token" : •••, "port": 1}""#),
            (vec!["x", r#"{\"token\":\"hunter5\",\"port\":1}"#], r#"x {\"token\":•••,\"port\":1}"#),
            (vec!["x", "{'auth': ['hunter', 'hunter']}"], r#"x "{'auth': •••""#),
            (vec!["x", "abcdef1234567890ab"], "x •••"),
            (vec!["x", "--header=Authorization: Bearer hunter6"], r#"x "--header=Authorization: •••""#),
            (vec!["x", "-H", "Authorization:", "Bearer", "hunter7", "y"], "x -H Authorization: ••• ••• y"),
            (vec!["x", "Authorization: Basic", "hunter", "y"], r#"x "Authorization: •••" ••• y"#),
            (vec!["x", "say bearer hunter and hunter"], r#"x "say bearer •••""#),
            (vec!["x", "--password=hun ter,hunter&hunter"], "x --password=•••"),
            (vec!["x", "--env=MODE=hunter"], "x --env=MODE=•••"),
            (vec!["x", "https://hunter2@h:80/a"], "x https://•••@h:80/a"),
            (vec!["x", "db://me:hun/ter@h/a"], "x db://•••@h/a"),
            (vec!["x", "https://h/a?hunter"], "x https://h/a?•••"),
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
