//! Times as they are written in the file: `"2s"`, `"0.2s"`, `"200ms"`, `"5m"`, `"1h"`.
//!
//! Exact: no floating point. One number and one unit; signs, sums and spaces are not taken.

use std::time::Duration;

const NANOS: u128 = 1_000_000_000;

/// Units with their length in nanoseconds, the longer name first where one ends with the other.
const UNITS: &[(&str, u128)] = &[("ms", NANOS / 1000), ("s", NANOS), ("m", 60 * NANOS), ("h", 3600 * NANOS)];

/// Reads a time; `None` if it is none.
pub(crate) fn parse(text: &str) -> Option<Duration> {
    let (number, unit) = UNITS.iter().find_map(|(name, nanos)| Some((text.strip_suffix(name)?, nanos)))?;
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    // Nine digits behind the point reach the nanosecond; fifteen before it reach past all limits.
    let digits =
        |part: &str, most: usize| part.len() <= most && part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || fraction.is_empty() || !digits(whole, 15) || !digits(fraction, 9) {
        return None;
    }
    let billionths: u128 = format!("{fraction:0<9}").parse().ok()?;
    let nanos = whole.parse::<u128>().ok()? * unit + billionths * unit / NANOS;
    let seconds = u64::try_from(nanos / NANOS).ok()?;
    Some(Duration::new(seconds, u32::try_from(nanos % NANOS).ok()?))
}

/// Writes a time so that [`parse`] reads the same.
pub(super) fn written(duration: Duration) -> String {
    let (seconds, nanos) = (duration.as_secs(), duration.subsec_nanos());
    if nanos != 0 {
        let digits = format!("{nanos:09}");
        return format!("{seconds}.{}s", digits.trim_end_matches('0'));
    }
    match seconds {
        0 => "0s".into(),
        _ if seconds.is_multiple_of(3600) => format!("{}h", seconds / 3600),
        _ if seconds.is_multiple_of(60) => format!("{}m", seconds / 60),
        _ => format!("{seconds}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_unit_is_read_exactly() {
        for (text, millis) in [
            ("2s", 2000),
            ("0.2s", 200),
            ("200ms", 200),
            ("0.5ms", 0),
            ("5m", 300_000),
            ("1.5h", 5_400_000),
            ("0s", 0),
            ("007s", 7000),
        ] {
            assert_eq!(parse(text).map(|time| time.as_millis()), Some(millis), "{text}");
        }
        assert_eq!(parse("0.5ms"), Some(Duration::from_micros(500)));
    }

    #[test]
    fn whatever_is_no_time_is_refused() {
        for text in [
            "",
            "s",
            "2",
            ".5s",
            "1.s",
            "-1s",
            "+1s",
            "1e3s",
            "2 s",
            " 2s",
            "2S",
            "2sec",
            "1h30m",
            "1.2.3s",
            "٢s",
            "1.0000000001s",
            "1_000s",
            "99999999999999999999s",
            "2d",
        ] {
            assert_eq!(parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn what_is_written_is_read_back() {
        for text in ["0s", "0.2s", "2s", "90s", "5m", "1h", "0.0005s", "61.25s"] {
            assert_eq!(written(parse(text).unwrap()), text);
        }
        assert_eq!(written(Duration::from_mins(2)), "2m");
        assert_eq!(parse(&written(Duration::MAX)), None, "far beyond every limit");
    }
}
