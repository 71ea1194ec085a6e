//! The tray program. All of it is in the library.
#![windows_subsystem = "windows"]

use std::process::ExitCode;

fn main() -> ExitCode {
    shimkeeper::tray::main()
}
