//! See `shimkeeper::fuzzing::configuration`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| shimkeeper::fuzzing::configuration(bytes));
