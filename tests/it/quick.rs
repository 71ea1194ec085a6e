//! The stories of `scripts/test --quick` stand in `.config/nextest.toml`: a name that is gone would be passed over there
//! in silence.

use std::fs;

use crate::support::sources::{find, modules};

#[test]
fn it_has_a_story_of_each_kind() {
    let text = fs::read_to_string(".config/nextest.toml").unwrap();
    let named: Vec<&str> =
        text.split("test(=").skip(1).filter_map(|rest| Some(rest.split_once(')')?.0)).collect();
    for story in &named {
        let told_by_a_list =
            story.strip_prefix("mcp_sdk::").is_some_and(|name| lists_of_the_sdks().contains(name));
        assert!(told_by_a_list || find(story).is_ok(), "{story}: {:?}", find(story));
    }
    for kind in modules("tests/it/main.rs") {
        let has_one = named.iter().any(|story| story.starts_with(&format!("{kind}::")));
        let has_all = text.contains(&format!("({kind}|")) || text.contains(&format!("|{kind}|"));
        assert!(has_one || has_all || ["quick", "support"].contains(&kind.as_str()), "nothing of {kind}");
    }
}

/// Each name in them is a test.
fn lists_of_the_sdks() -> String {
    let text = fs::read_to_string("tests/it/mcp_sdk/mod.rs").unwrap();
    text.rsplit_once("macro_rules!").map(|(_, lists)| lists.to_owned()).unwrap_or_default()
}
