//! From a text to a tree, in either format.

use super::refusal::Refusal;
use super::tree::{Document, Format, Value};
use super::{json, toml};

const BYTE_ORDER_MARK: &str = "\u{FEFF}";

impl<'t> Document<'t> {
    /// Reads the whole text, or says where it cannot be read.
    pub(super) fn parse(text: &'t str, format: Format) -> Result<Self, Refusal> {
        let (mark, text) = match text.strip_prefix(BYTE_ORDER_MARK) {
            Some(rest) => (BYTE_ORDER_MARK, rest),
            None => ("", text),
        };
        let root = match format {
            Format::Json => json::parse(text)?,
            Format::Toml => toml::parse(text)?,
        };
        Ok(Self { mark, text, format, root })
    }
}

impl Format {
    /// What a string that is written like this says.
    pub(super) fn reads(self, literal: &str) -> Option<String> {
        let value = match self {
            Self::Json => json::parse(literal).ok()?.value,
            Self::Toml => {
                let root = toml::parse(&format!("x = {literal}")).ok()?;
                match root.value {
                    Value::Table(table) => table.members.into_iter().next()?.node.value,
                    Value::Text(_) | Value::Scalar | Value::List(_) => return None,
                }
            }
        };
        match value {
            Value::Text(text) => Some(text),
            Value::Scalar | Value::List(_) | Value::Table(_) => None,
        }
    }
}
