//! Command lines that stand in a command line: what a shell is given to run.

use std::borrow::Cow;

/// Words in front of a command that a shell looks through by itself.
const PREFIXES: &[&str] = &["exec", "command", "builtin", "nohup", "time"];

/// The words of a command line that stands in one word, as for a shell: parted by blanks outside quotation marks,
/// which are taken off. A mark that is never closed is one like any other.
pub fn words_of(line: &str) -> impl Iterator<Item = String> {
    let mut rest = line.trim_start();
    std::iter::from_fn(move || {
        let (mut word, mut quote) = (String::new(), None);
        let mut end = rest.len();
        for (at, c) in rest.char_indices() {
            match quote {
                Some(open) if c == open => quote = None,
                None if matches!(c, '"' | '\'') && rest[at + 1..].contains(c) => quote = Some(c),
                None if c.is_whitespace() => {
                    end = at;
                    break;
                }
                Some(_) | None => word.push(c),
            }
        }
        let is_over = rest.is_empty();
        rest = rest[end..].trim_start();
        (!is_over).then_some(word)
    })
}

/// `cmd.exe /c …`, `/d /s /c …`; `/k` stays open for a person and is no launcher.
pub(super) fn cmd_runs_a_command(rest: &[String]) -> bool {
    place_of_cmds_order(rest).is_some_and(|at| rest[at].to_lowercase().starts_with("/c"))
}

fn place_of_cmds_order(rest: &[String]) -> Option<usize> {
    rest.iter().position(|word| matches!(word.to_lowercase().get(..2), Some("/c" | "/k")))
}

/// What `cmd` is told to run: its words as they stand, and read once more.
pub(super) fn commands_of_cmd(rest: &[String]) -> Vec<Cow<'_, [String]>> {
    let Some(at) = place_of_cmds_order(rest) else { return Vec::new() };
    let words = &rest[at + 1..];
    let split: Vec<String> = words.iter().flat_map(|word| words_of(word)).collect();
    std::iter::once(Cow::Borrowed(words)).chain(commands(&split).map(Cow::Owned)).collect()
}

/// `sh -c …`, `bash -lc …`; a shell that runs a script file or talks to a person is no launcher.
pub(super) fn shell_runs_a_command(rest: &[String]) -> bool {
    place_of_shells_order(rest).is_some()
}

/// What a shell is told to run by `-c`.
pub(super) fn commands_of_shell(rest: &[String]) -> Vec<Cow<'_, [String]>> {
    let line = place_of_shells_order(rest).and_then(|at| rest.get(at + 1));
    let words: Vec<String> = line.into_iter().flat_map(|line| words_of(line)).collect();
    commands(&words).map(Cow::Owned).collect()
}

fn place_of_shells_order(rest: &[String]) -> Option<usize> {
    let mut words = rest.iter().map(String::as_str).enumerate();
    while let Some((at, word)) = words.next() {
        // busybox is called with the applet's name first.
        if matches!(word, "sh" | "ash") {
            continue;
        }
        let cluster = word.strip_prefix('-')?;
        if cluster.starts_with('-') {
            continue;
        }
        if cluster.contains('c') {
            return Some(at);
        }
        if cluster.ends_with('o') {
            words.next();
        }
    }
    None
}

/// The single commands among the words of a shell's line, without what a shell reads in front of them.
fn commands(words: &[String]) -> impl Iterator<Item = Vec<String>> {
    let mut found = vec![Vec::new()];
    for word in words {
        let bare = word.strip_suffix(';').unwrap_or(word);
        let ends = bare.len() < word.len() || matches!(bare, "&&" | "||" | "|" | "&" | "");
        let is_a_word = !bare.is_empty() && !matches!(bare, "&&" | "||" | "|" | "&");
        if is_a_word && let Some(command) = found.last_mut() {
            let is_in_front = command.is_empty() && (PREFIXES.contains(&bare) || is_an_assignment(bare));
            if !is_in_front {
                command.push(bare.to_owned());
            }
        }
        if ends {
            found.push(Vec::new());
        }
    }
    found.into_iter().filter(|command| !command.is_empty())
}

/// `NAME=value`, as in front of a command or behind `env`.
pub(super) fn is_an_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| !name.is_empty() && !name.contains(['/', '\\']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_line_in_one_word_is_read_as_a_shell_reads_it() {
        for (line, expected) in [
            ("python 'run_ws_shim.py'", &["python", "run_ws_shim.py"][..]),
            (r#" "C:\my py\python.exe"  -u "a b".py "#, &[r"C:\my py\python.exe", "-u", "a b.py"]),
            ("it's python x", &["it's", "python", "x"]),
            ("a ''", &["a", ""]),
            ("", &[]),
        ] {
            assert_eq!(words_of(line).collect::<Vec<_>>(), expected, "{line}");
        }
    }

    #[test]
    fn each_command_of_a_shells_line_is_read_by_itself() {
        let shell = |line: &str| -> Vec<String> {
            let rest = ["-lc".to_owned(), line.to_owned()];
            commands_of_shell(&rest).iter().map(|words| words.join(" ")).collect()
        };
        assert_eq!(shell("cd /p && exec python3 -u a.py; echo x"), ["cd /p", "python3 -u a.py", "echo x"]);
        assert_eq!(shell("A=b nohup python3 'a b.py' C=d &"), ["python3 a b.py C=d"]);
        assert_eq!(shell("cd /p; /a=b/python3 x | tee log"), ["cd /p", "/a=b/python3 x", "tee log"]);
        assert!(shell("").is_empty());
        assert!(commands_of_shell(&["start.sh".to_owned(), "-c".to_owned()]).is_empty());
    }

    #[test]
    fn what_cmd_is_told_is_read_as_it_stands_and_once_more() {
        let cmd = |words: &[&str]| -> Vec<Vec<String>> {
            let rest: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
            commands_of_cmd(&rest).into_iter().map(Cow::into_owned).collect()
        };
        assert_eq!(cmd(&["/d", "/C", "npx", "a b"]), [vec!["npx", "a b"], vec!["npx", "a", "b"]]);
        assert_eq!(cmd(&["npx"]), Vec::<Vec<String>>::new());
    }
}
