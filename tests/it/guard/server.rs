//! Plays the parts of the guard's tests on Linux: servers of every temper, and clients that can be ended by
//! force. Nobody lives longer than some minutes. Knows nothing of Shimkeeper.

#[cfg(unix)]
mod parts;

#[cfg(unix)]
fn main() -> std::process::ExitCode {
    parts::play()
}

#[cfg(not(unix))]
fn main() {}
