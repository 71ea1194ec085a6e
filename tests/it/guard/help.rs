//! What `guard --help` promises, system by system.

use crate::guard::scene::Scene;

#[test]
fn the_promise_of_each_system_stands_there() {
    let scene = Scene::new();
    let help = scene.bed.run(scene.program().args(["guard", "--help"])).expect_code(0).stdout;
    let promise = help.split("What is promised:").nth(1).expect("a promise");
    let promise = promise.split("Before the start:").next().unwrap();
    for (system, word) in [("Linux", "two processes"), ("Windows", "job object"), ("macOS", "Not supported")]
    {
        let row = promise.lines().position(|line| line.trim_start().starts_with(system));
        let row = row.unwrap_or_else(|| panic!("nothing is said of {system}: {promise}"));
        let text: Vec<&str> = promise.lines().skip(row).map(str::trim).collect();
        assert!(text.join(" ").contains(word), "{system}: {promise}");
    }
}
