//! The threat model of SECURITY.md names a test for each answer; each of them exists, and is a test.

use std::fs;

use crate::support::sources::tests_in;

#[test]
fn every_answer_names_tests_that_exist() {
    let text = fs::read_to_string("SECURITY.md").unwrap();
    let rows: Vec<_> = text.lines().filter(|line| line.starts_with("| ")).skip(1).collect();
    assert!(rows.len() > 10, "{rows:#?}");
    for row in rows {
        let named = row.trim_end_matches(" |").rsplit_once(" | ").unwrap().1;
        let tests: Vec<_> = named.split('`').skip(1).step_by(2).collect();
        assert!(!tests.is_empty(), "no test in {row}");
        for test in tests {
            let (file, name) = test.rsplit_once("::").unwrap_or_else(|| panic!("{test} in {row}"));
            let source =
                fs::read_to_string(format!("{file}.rs")).unwrap_or_else(|error| panic!("{file}: {error}"));
            assert!(tests_in(&source).iter().any(|test| test == name), "no test {name} in {file}.rs");
        }
    }
}
