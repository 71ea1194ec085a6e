//! The page about clients and the help say what the table and the tests say.

use std::fs;
use std::process::Command;

use shimkeeper::mcp::Client;

use crate::mcp::user::program;

/// Without those that only name files of plugins.
fn clients() -> Vec<&'static str> {
    let is_of_plugins = |name: &&str| name.ends_with("plugin") || name.ends_with("extension");
    Client::known().map(Client::name).filter(|name| !is_of_plugins(name)).collect()
}

#[test]
fn every_client_stands_on_the_page_and_in_the_help() {
    let page = fs::read_to_string("docs/clients.md").unwrap();
    let help = Command::new(program()).args(["mcp", "--help"]).output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap().replace('\n', " ");
    for client in clients() {
        assert!(page.contains(client), "{client} in docs/clients.md");
        assert!(help.contains(client), "{client} in {help}");
    }
}

#[test]
fn every_row_of_the_page_names_tests_that_exist() {
    let page = fs::read_to_string("docs/clients.md").unwrap();
    let rows = page.lines().skip_while(|line| !line.starts_with("| what happened")).skip(2);
    let rows: Vec<&str> = rows.take_while(|line| line.starts_with("| ")).collect();
    assert!(rows.len() >= 9, "{rows:#?}");
    for row in rows {
        let named = row.trim_end_matches(" |").rsplit_once(" | ").unwrap().1;
        for test in named.split('`').skip(1).step_by(2) {
            let (file, name) = test.split_once("::").unwrap_or_else(|| panic!("{test} in {row}"));
            let source = fs::read_to_string(format!("tests/it/mcp/{file}.rs")).unwrap();
            assert!(source.contains(&format!("#[test]\nfn {name}() {{")), "no test {name} in {file}.rs");
        }
    }
}
