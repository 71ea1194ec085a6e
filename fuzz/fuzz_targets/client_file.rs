//! See `shimkeeper::fuzzing::client_file`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| shimkeeper::fuzzing::client_file(bytes));
