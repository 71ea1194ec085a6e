//! The configuration that holds, as TOML for people: with every default filled in and secrets in
//! commands masked, so that it may be pasted into a report.

use serde::Serialize;

use super::duration::written;
use super::model::Config;
use super::watches::LISTENS;
use crate::core::mask;
use crate::core::runs::What;
use crate::core::{Listens, Watch};

#[derive(Serialize)]
struct Shown<'a> {
    poll_interval: String,
    auto_cleanup: bool,
    toasts: bool,
    orphan_grace: String,
    stop_grace: String,
    watch: Vec<ShownWatch<'a>>,
}

#[derive(Serialize)]
struct ShownWatch<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    port: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    script: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    module: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    package: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    program: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    args: Vec<String>,
    listens: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    command: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cwd: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    env_file: Option<&'a str>,
    protect: &'a [String],
}

/// The whole configuration as TOML.
#[must_use]
pub fn show(config: &Config) -> String {
    let shown = Shown {
        poll_interval: written(config.poll_interval),
        auto_cleanup: config.auto_cleanup,
        toasts: config.toasts,
        orphan_grace: written(config.orphan_grace),
        stop_grace: written(config.stop_grace),
        watch: config.watches.iter().map(watch).collect(),
    };
    // Strings, numbers and lists of them always have a form in TOML.
    toml::to_string(&shown).unwrap_or_default()
}

fn watch(watch: &Watch) -> ShownWatch<'_> {
    let mut shown = ShownWatch {
        name: &watch.name,
        port: watch.port_number(),
        script: None,
        module: None,
        package: None,
        program: None,
        image: None,
        args: mask::words(&watch.runs.args),
        listens: word(watch.port.map(|port| port.listens)),
        command: mask::words(&watch.command),
        cwd: watch.cwd.as_deref(),
        env_file: watch.env_file.as_deref(),
        protect: &watch.protect,
    };
    match &watch.runs.what {
        What::Script(path) => shown.script = Some(path),
        What::Module(name) => shown.module = Some(name),
        What::Package(name) => shown.package = Some(name),
        What::Program(path) => shown.program = Some(path),
        What::Image(name) => shown.image = Some(name),
        What::Nothing => {}
    }
    shown
}

fn word(listens: Option<Listens>) -> &'static str {
    LISTENS.iter().find(|(_, value)| *value == listens).map_or("", |(word, _)| word)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::check::Surroundings;
    use crate::config::load::parse;
    use crate::core::PathStyle;
    use crate::core::mask::MASK;

    #[test]
    fn what_is_shown_is_read_back_as_the_same() {
        let around = Surroundings { folder: Path::new("/"), search: None };
        let text = "poll_interval = \"0.2s\"\nauto_cleanup = true\norphan_grace = \"90s\"\n\
            [[watch]]\nname = \"a \\\"b\\\"\"\nlistens = \"never\"\nprotect = [\"x\"]\n[[watch]]\n";
        for text in ["", text] {
            let config = parse(text, &around, PathStyle::Unix).unwrap();
            assert_eq!(
                parse(&show(&config), &around, PathStyle::Unix),
                Ok(config.clone()),
                "{}",
                show(&config)
            );
        }
    }

    #[test]
    fn no_secret_is_shown() {
        let long = "x ".repeat(400);
        let words = [
            "python",
            "-c",
            &long,
            "--token",
            "hunter2",
            "--api-key=q7Zk",
            "",
            "a b",
            "sk-proj-abcdefghij",
            "--jwt",
            "--",
            "hunter2",
        ];
        let command: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        let shown = mask::words(&command);
        assert_eq!(shown.len(), command.len());
        assert_eq!(shown[..2], ["python", "-c"]);
        assert_eq!(shown[3..], ["--token", MASK, "--api-key=•••", "", "a b", MASK, "--jwt", "--", MASK]);
        let mut config = Config::standard();
        config.watches[0].command = command;
        let text = show(&config);
        assert!(!["hunter2", "q7Zk", "abcdefghij"].iter().any(|secret| text.contains(secret)), "{text}");
        assert!(text.contains("run_ws_shim.py"), "{text}");
    }
}
