//! See `shimkeeper::fuzzing::command_line`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| shimkeeper::fuzzing::command_line(bytes));
