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

/// The command behind the options of the whole program, of which some have a value, and its place among the
/// words behind the program.
#[must_use]
pub fn our_command(rest: &[String]) -> Option<(usize, &str)> {
    let mut words = rest.iter().map(String::as_str).enumerate();
    while let Some((at, word)) = words.next() {
        match word {
            "--config" | "--home" | "--color" => drop(words.next()),
            option if option.starts_with('-') => {}
            command => return Some((at, command)),
        }
    }
    None
}
