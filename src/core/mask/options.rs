//! Options whose values are secret, by their names and by the program that they are for: Python's `-u` has no
//! value, and that of curl is a password.

use super::names::is_secret_name;

/// What the words so far say about the next one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Expects {
    Anything,
    /// The value of an option that is secret.
    Secret,
    /// A header.
    Header,
    /// `name:password`, or a name alone.
    Login,
    /// `NAME=value` for somebody's environment, once or more often.
    Variables,
    /// The value of an option that is no secret.
    Value,
}

/// What a program makes of the short options that others use for secrets.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Program {
    /// May do anything.
    Unknown,
    /// Runs a script, which has options of its own. `-e` is code, `-u` and `-H` are switches.
    Interpreter,
    /// Reads patterns by `-e`; `-H` is a switch.
    Filter,
    /// Runs another program as somebody: `-H` is a switch.
    Elevator,
    /// Runs others with an environment: `-u` is a user and a group.
    Container,
    /// Takes variables without an option.
    Environment,
}

impl Program {
    /// The program that a word names, if it is one of which something is known.
    pub(super) fn named(word: &str) -> Option<Self> {
        let name = word.rsplit(['/', '\\']).next().unwrap_or_default().to_lowercase();
        let name = [".exe", ".cmd", ".bat"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(&name);
        let bare = name.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | '-'));
        match bare {
            "python" | "pythonw" | "pypy" | "py" | "pyw" | "node" | "nodejs" | "deno" | "bun" | "perl"
            | "ruby" | "php" | "lua" | "sh" | "bash" | "dash" | "ash" | "zsh" | "ksh" | "fish" => {
                Some(Self::Interpreter)
            }
            "sed" | "grep" | "egrep" | "fgrep" | "rg" | "awk" | "find" | "ls" | "du" => Some(Self::Filter),
            "sudo" | "doas" | "runuser" | "su" => Some(Self::Elevator),
            "docker" | "podman" | "nerdctl" => Some(Self::Container),
            "env" | "export" | "set" | "setx" => Some(Self::Environment),
            "curl" | "wget" | "http" | "https" | "xh" | "npx" | "uvx" => Some(Self::Unknown),
            _ => None,
        }
    }

    /// What the option of this name, with its dashes, says about the word behind it.
    pub(super) fn expects_after(self, option: &str) -> Expects {
        let name = option.trim_start_matches('-').to_lowercase();
        match option {
            "-e" => return if self.has_code_or_patterns() { Expects::Anything } else { Expects::Variables },
            "-H" => return if self.has_a_switch_h() { Expects::Anything } else { Expects::Header },
            "-u" | "-U" if self == Self::Interpreter => return Expects::Anything,
            "-u" | "-U" => return Expects::Login,
            "-g" | "-p" | "-C" | "-D" | "-R" | "-T" | "-h" | "-r" | "-t" if self == Self::Elevator => {
                return Expects::Value;
            }
            _ => {}
        }
        // `--no-auth` is a switch.
        if name.starts_with("no-") || name.starts_with("no_") {
            return Expects::Anything;
        }
        let is_one_of = |word: &str| name.split(|c: char| !c.is_alphanumeric()).any(|part| part == word);
        if is_secret_name(&name) {
            Expects::Secret
        } else if (name.ends_with("header") || name.ends_with("headers")) && !name.starts_with("no") {
            Expects::Header
        } else if ["env", "envs", "environment", "setenv"].into_iter().any(is_one_of) {
            Expects::Variables
        } else if name.ends_with("user") || name.ends_with("login") {
            Expects::Login
        } else {
            last_of_cluster(option).map_or(Expects::Anything, |short| self.expects_after(short))
        }
    }

    /// The short option that has its value in the same word, and where that begins: `-HX-Key: …`, `-eKEY=…`,
    /// `-sSume:…`.
    pub(super) fn short_with_value(self, word: &str) -> Option<(Expects, usize)> {
        let letters = word.strip_prefix('-')?.chars().take_while(char::is_ascii_alphabetic);
        // A letter is one byte long, and one more is the dash.
        letters.take(LONGEST_CLUSTER).enumerate().find_map(|(before, letter)| {
            let begin = before + 2;
            self.takes_at_once(letter, &word[begin..]).map(|expects| (expects, begin))
        })
    }

    /// What the option of this letter expects, if it takes this as its value in the same word.
    fn takes_at_once(self, letter: char, value: &str) -> Option<Expects> {
        // `-encoding=utf8` is one word of another kind.
        let is_a_variable = || {
            let name = variable(value).map(|begin| &value[..begin - 1]);
            name.is_some_and(|name| {
                self == Self::Container || !name.contains(|c: char| c.is_ascii_lowercase())
            })
        };
        let (option, is_meant) = match letter {
            'e' => ("-e", is_a_variable()),
            'H' => ("-H", value.contains(':')),
            'u' => ("-u", is_login(value)),
            'U' => ("-U", is_login(value)),
            _ => return None,
        };
        let expects = self.expects_after(option);
        (is_meant && expects != Expects::Anything).then_some(expects)
    }

    fn has_code_or_patterns(self) -> bool {
        matches!(self, Self::Interpreter | Self::Filter)
    }

    fn has_a_switch_h(self) -> bool {
        matches!(self, Self::Interpreter | Self::Filter | Self::Elevator)
    }
}

/// The most short options that people write as one word.
const LONGEST_CLUSTER: usize = 6;

/// The last of several short options in one word, if it is one that may have a secret: `-sSu`, `-ite`.
fn last_of_cluster(option: &str) -> Option<&'static str> {
    let letters = option.strip_prefix('-')?;
    let is_cluster = (2..=LONGEST_CLUSTER).contains(&letters.len())
        && letters.chars().all(|letter| letter.is_ascii_alphabetic());
    let last = letters.chars().last().filter(|_| is_cluster)?;
    match last {
        'e' => Some("-e"),
        'H' => Some("-H"),
        'u' => Some("-u"),
        'U' => Some("-U"),
        _ => None,
    }
}

/// Where the value of `NAME=value` begins.
pub(super) fn variable(word: &str) -> Option<usize> {
    let (name, _) = word.split_once('=')?;
    let is_a_name = name.starts_with(|c: char| c.is_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '-'));
    is_a_name.then(|| name.len() + 1)
}

/// Whether this is a name with a password, and neither a path, nor an address, nor two numbers.
pub(super) fn is_login(word: &str) -> bool {
    let Some((name, password)) = word.split_once(':') else { return false };
    let is_number = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
    let is_drive = name.len() == 1 && password.starts_with(['/', '\\']);
    let is_host = name == "localhost" || name.split('.').count() == 4 && name.split('.').all(is_number);
    let is_port = is_number(password.split('/').next().unwrap_or_default());
    let is_known = is_drive || is_host && is_port || is_number(name) && is_number(password);
    !(is_known || password.is_empty() || password.starts_with("//"))
}
