//! Every key there is, and the nearest one to a key that there is not.

use crate::core::wording::{Complaint, key_above_watch, key_below_watch, unknown_key};

pub(super) const POLL_INTERVAL: &str = "poll_interval";
pub(super) const AUTO_CLEANUP: &str = "auto_cleanup";
pub(super) const TOASTS: &str = "toasts";
pub(super) const ORPHAN_GRACE: &str = "orphan_grace";
pub(super) const STOP_GRACE: &str = "stop_grace";
pub(super) const WATCH: &str = "watch";
pub(super) const NAME: &str = "name";
pub(super) const PORT: &str = "port";
pub(super) const SCRIPT: &str = "script";
pub(super) const MODULE: &str = "module";
pub(super) const PACKAGE: &str = "package";
pub(super) const PROGRAM: &str = "program";
pub(super) const IMAGE: &str = "image";
pub(super) const ARGS: &str = "args";
pub(super) const LISTENS: &str = "listens";
pub(super) const COMMAND: &str = "command";
pub(super) const CWD: &str = "cwd";
pub(super) const ENV_FILE: &str = "env_file";
pub(super) const PROTECT: &str = "protect";

/// The keys above the first `[[watch]]`.
pub(super) const TOP: &[&str] = &[POLL_INTERVAL, AUTO_CLEANUP, TOASTS, ORPHAN_GRACE, STOP_GRACE, WATCH];

/// The keys of a watch.
pub(super) const OF_WATCH: &[&str] =
    &[NAME, PORT, SCRIPT, MODULE, PACKAGE, PROGRAM, IMAGE, ARGS, LISTENS, COMMAND, CWD, ENV_FILE, PROTECT];

/// Below this likeness (0 to 1) a suggestion would puzzle more than help.
const ALIKE: f64 = 0.55;

/// What to say about a key that does not belong where it stands.
pub(super) fn stray(key: &str, known: &[&str]) -> Complaint {
    if known == OF_WATCH && TOP.contains(&key) {
        key_below_watch()
    } else if known == TOP && OF_WATCH.contains(&key) {
        key_above_watch()
    } else {
        unknown_key(key, nearest(key, known), known)
    }
}

fn nearest<'k>(key: &str, known: &[&'k str]) -> Option<&'k str> {
    let key = key.to_lowercase().replace('-', "_");
    let likeness = |known: &str| strsim::normalized_damerau_levenshtein(&key, known);
    known
        .iter()
        .map(|known| (likeness(known), *known))
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .max_by(|(left, _), (right, _)| left.total_cmp(right))
        .map(|(_, known)| known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_pen_is_understood_and_a_stranger_is_not() {
        for (key, expected) in [
            ("pol_interval", Some(POLL_INTERVAL)),
            ("poll-interval", Some(POLL_INTERVAL)),
            ("Toasts", Some(TOASTS)),
            ("autocleanup", Some(AUTO_CLEANUP)),
            ("watches", Some(WATCH)),
            ("colour", None),
        ] {
            assert_eq!(nearest(key, TOP), expected, "{key}");
        }
        assert_eq!(nearest("prot", OF_WATCH), Some(PORT));
        assert_eq!(nearest("modul", OF_WATCH), Some(MODULE));
        assert_eq!(nearest("packages", OF_WATCH), Some(PACKAGE));
        assert_eq!(nearest("arguments", OF_WATCH), None);
        assert_eq!(nearest("envfile", OF_WATCH), Some(ENV_FILE));
        assert_eq!(nearest("commands", OF_WATCH), Some(COMMAND));
    }
}
