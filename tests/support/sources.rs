//! Tests as they stand in their source: for tables that name them.

use std::fs;

/// The modules of a file that have stories: those that others may use have none.
pub(crate) fn modules(main: &str) -> Vec<String> {
    let text = fs::read_to_string(main).unwrap_or_default();
    let names = text.lines().filter_map(|line| line.strip_prefix("mod ")?.strip_suffix(';'));
    names.map(str::to_owned).collect()
}

/// The functions that stand below a `#[test]`.
pub(crate) fn tests_in(text: &str) -> Vec<String> {
    let (mut found, mut is_test) = (Vec::new(), false);
    for line in text.lines().map(str::trim) {
        if line == "#[test]" {
            is_test = true;
        } else if let Some(rest) = line.strip_prefix("fn ") {
            if is_test {
                found.push(rest.split('(').next().unwrap_or(rest).to_owned());
            }
            is_test = false;
        }
    }
    found
}
