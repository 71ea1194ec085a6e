//! Our own program as others see it: by the name of its file, and by the orders behind it.

/// What the tray's file is called. It starts servers as a client does, and guards none.
const TRAY: &str = "shimkeeper-tray";

/// Whether a program of this name, as [`program_name`](super::program_name) writes it, is our command line:
/// `shimkeeper`, or a copy of it with its version behind that.
#[must_use]
pub fn is_ours(program: &str) -> bool {
    let behind = program.strip_prefix("shimkeeper");
    behind.is_some_and(|behind| behind.is_empty() || behind.starts_with(['-', '_']))
        && !program.starts_with(TRAY)
}

/// The options of the whole program that have a value of their own.
const GLOBAL: [&str; 3] = ["--config", "--home", "--color"];

/// Those of `guard`.
const OF_GUARD: [&str; 3] = ["--watch", "--port", "--restart"];

/// The command behind the options of the whole program, of which some have a value, and its place among the
/// words behind the program.
#[must_use]
pub fn our_command(rest: &[String]) -> Option<(usize, &str)> {
    let mut words = rest.iter().map(String::as_str).enumerate();
    while let Some((at, word)) = words.next() {
        match word {
            option if GLOBAL.contains(&option) => drop(words.next()),
            option if option.starts_with('-') => {}
            command => return Some((at, command)),
        }
    }
    None
}

/// Where the server's own command begins among the words behind our program, if they are a guard's: behind `--`, or at
/// the first word that is no option of ours.
#[must_use]
pub fn behind_guard(rest: &[String]) -> Option<usize> {
    let (guard, "guard") = our_command(rest)? else { return None };
    let mut words = rest.iter().map(String::as_str).enumerate().skip(guard + 1);
    while let Some((at, word)) = words.next() {
        match word {
            "--" => return words.next().map(|(at, _)| at),
            option if GLOBAL.contains(&option) || OF_GUARD.contains(&option) => drop(words.next()),
            option if option.starts_with('-') => {}
            _ => return Some(at),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn behind(line: &str) -> Option<String> {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        behind_guard(&words).map(|at| words[at..].join(" "))
    }

    #[test]
    fn the_servers_command_is_found_behind_the_dashes_and_without_them() {
        for (line, command) in [
            ("guard -- python x.py --port 5", "python x.py --port 5"),
            ("guard python x.py --port 5", "python x.py --port 5"),
            ("-v --home guard guard npx -y x -- --port", "npx -y x -- --port"),
            ("guard --watch guard --port 3 --restart on-failure --no-restart --home=x srv", "srv"),
            ("guard --port=3 --color never -- --odd -- x", "--odd -- x"),
            ("guard guard -- x", "guard -- x"),
        ] {
            assert_eq!(behind(line).as_deref(), Some(command), "{line}");
        }
        for line in
            ["guard", "guard --", "guard --watch srv", "status srv", "--home guard", "guard --no-restart"]
        {
            assert_eq!(behind(line), None, "{line}");
        }
    }
}
