//! Any bytes at all in place of the kernel's files and messages, for `fuzzing`. Part of no program.

use super::{details, diag, listeners, other_ends, proc, table, unix_diag};

/// Panics where a promise about one of these parsers is broken.
pub(crate) fn try_bytes_of_the_system(bytes: &[u8]) {
    diag::try_answer(bytes);
    unix_diag::try_answer(bytes);
    let words = proc::words(bytes);
    assert!(words.len() <= bytes.len().max(1), "{words:?}");
    let text = &String::from_utf8_lossy(bytes);
    if let Some(stat) = proc::parse_stat(text) {
        // Whatever a program calls itself, the numbers are the kernel's.
        let numbers = text.rsplit_once(')').map_or("", |(_, numbers)| numbers);
        assert_eq!(proc::parse_stat(&format!("1 (a) (b) ){numbers}")), Some(stat));
    }
    for (line, (name, path)) in text.lines().filter_map(|line| Some((line, details::service_of(line)?))) {
        assert!(!name.is_empty() && line.contains(path), "{line:?}");
    }
    // These read numbers out of texts; they must not panic.
    let _ = (details::ignores_hangup(text), details::container(text), other_ends::can_write(text));
    let _ = (listeners::listens_on(text), table::last_pid_in(bytes));
}
