//! `log`: where it is, what stands in it, and what is added.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use crate::support::bed::Bed;
use crate::support::keeper::Keeper;

#[test]
fn its_place_is_told_whether_or_not_it_exists() {
    let bed = Bed::new();
    let keeper = bed.keeper(1);
    let told = keeper.run(&["log", "--path"]).expect_code(0).stdout;
    let path = Path::new(told.trim_end());
    assert_eq!(path.parent(), Some(keeper.home().join("logs").as_path()), "{told}");
    assert!(!path.exists(), "a question makes no file");
    let nothing = keeper.run(&["log"]).expect_code(0).complains("nothing was logged yet; the log will be");
    assert_eq!(nothing.stdout, "");
    keeper.run(&["cleanup"]);
    assert!(path.is_file(), "{}", path.display());
}

#[test]
fn what_was_done_is_shown() {
    let bed = Bed::new();
    let client = bed.client().start();
    let (port, pid) = (client.shim().port(), client.shim().pid());
    client.kill_hard();
    let keeper = bed.keeper(port);
    keeper.run(&["cleanup"]).expect_code(0);
    keeper.run(&["log"]).expect_code(0).says(&format!("ends pid={pid}")).says("ended pid=");
}

#[test]
fn a_long_log_is_shown_from_a_whole_line_near_its_end() {
    let bed = Bed::new();
    let keeper = bed.keeper(1);
    let lines: Vec<String> = (0..10_000).map(|n| format!("line {n} of the log\n")).collect();
    let lines = lines.concat();
    add(&keeper, &lines);
    let shown = keeper.run(&["log"]).expect_code(0).stdout;
    assert!(shown.ends_with("line 9999 of the log\n"));
    assert!(shown.starts_with("line ") && shown.len() < lines.len(), "{}", &shown[..40]);
}

#[test]
fn whoever_follows_sees_each_new_line_once() {
    let bed = Bed::new();
    let keeper = bed.keeper(1);
    add(&keeper, "the first line\n");
    let mut follower = keeper.talk(&["log", "--follow"]);
    follower.says(&["the first line"]);
    add(&keeper, "the second line\n");
    follower.says(&["the second line"]);
    add(&keeper, "the third line\n");
    follower.says(&["the third line"]);
    assert_eq!(follower.heard(), "the first line\nthe second line\nthe third line\n");
}

#[test]
fn whoever_follows_before_there_is_a_log_sees_it_begin() {
    let bed = Bed::new();
    let keeper = bed.keeper(1);
    let mut follower = keeper.talk(&["log", "--follow"]);
    assert!(follower.lives());
    add(&keeper, "the first line\n");
    follower.says(&["the first line"]);
}

#[test]
fn a_follower_ends_when_its_reader_has_gone() {
    let bed = Bed::new();
    let keeper = bed.keeper(1);
    add(&keeper, "the first line\n");
    let mut follower = keeper.talk(&["log", "--follow"]);
    follower.says(&["the first line"]);
    follower.hang_up();
    add(&keeper, "a line for nobody\n");
    assert_eq!(follower.end().code(), Some(0));
}

#[test]
fn open_starts_the_program_for_such_files() {
    let bed = Bed::new();
    let keeper = bed.keeper(1);
    add(&keeper, "a line\n");
    let opener = bed.opener();
    keeper.run_with(&["log", "--open"], |command| opener.adopt(command)).expect_code(0);
    assert_eq!(opener.opened(), log_file(&keeper));
}

/// Adds to today's log, as another program of ours does.
fn add(keeper: &Keeper<'_>, text: &str) {
    let path = log_file(keeper);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let mut log = fs::File::options().create(true).append(true).open(path).unwrap();
    log.write_all(text.as_bytes()).unwrap();
}

#[track_caller]
fn log_file(keeper: &Keeper<'_>) -> std::path::PathBuf {
    keeper.run(&["log", "--path"]).expect_code(0).stdout.trim_end().into()
}
