//! Tells a form that is not read from a file without servers: the two must never look alike.

use super::client::Client;
use super::form::{ALL_OF_ANYBODY, Form, MCP_SERVERS};
use super::server::{Kind, Server, servers};
use super::tree::{Document, Node, Value};
use crate::core::wording::{self, Complaint};

/// Lists of servers, which are known and not read.
const LISTS: &[Form] =
    &[MCP_SERVERS, Form::apart(&["mcp_servers"]), Form::apart(&["augment.advanced.mcpServers"])];

/// Why a file in which these servers were found may hold more, or is not called empty; `None` where all of it was read.
pub(super) fn unread(document: &Document<'_>, client: Client, found: &[Server]) -> Option<Complaint> {
    let (root, own) = (&document.root, client.forms());
    let of_a_list = |form: &&Form| ends(root, form.way).iter().any(|node| is_a_filled_list(node));
    if let Some(form) = own.iter().chain(LISTS).find(of_a_list) {
        return Some(wording::mcp_form_list(&form.shown()));
    }
    if !found.is_empty() {
        return None;
    }
    let starts_something = |form: &&Form| {
        let found = servers(document, &[**form]);
        found.iter().any(|server| matches!(server.kind, Kind::Stdio(_) | Kind::Remote { .. }))
    };
    if client.is_known() {
        let other = ALL_OF_ANYBODY.iter().find(starts_something)?;
        let reads: Vec<String> = own.iter().map(Form::shown).collect();
        return Some(wording::mcp_form_of_another(&other.shown(), client.name(), &reads));
    }
    let has_a_place = own.iter().any(|form| !ends(root, form.way).is_empty());
    let is_empty = match &root.value {
        Value::Table(table) => table.members.is_empty(),
        Value::List(items) => items.is_empty(),
        Value::Scalar => true,
        Value::Text(_) => false,
    };
    let looked_for: Vec<String> = own.iter().map(Form::shown).collect();
    (!has_a_place && !is_empty).then(|| wording::mcp_form_unknown(&looked_for))
}

fn is_a_filled_list(node: &Node) -> bool {
    matches!(&node.value, Value::List(items) if !items.is_empty())
}

/// Whatever the way leads to.
fn ends<'n>(node: &'n Node, way: &[&str]) -> Vec<&'n Node> {
    let Some((step, rest)) = way.split_first() else { return vec![node] };
    let fits = node.members().iter().filter(|member| *step == "*" || *step == member.name);
    fits.flat_map(|member| ends(&member.node, rest)).collect()
}
