//! Holds `docs/trust.md` to the tests: each row's test is there, and each story of this program and of
//! `tests/it/faults` has its row.

use std::collections::BTreeSet;
use std::fs;

use crate::support::sources::{find, modules, tests_in};

/// A row: what happened, what we do, and the tests that show it.
struct Row {
    line: usize,
    words: [String; 2],
    tests: Vec<String>,
}

#[test]
fn each_row_names_tests_that_are_there() {
    let rows = rows();
    assert!(rows.len() > 50, "only {} rows were understood", rows.len());
    for Row { line, words, tests } in rows {
        assert!(words.iter().all(|words| !words.is_empty()), "docs/trust.md:{line}: half a row");
        assert!(!tests.is_empty(), "docs/trust.md:{line}: a promise without a test");
        for test in tests {
            if let Err(why) = find(&test) {
                panic!("docs/trust.md:{line}: `{test}`: {why}");
            }
        }
    }
}

#[test]
fn each_story_has_its_row() {
    let told: BTreeSet<String> = rows().into_iter().flat_map(|row| row.tests).collect();
    for (program, least) in [("trust", 45), ("faults", 30)] {
        let mut stories = 0;
        for module in modules(&format!("tests/it/{program}/mod.rs")) {
            let text = fs::read_to_string(format!("tests/it/{program}/{module}.rs")).unwrap();
            for name in tests_in(&text) {
                let story = format!("{program}::{module}::{name}");
                assert!(told.contains(&story), "docs/trust.md does not tell of {story}");
                stories += 1;
            }
        }
        assert!(stories >= least, "only {stories} stories of {program} were found");
    }
}

#[test]
fn a_row_can_fail() {
    for wrong in [
        "trust::table::no_such_test",
        "trust::no_such_module::a_row_can_fail",
        "no_such_program::table::a_row_can_fail",
        "a_row_can_fail",
        // A function, and no test.
        "trust::table::find",
        "lib::core::family::parent",
    ] {
        assert!(find(wrong).is_err(), "{wrong}");
    }
    find("lib::act::confirm::tests::a_reused_number_is_refused").unwrap();
    find("architecture::files_stay_small").unwrap();
}

/// Every row of every table in the document.
fn rows() -> Vec<Row> {
    let text = fs::read_to_string("docs/trust.md").unwrap();
    let lines = text.lines().enumerate().filter(|(_, line)| line.starts_with('|'));
    let lines = lines.filter(|(_, line)| !line.starts_with("| what happened") && !line.starts_with("|--"));
    let rows = lines.map(|(at, line)| {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [happened, ours, tests] = cells[..] else { panic!("docs/trust.md:{}: no row of three", at + 1) };
        let tests = tests.split('`').skip(1).step_by(2).map(str::to_owned).collect();
        Row { line: at + 1, words: [happened.to_owned(), ours.to_owned()], tests }
    });
    rows.collect()
}
