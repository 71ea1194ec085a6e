//! What only Windows refuses or cannot tell, mostly inside other sentences.

/// A list of the system's that never holds still.
pub const GROWS_TOO_FAST: &str = "it grows faster than it can be read";

/// A process of the system that has no memory to be read.
pub const NO_MEMORY: &str = "the process has no memory of its own";

/// A process whose parameters are not written yet.
pub const JUST_BEGUN: &str = "the process has only just begun";

/// A small program of the system that failed.
#[must_use]
pub fn program_failed(program: &str, status: &dyn std::fmt::Display) -> String {
    format!("{program} ended with {status}")
}

/// A toast that the system did not take. `code` is what it answered, in its own language: `0x80040154`.
#[must_use]
pub fn toast_not_taken(code: Option<&str>) -> String {
    match code {
        // The class is not registered: a system without the part that shows toasts.
        Some("0x80040154") => "this Windows has no toasts".into(),
        Some(code) => format!("Windows did not take it, error {code}"),
        None => "Windows did not take it".into(),
    }
}

/// A port that may not be bound at all, with the range around it that the system keeps for itself.
#[must_use]
pub fn port_refused(port: u16, reserved: Option<(u16, u16)>) -> String {
    match reserved {
        Some((first, last)) => format!("port {port} is reserved by Windows ({first}–{last})"),
        None => format!("Windows refuses port {port}: another program holds it exclusively"),
    }
}
