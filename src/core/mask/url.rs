//! Passwords and queries of URLs.

use super::MASK;
use super::values::{Source, is_in_names};

/// How far into a URL the `@` behind a password with a slash in it is looked for, in characters.
const LONGEST_USER: usize = 1000;

/// Writes the begin of a URL behind its scheme, without the password, and gives what follows.
pub(super) fn mask_user<'t>(url: &'t str, out: &mut String) -> &'t str {
    let ends = |c: char| c.is_whitespace() || matches!(c, '/' | '?' | '#' | '"');
    let authority = &url[..url.find(ends).unwrap_or(url.len())];
    let has_a_port = |host: &str| {
        host.rsplit_once(':').is_none_or(|(_, port)| {
            host.starts_with('[') || port.len() <= 5 && port.chars().all(|c| c.is_ascii_digit())
        })
    };
    // A password with a slash in it ends the authority too early.
    let user = match authority.rfind('@') {
        None if !has_a_port(authority) => {
            let near = url.chars().take(LONGEST_USER).take_while(|c| !c.is_whitespace() && *c != '"');
            url[..near.map(char::len_utf8).sum()].rfind('@')
        }
        found => found,
    };
    let Some(user) = user else {
        let known = if has_a_port(authority) { authority } else { "" };
        out.push_str(known);
        return &url[known.len()..];
    };
    let is_a_name = !url[..user].contains(':') && !out.ends_with("http://") && !out.ends_with("https://");
    out.push_str(if is_a_name { &url[..user] } else { MASK });
    out.push('@');
    let host = &url[user + 1..];
    let host = &host[..host.find(ends).unwrap_or(host.len())];
    let known = if has_a_port(host) { host } else { "" };
    out.push_str(known);
    &url[user + 1 + known.len()..]
}

fn is_in_query_names(c: char) -> bool {
    is_in_names(c) || matches!(c, '%' | '~' | '+' | '*')
}

pub(super) fn starts_with_a_pair(text: &str) -> bool {
    let value = text.trim_start_matches(is_in_query_names);
    value.len() < text.len() && value.starts_with('=')
}

/// Writes a query with every value masked and gives what follows it.
pub(super) fn mask_query<'t>(query: &'t str, source: Source, out: &mut String) -> &'t str {
    let ends = |c: char| c == '"' || source == Source::Line && c.is_whitespace();
    let (query, after) = query.split_at(query.find(ends).unwrap_or(query.len()));
    for (at, pair) in query.split('&').enumerate() {
        if at > 0 {
            out.push('&');
        }
        match pair.split_once('=') {
            Some((name, value)) if name.chars().all(is_in_query_names) => {
                out.push_str(name);
                out.push('=');
                out.push_str(if value.is_empty() { "" } else { MASK });
            }
            _ => out.push_str(if pair.is_empty() { "" } else { MASK }),
        }
    }
    after
}
