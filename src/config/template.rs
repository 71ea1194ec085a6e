//! The file that `config init` writes: every key with its default, explained, and switched off by a
//! `#` without a space, so that nothing changes until somebody removes one.

/// The text.
pub const TEMPLATE: &str = include_str!("../../assets/config.toml");

#[cfg(test)]
mod tests {
    use std::path::Path;

    use toml::de::DeTable;

    use super::*;
    use crate::config::check::Surroundings;
    use crate::config::load::parse;
    use crate::config::{Config, keys};
    use crate::core::PathStyle;

    /// The template with every key switched on.
    fn switched_on() -> String {
        TEMPLATE
            .lines()
            .map(|line| line.strip_prefix('#').filter(|rest| !rest.starts_with(' ')).unwrap_or(line))
            .fold(String::new(), |text, line| text + line + "\n")
    }

    #[test]
    fn it_explains_every_key_of_the_contract_and_no_other() {
        let text = switched_on();
        let table = DeTable::parse(&text).unwrap();
        let mut top: Vec<_> = table.get_ref().keys().map(|key| key.get_ref().to_string()).collect();
        let watch = table.get_ref()["watch"].get_ref()[0].get_ref().as_table().unwrap();
        let mut of_watch: Vec<_> = watch.keys().map(|key| key.get_ref().to_string()).collect();
        for (found, known, contract) in [
            (&mut top, keys::TOP, "auto_cleanup orphan_grace poll_interval stop_grace toasts watch"),
            (
                &mut of_watch,
                keys::OF_WATCH,
                "args command cwd env_file image listens module name package port program protect script",
            ),
        ] {
            found.sort();
            let mut known = known.to_vec();
            known.sort_unstable();
            assert_eq!(found.join(" "), contract);
            assert_eq!(known.join(" "), contract);
        }
    }

    #[test]
    fn its_values_are_the_defaults() {
        let around = Surroundings { folder: Path::new("/nowhere"), search: None };
        let standard = Config::standard();
        assert_eq!(parse(TEMPLATE, &around, PathStyle::Windows).as_ref(), Ok(&standard));
        let text = switched_on();
        let local = ["command", "cwd", "env_file", "module", "package", "program", "image"];
        let without: String = text
            .lines()
            .filter(|line| !local.iter().any(|key| line.starts_with(&format!("{key} ="))))
            .fold(String::new(), |text, line| text + line + "\n");
        assert_eq!(parse(&without, &around, PathStyle::Windows).as_ref(), Ok(&standard));
        let problems = parse(&text, &around, PathStyle::Windows).unwrap_err();
        let keys: Vec<_> = problems.iter().filter_map(|problem| problem.key.clone()).collect();
        assert!(keys.iter().all(|key| local.contains(&key.trim_start_matches("watch."))), "{problems:?}");
    }
}
