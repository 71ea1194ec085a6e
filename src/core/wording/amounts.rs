//! Amounts as people say them.

use std::time::Duration;

/// "3 s", "3 min", "2 h", "5 days".
#[must_use]
pub fn duration(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => format!("{} min", seconds / 60),
        3600..172_800 => format!("{} h", seconds / 3600),
        _ => format!("{} days", seconds / 86_400),
    }
}

/// A short wait with one decimal where it matters: "0.3 s", "5 s".
#[must_use]
pub fn wait(duration: Duration) -> String {
    let tenths = duration.as_millis().div_ceil(100);
    if tenths.is_multiple_of(10) {
        format!("{} s", tenths / 10)
    } else {
        format!("{}.{} s", tenths / 10, tenths % 10)
    }
}

/// "41 MB", in powers of ten as system monitors show it.
#[must_use]
pub fn bytes(bytes: u64) -> String {
    match bytes {
        0..1_000_000 => format!("{} kB", bytes / 1000),
        1_000_000..10_000_000_000 => format!("{} MB", bytes / 1_000_000),
        _ => format!("{} GB", bytes / 1_000_000_000),
    }
}

/// "0.1 %", from tenths of a percent.
#[must_use]
pub fn percent(permille: u32) -> String {
    format!("{}.{} %", permille / 10, permille % 10)
}

/// "1 orphan", "3 orphans".
#[must_use]
pub fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_said_as_people_say_them() {
        let said = [9, 59, 60, 3599, 3600, 200_000].map(|seconds| duration(Duration::from_secs(seconds)));
        assert_eq!(said, ["9 s", "59 s", "1 min", "59 min", "1 h", "2 days"]);
        assert_eq!([900_000, 41_900_000, 34_000_000_000].map(bytes), ["900 kB", "41 MB", "34 GB"]);
        assert_eq!(wait(Duration::from_millis(201)), "0.3 s");
        assert_eq!(wait(Duration::from_secs(5)), "5 s");
        assert_eq!(percent(1), "0.1 %");
        assert_eq!(count(1, "orphan", "orphans"), "1 orphan");
    }
}
