//! See `shimkeeper::fuzzing::conversation`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| shimkeeper::fuzzing::conversation(bytes));
