//! A configuration as it may be shown: every value that may be secret is masked.
//!
//! Masks in doubt. Environments, headers and comments are masked whole, whatever they hold.

use super::comments::comments;
use super::tree::{Document, Format, Node, Span, Value};
use crate::core::mask::{self, MASK, is_secret_name};

/// Tables whose values are nobody's business.
const PRIVATE: &[&str] = &["env", "environment", "headers", "http_headers", "env_http_headers"];

/// A line that is longer, in bytes, is not shown to its end.
const LONG: usize = 800;

/// A configuration with what must not be shown of it.
pub(super) struct Masked<'d, 't> {
    document: &'d Document<'t>,
    comments: Vec<Span>,
    /// All of them in TOML, whose tables stand in pieces; in JSON they are looked for where they are shown,
    /// because a configuration can be long.
    stretches: Vec<Stretch>,
}

/// What is known of a stretch of the text. Between those that are known stand the marks that hold a file
/// together.
struct Stretch {
    span: Span,
    /// What is shown in its place, where it may not be shown.
    instead: Option<String>,
}

impl<'d, 't> Masked<'d, 't> {
    pub(super) fn new(document: &'d Document<'t>) -> Self {
        let comments = comments(document.text, document.format);
        let mut masked = Self { document, comments, stretches: Vec::new() };
        if document.format == Format::Toml {
            masked.stretches = masked.known(&(0..document.text.len()));
        }
        masked
    }

    fn known(&self, shown: &Span) -> Vec<Stretch> {
        let mut look = Look { document: self.document, shown: shown.clone(), stretches: Vec::new() };
        look.at(&self.document.root, false);
        let first = self.comments.partition_point(|span| span.end <= shown.start);
        let near = self.comments.iter().skip(first).take_while(|span| span.start < shown.end);
        look.stretches.extend(near.map(|span| {
            let raw = self.document.raw(span);
            let (opening, closing) = match self.document.format {
                Format::Toml => ("#", ""),
                Format::Json if raw.starts_with("/*") => ("/*", " */"),
                Format::Json => ("//", ""),
            };
            Stretch { span: span.clone(), instead: Some(format!("{opening} {MASK}{closing}")) }
        }));
        look.stretches.sort_by_key(|stretch| stretch.span.start);
        look.stretches
    }

    /// One line, or a part of one, as it may be shown; of a long one only the begin.
    pub(super) fn line(&self, part: &Span) -> String {
        let end = self.document.text.floor_char_boundary(part.end.min(part.start + LONG));
        let shown = self.part(&(part.start..end));
        if end < part.end { shown + "…" } else { shown }
    }

    fn part(&self, part: &Span) -> String {
        let here;
        let stretches = match self.document.format {
            Format::Toml => &self.stretches,
            Format::Json => {
                here = self.known(part);
                &here
            }
        };
        let mut out = String::new();
        let mut done = part.start;
        let first = stretches.partition_point(|stretch| stretch.span.end <= part.start);
        for Stretch { span, instead } in stretches.iter().skip(first) {
            if span.start >= part.end {
                break;
            }
            out.push_str(&self.between(done..span.start.max(done)));
            out.push_str(match instead {
                None => self.document.raw(&(span.start.max(done)..span.end.min(part.end))),
                Some(shown) if part.start <= span.start && span.end <= part.end => shown,
                // Of a text over several lines each line shows that something is there.
                Some(_) => MASK,
            });
            done = span.end.min(part.end).max(done);
        }
        out.push_str(&self.between(done..part.end));
        mask::plain(&out.trim_end_matches(['\r', '\n']).replace('\t', "    "))
    }

    /// In TOML the headers of tables stand here, too, which somebody else has named. Line ends and tabs are the file's
    /// own, and no marks of somebody's.
    fn between(&self, span: Span) -> String {
        let raw = self.document.raw(&span);
        match self.document.format {
            Format::Json => raw.to_owned(),
            Format::Toml => {
                let parts = raw.split_inclusive(['\r', '\n', '\t']);
                parts
                    .map(|part| {
                        let text = part.trim_end_matches(['\r', '\n', '\t']);
                        mask::text(text) + &part[text.len()..]
                    })
                    .collect()
            }
        }
    }
}

/// One look at what stands in a part of the text.
struct Look<'d, 't> {
    document: &'d Document<'t>,
    shown: Span,
    stretches: Vec<Stretch>,
}

impl Look<'_, '_> {
    fn know(&mut self, span: &Span, text: &str, shown: &str) {
        let instead = (text != shown).then(|| self.document.format.literal(shown));
        self.stretches.push(Stretch { span: span.clone(), instead });
    }

    fn is_shown(&self, span: &Span) -> bool {
        // The tables of TOML reach further than the place that they begin at.
        self.document.format == Format::Toml || span.start < self.shown.end && self.shown.start < span.end
    }

    fn at(&mut self, node: &Node, private: bool) {
        if !self.is_shown(&node.span) {
            return;
        }
        match &node.value {
            Value::Text(_) | Value::Scalar if private => self.know(&node.span, "", MASK),
            Value::Text(_) | Value::Scalar => self.look_at_words(std::slice::from_ref(node)),
            Value::List(items) if !private => self.look_at_words(items),
            Value::List(items) => items.iter().for_each(|item| self.at(item, true)),
            Value::Table(table) => {
                for member in &table.members {
                    let key = member.leaf..member.key.end;
                    if self.is_shown(&key) {
                        let shown = mask::words(std::slice::from_ref(&member.name)).concat();
                        self.know(&key, &member.name, &shown);
                    }
                    let name = member.name.to_lowercase();
                    let is_private = PRIVATE.contains(&name.as_str())
                        || is_secret_name(&name) && !is_a_server(&member.node);
                    self.at(&member.node, private || is_private);
                }
            }
        }
    }

    /// Options and their values stand side by side.
    fn look_at_words(&mut self, items: &[Node]) {
        let words: Vec<String> = items
            .iter()
            .map(|item| match &item.value {
                Value::Text(text) => text.clone(),
                Value::Scalar => self.document.raw(&item.span).to_owned(),
                Value::List(_) | Value::Table(_) => String::new(),
            })
            .collect();
        for ((item, word), shown) in items.iter().zip(&words).zip(mask::words(&words)) {
            match &item.value {
                Value::Text(_) | Value::Scalar => self.know(&item.span, word, &shown),
                Value::List(_) | Value::Table(_) => self.at(item, false),
            }
        }
    }
}

/// People call their servers as they like.
fn is_a_server(node: &Node) -> bool {
    node.members().iter().any(|member| matches!(member.name.as_str(), "command" | "url"))
}
