//! JSON with comments, as clients read it, into a tree.
//!
//! Comments and trailing commas are taken because VS Code takes them; nothing else beyond JSON is,
//! because no client would read it.

use std::thread::{self, ScopedJoinHandle};

use jsonc_parser::ast::{ObjectProp, Value as Ast};
use jsonc_parser::common::Ranged;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

use super::refusal::Refusal;
use super::tree::{Member, Node, Span, Table, Value};
use crate::core::position::position;
use crate::core::wording;

const OPTIONS: ParseOptions = ParseOptions {
    allow_comments: true,
    allow_trailing_commas: true,
    allow_loose_object_property_names: false,
    allow_missing_commas: false,
    allow_single_quoted_strings: false,
    allow_hexadecimal_numbers: false,
    allow_unary_plus_numbers: false,
    allow_bare_decimal_point_numbers: false,
    allow_non_finite_numbers: false,
    allow_extended_string_escapes: false,
};

/// What the deepest nesting that the parser takes needs, several times over. The main thread of a Windows
/// program has less.
const STACK: usize = 16_000_000;

pub(super) fn parse(text: &str) -> Result<Node, Refusal> {
    let parsed = thread::scope(|scope| {
        let parser = thread::Builder::new().stack_size(STACK).spawn_scoped(scope, || parse_here(text));
        parser.map(ScopedJoinHandle::join)
    });
    match parsed {
        Ok(Ok(parsed)) => parsed,
        // A bug of the parser's, or no thread to be had.
        Ok(Err(_)) => Err(Refusal::whole_file(wording::mcp_no_json(wording::PANICKED))),
        Err(error) => Err(Refusal::whole_file(wording::unreadable(&error))),
    }
}

fn parse_here(text: &str) -> Result<Node, Refusal> {
    let parsed = parse_to_ast(text, &CollectOptions::default(), &OPTIONS).map_err(|error| {
        let at = position(text, error.range().start);
        Refusal::at(at, wording::mcp_no_json(&error.kind().to_string()))
    })?;
    // An empty file holds no value, and no servers either.
    Ok(parsed.value.map_or(Node { span: 0..0, value: Value::Scalar }, |value| node(&value)))
}

fn node(ast: &Ast<'_>) -> Node {
    let value = match ast {
        Ast::StringLit(text) => Value::Text(text.value.clone().into_owned()),
        Ast::NumberLit(_) | Ast::BooleanLit(_) | Ast::NullKeyword(_) => Value::Scalar,
        Ast::Array(list) => Value::List(list.elements.iter().map(node).collect()),
        Ast::Object(object) => {
            Value::Table(Table { braces: true, members: object.properties.iter().map(member).collect() })
        }
    };
    Node { span: span(ast), value }
}

fn member(property: &ObjectProp<'_>) -> Member {
    let key = span(&property.name);
    Member { name: property.name.as_str().to_owned(), leaf: key.start, key, node: node(&property.value) }
}

fn span(ranged: &impl Ranged) -> Span {
    ranged.start()..ranged.end()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deep_nesting_needs_no_more_stack_than_the_main_thread_of_a_windows_program_has() {
        let parses = |depth: usize| {
            let text = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
            let thread = thread::Builder::new().stack_size(1 << 20);
            thread.spawn(move || parse(&text).is_ok()).unwrap().join().unwrap()
        };
        assert!(parses(500));
        assert!(!parses(100_000));
    }
}
