//! See `shimkeeper::fuzzing::lease`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| shimkeeper::fuzzing::lease(bytes));
