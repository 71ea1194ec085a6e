//! A configuration as a tree of values that know where they stand in the text.
//!
//! One shape for JSON and TOML, so that what wraps and unwraps need not know which it reads. Holds
//! what is needed to edit by spans, and no more: numbers and dates are just scalars.

use std::ops::Range;

/// A stretch of the text, in bytes.
pub(super) type Span = Range<usize>;

/// How a file is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Format {
    /// JSON, with comments and trailing commas.
    Json,
    /// TOML.
    Toml,
}

impl Format {
    /// A string as it is written in this format.
    pub(super) fn literal(self, text: &str) -> String {
        match self {
            Self::Json => serde_json::Value::from(text).to_string(),
            Self::Toml => toml_edit::Value::from(text).to_string(),
        }
    }
}

/// A value and where it stands.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) span: Span,
    pub(super) value: Value,
}

#[derive(Debug)]
pub(super) enum Value {
    Text(String),
    /// A number, a date, true, false or null.
    Scalar,
    List(Vec<Node>),
    Table(Table),
}

#[derive(Debug)]
pub(super) struct Table {
    /// Whether it stands in braces; otherwise its members have lines of their own (TOML).
    pub(super) braces: bool,
    pub(super) members: Vec<Member>,
}

#[derive(Debug)]
pub(super) struct Member {
    pub(super) name: String,
    /// The whole key as it is written, with quotes and the dotted way to it (`a.b.command`).
    pub(super) key: Span,
    /// Where the last part of the key begins.
    pub(super) leaf: usize,
    pub(super) node: Node,
}

impl Node {
    pub(super) fn members(&self) -> &[Member] {
        match &self.value {
            Value::Table(table) => &table.members,
            Value::Text(_) | Value::Scalar | Value::List(_) => &[],
        }
    }
}

/// A configuration that parses.
#[derive(Debug)]
pub(super) struct Document<'t> {
    /// What stands before the text and is no part of it: a byte order mark.
    pub(super) mark: &'static str,
    pub(super) text: &'t str,
    pub(super) format: Format,
    pub(super) root: Node,
}

impl<'t> Document<'t> {
    /// What stands there, as it is written.
    pub(super) fn raw(&self, span: &Span) -> &'t str {
        self.text.get(span.clone()).unwrap_or_default()
    }
}
