//! TOML, as Codex reads it, into a tree.

use toml_edit::{Document, Item, TableLike, Value as Written};

use super::refusal::Refusal;
use super::tree::{Member, Node, Table, Value};
use crate::core::position::position;
use crate::core::wording;

pub(super) fn parse(text: &str) -> Result<Node, Refusal> {
    let document = Document::parse(text).map_err(|error| {
        let complaint = wording::mcp_no_toml(error.message());
        match error.span() {
            Some(span) => Refusal::at(position(text, span.start), complaint),
            None => Refusal::whole_file(complaint),
        }
    })?;
    Ok(Node { span: 0..text.len(), value: table(text, document.as_table(), false) })
}

fn item(text: &str, item: &Item) -> Option<Node> {
    let (span, value) = match item {
        Item::None => return None,
        Item::Value(written) => return Some(value(text, written)),
        Item::Table(inner) => (inner.span(), table(text, inner, false)),
        Item::ArrayOfTables(tables) => {
            let tables = tables.iter().map(|inner| Node {
                span: inner.span().unwrap_or_default(),
                value: table(text, inner, false),
            });
            (None, Value::List(tables.collect()))
        }
    };
    Some(Node { span: span.unwrap_or_default(), value })
}

fn value(text: &str, written: &Written) -> Node {
    let value = match written {
        Written::String(string) => Value::Text(string.value().clone()),
        Written::Integer(_) | Written::Float(_) | Written::Boolean(_) | Written::Datetime(_) => Value::Scalar,
        Written::Array(list) => Value::List(list.iter().map(|inner| value(text, inner)).collect()),
        Written::InlineTable(inner) => table(text, inner, true),
    };
    Node { span: written.span().unwrap_or_default(), value }
}

fn table(text: &str, inner: &dyn TableLike, braces: bool) -> Value {
    let member = |(name, found): (&str, &Item)| {
        // The key of a table's own header has no place, and needs none.
        let leaf = inner.get_key_value(name)?.0.span().unwrap_or_default();
        let key = way_start(text, leaf.start)..leaf.end;
        Some(Member { name: name.to_owned(), key, leaf: leaf.start, node: item(text, found)? })
    };
    Value::Table(Table { braces, members: inner.iter().filter_map(member).collect() })
}

/// Where the dotted way to a key begins: at `a` in `a . "b".command`.
fn way_start(text: &str, leaf: usize) -> usize {
    let blank = [' ', '\t'];
    let mut start = leaf;
    while let Some(way) = text[..start].trim_end_matches(blank).strip_suffix('.') {
        let part = way.trim_end_matches(blank);
        start = match part.strip_suffix(['"', '\'']) {
            Some(quoted) => quoted.rfind(&part[quoted.len()..]).unwrap_or(quoted.len()),
            None => part.trim_end_matches(|c: char| c.is_alphanumeric() || matches!(c, '-' | '_')).len(),
        };
    }
    start
}
