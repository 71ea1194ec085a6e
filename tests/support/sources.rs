//! Tests as they stand in their source: for tables that name them.

use std::fs;
use std::path::{Path, PathBuf};

/// The modules of a file.
pub(crate) fn modules(main: &str) -> Vec<String> {
    let text = fs::read_to_string(main).unwrap_or_default();
    let lines = text.lines().map(|line| line.strip_prefix("pub(crate) ").unwrap_or(line));
    let names = lines.filter_map(|line| line.strip_prefix("mod ")?.strip_suffix(';'));
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

/// Whether there is such a test: `stories::module::name` as `tests/it` has it, `program::name` of another program, where
/// `lib` is the library's own.
pub(crate) fn find(test: &str) -> Result<(), String> {
    let (path, name) = test.rsplit_once("::").ok_or("no path")?;
    let (program, module) = path.split_once("::").unwrap_or((path, ""));
    let file = match (program, module) {
        ("lib", module) => {
            let module = module.trim_end_matches("::tests").replace("::", "/");
            [format!("src/{module}.rs"), format!("src/{module}/mod.rs")]
        }
        (program, "") => {
            let here = [format!("tests/it/{program}.rs"), format!("tests/it/{program}/mod.rs")];
            let apart = [format!("tests/{program}.rs"), format!("tests/{program}/main.rs")];
            if here.iter().any(|file| Path::new(file).is_file()) { here } else { apart }
        }
        (program, module) => {
            let folder = ["tests/it", "tests"].map(|above| format!("{above}/{program}"));
            let [main, folder] = match folder {
                [stories, _] if Path::new(&stories).is_dir() => [format!("{stories}/mod.rs"), stories],
                [_, other] => [format!("{other}/main.rs"), other],
            };
            let first = module.split("::").next().unwrap_or(module);
            if !modules(&main).iter().any(|known| known == first) {
                return Err(format!("{main} has no such module"));
            }
            let module = module.replace("::", "/");
            [format!("{folder}/{module}.rs"), format!("{folder}/{module}/mod.rs")]
        }
    };
    let file = file.map(PathBuf::from).into_iter().find(|file| Path::exists(file)).ok_or("no such file")?;
    let source = fs::read_to_string(file).map_err(|error| error.to_string())?;
    if tests_in(&source).contains(&name.to_owned()) {
        Ok(())
    } else {
        Err("no such test in that file".into())
    }
}
