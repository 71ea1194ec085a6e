//! See `shimkeeper::fuzzing::proc`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| shimkeeper::fuzzing::proc(bytes));
