//! The identifier of a request: kept as the bytes that came, compared by what they mean.
//!
//! A client finds its own request by its identifier, and some are no number that any program could hold: what is
//! answered in a server's place must carry the same bytes.

use std::borrow::Cow;
use std::hash::{Hash, Hasher};

use serde::de::{Deserialize, Deserializer, Error};
use serde_json::value::RawValue;

/// A number or a text, as it stands in JSON.
#[derive(Clone, Debug)]
pub(crate) struct Id(Box<str>);

impl Id {
    /// The identifier that stands there; `None` where that is neither a number nor a text.
    pub(crate) fn read(raw: &RawValue) -> Option<Self> {
        let json = raw.get();
        let is_one = json.starts_with(|first: char| first == '"' || first == '-' || first.is_ascii_digit());
        is_one.then(|| Self(json.into()))
    }

    /// One that is a text.
    pub(crate) fn of_text(text: &str) -> Self {
        Self(serde_json::Value::from(text).to_string().into())
    }

    /// As it stands in JSON, byte for byte as it came.
    pub(crate) fn json(&self) -> &str {
        &self.0
    }

    /// The text, where it is one.
    pub(crate) fn text(&self) -> Option<String> {
        self.0.starts_with('"').then(|| serde_json::from_str(&self.0).ok()).flatten()
    }

    /// One whose key is the same text.
    pub(super) fn that_stands_there(json: Box<str>) -> Self {
        Self(json)
    }

    /// What all identifiers have in common that are equal: one way to write each text and each number.
    pub(crate) fn key(&self) -> Cow<'_, str> {
        key(&self.0)
    }
}

/// The key of the identifier that stands there. What is none may have one as well, which is no identifier's.
pub(super) fn key(json: &str) -> Cow<'_, str> {
    if let Some(inner) = json.strip_prefix('"') {
        if !inner.contains('\\') {
            return Cow::Borrowed(json);
        }
        // Half a pair of surrogates is no text, and is equal to itself.
        let text = serde_json::from_str::<String>(json);
        return text
            .map_or(Cow::Borrowed(json), |text| Cow::Owned(serde_json::Value::from(text).to_string()));
    }
    if json.bytes().all(|byte| byte.is_ascii_digit()) {
        return Cow::Borrowed(json);
    }
    number(json).map_or(Cow::Borrowed(json), Cow::Owned)
}

/// A number of JSON as its sign, its digits without zeros at either end, and the power of ten behind them. `1.0`, `1`
/// and `10e-1` are one number, and so many programs write an identifier back.
fn number(json: &str) -> Option<String> {
    let (sign, rest) = json.strip_prefix('-').map_or(("", json), |rest| ("-", rest));
    let (decimal, power) = rest.split_once(['e', 'E']).unwrap_or((rest, "0"));
    let (whole, fraction) = decimal.split_once('.').unwrap_or((decimal, ""));
    let digits = format!("{whole}{fraction}");
    let significant = digits.trim_start_matches('0').trim_end_matches('0');
    if significant.is_empty() {
        return Some("0".into());
    }
    let zeros = digits.len() - digits.trim_end_matches('0').len();
    let power: i64 = power.parse().ok()?;
    let power =
        power.checked_sub(i64::try_from(fraction.len()).ok()?)?.checked_add(i64::try_from(zeros).ok()?)?;
    // As a plain number is written that is one.
    match usize::try_from(power) {
        Ok(zeros) if zeros <= MOST_ZEROS => Some(format!("{sign}{significant}{}", "0".repeat(zeros))),
        Ok(_) | Err(_) => Some(format!("{sign}{significant}e{power}")),
    }
}

/// A number with more zeros at its end is compared by their count.
const MOST_ZEROS: usize = 400;

impl PartialEq for Id {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0 || self.key() == other.key()
    }
}

impl Eq for Id {}

impl Hash for Id {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.key().hash(state);
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let raw = <&RawValue>::deserialize(from)?;
        Self::read(raw).ok_or_else(|| D::Error::custom("neither a number nor a text"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(json: &str) -> Id {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn an_identifier_is_written_as_the_bytes_that_came() {
        for json in [
            "0",
            "-7",
            "18446744073709551617",
            "9007199254740993123",
            "1.50",
            "1e3",
            "-0",
            r#""a""#,
            r#""\u0041\/""#,
            r#""\ud800""#,
            "\"\u{e9}\"",
        ] {
            assert_eq!(id(json).json(), json);
        }
        for json in ["null", "{}", "[1]", "true"] {
            assert!(serde_json::from_str::<Id>(json).is_err(), "{json}");
        }
        assert_eq!(Id::of_text("a\"b").json(), r#""a\"b""#);
    }

    #[test]
    fn what_means_the_same_is_the_same() {
        for (one, other) in [
            ("1", "1.0"),
            ("1.50", "1.5"),
            ("15e-1", "1.5"),
            ("1E+3", "1000"),
            ("-0", "0"),
            ("0.0e9", "0"),
            ("18446744073709551617", "18446744073709551617.0"),
            ("1000", "10.00e2"),
            (r#""A""#, r#""\u0041""#),
            (r#""/""#, r#""\/""#),
            ("\"\u{1f600}\"", r#""\ud83d\ude00""#),
        ] {
            assert_eq!(id(one), id(other));
            assert_eq!(id(one).key(), id(other).key());
        }
    }

    #[test]
    fn what_means_something_else_is_something_else() {
        for (one, other) in [
            ("1", r#""1""#),
            ("1", "-1"),
            ("1", "10"),
            ("1.5", "15"),
            // As doubles they are equal.
            ("9007199254740993123", "9007199254740993000"),
            ("18446744073709551617", "18446744073709551616"),
            ("1e400", "1e401"),
            ("1e999999999999999999999", "2e999999999999999999999"),
            (r#""a""#, r#""A""#),
            (r#""\ud800""#, r#""\ud801""#),
        ] {
            assert_ne!(id(one), id(other));
        }
    }
}
