//! The seeds of `fuzz/`, and each of them cut off at every byte: what the fuzzers start from holds in any case.

use std::fs;
use std::path::Path;

use shimkeeper::fuzzing;

fn tell(target: &str, run: fn(&[u8])) {
    let folder = Path::new("fuzz/seeds").join(target);
    let mut count = 0;
    for entry in fs::read_dir(&folder).unwrap() {
        let bytes = fs::read(entry.unwrap().path()).unwrap();
        for end in 0..=bytes.len() {
            run(&bytes[..end]);
        }
        count += 1;
    }
    assert!(count > 0, "{} is empty", folder.display());
    let program = fs::read_to_string(format!("fuzz/fuzz_targets/{target}.rs")).unwrap();
    assert!(program.contains(&format!("fuzzing::{target}(")), "the fuzzer calls something else");
}

macro_rules! seeds {
    ($($target:ident),*) => {
        $(#[test]
        fn $target() {
            tell(stringify!($target), fuzzing::$target);
        })*

        #[test]
        fn every_fuzzer_has_seeds() {
            let known = [$(stringify!($target)),*];
            for entry in fs::read_dir("fuzz/fuzz_targets").unwrap() {
                let name = entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned();
                assert!(known.contains(&name.as_str()), "{name} has none");
            }
        }
    };
}

seeds!(client_file, command_line, configuration, conversation, lease, proc);
