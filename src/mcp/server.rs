//! The servers of a configuration: where they stand, what they start.
//!
//! Reads only. A server that cannot be wrapped is a server too, and says why it cannot.

use super::tree::{Document, Format, Member, Node, Span, Value};
use crate::core::wording::{self, Complaint};

/// The way to the tables of servers; `*` is any name.
pub(super) type Shape = &'static [&'static str];

/// One server.
#[derive(Debug)]
pub(super) struct Server {
    /// What the client calls it.
    pub(super) name: String,
    /// The way to it in the file, its name included.
    pub(super) path: Vec<String>,
    /// What it is.
    pub(super) kind: Kind,
}

/// What kind of server it is.
#[derive(Debug)]
pub(super) enum Kind {
    /// A process that the client starts.
    Stdio(Command),
    /// Something that runs elsewhere; nothing of it is the client's to start.
    Remote {
        /// Where; it may hold secrets.
        url: String,
    },
    /// An entry that cannot be understood, or that says two things at once.
    Odd {
        /// What is wrong.
        complaint: Complaint,
        /// All texts in it, secrets included.
        texts: Vec<String>,
    },
}

/// What a server's process is started with, and where that stands.
#[derive(Debug)]
pub(super) struct Command {
    pub(super) program: Word,
    pub(super) args: Args,
    /// The folder to start in, as it is written.
    pub(super) cwd: Option<String>,
    /// The whole key of the program, with the dotted way to it (TOML).
    pub(super) key: Span,
    /// Where the last part of that key begins.
    pub(super) leaf: usize,
    /// Whether its members stand in braces.
    pub(super) braces: bool,
}

#[derive(Debug)]
pub(super) enum Args {
    Absent,
    List { key: Span, span: Span, words: Vec<Word> },
}

/// One word of a command line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Word {
    pub(super) text: String,
    pub(super) span: Span,
}

impl Command {
    /// The command line.
    pub(super) fn words(&self) -> Vec<String> {
        std::iter::once(&self.program).chain(self.args.words()).map(|word| word.text.clone()).collect()
    }

    /// The word at this place of the command line, the program being the first.
    pub(super) fn word(&self, at: usize) -> Option<&Word> {
        match at.checked_sub(1) {
            None => Some(&self.program),
            Some(at) => self.args.words().get(at),
        }
    }
}

impl Args {
    pub(super) fn words(&self) -> &[Word] {
        match self {
            Self::Absent => &[],
            Self::List { words, .. } => words,
        }
    }
}

/// Every server of the document, in its order.
pub(super) fn servers(document: &Document<'_>, shapes: &[Shape]) -> Vec<Server> {
    let mut found = Vec::new();
    for shape in shapes {
        descend(document, &document.root, shape, &mut Vec::new(), None, &mut found);
    }
    found
}

fn descend<'n>(
    document: &Document<'_>,
    node: &'n Node,
    shape: &[&str],
    path: &mut Vec<String>,
    twice: Option<&'n str>,
    found: &mut Vec<Server>,
) {
    let members = node.members();
    for member in members {
        if shape.first().is_some_and(|step| *step != "*" && *step != member.name) {
            continue;
        }
        let twice = twice.or_else(|| is_twice(members, &member.name).then_some(&member.name));
        path.push(member.name.clone());
        if let Some((_, rest)) = shape.split_first() {
            descend(document, &member.node, rest, path, twice, found);
        } else {
            let kind = match twice {
                Some(key) => Err(wording::mcp_twice(key)),
                None => kind(document, &member.node),
            };
            let kind = kind.unwrap_or_else(|complaint| Kind::Odd { complaint, texts: texts(&member.node) });
            found.push(Server { name: member.name.clone(), path: path.clone(), kind });
        }
        path.pop();
    }
}

fn texts(node: &Node) -> Vec<String> {
    match &node.value {
        Value::Text(text) => vec![text.clone()],
        Value::Scalar => Vec::new(),
        Value::List(items) => items.iter().flat_map(texts).collect(),
        Value::Table(table) => table.members.iter().flat_map(|member| texts(&member.node)).collect(),
    }
}

/// Programs differ in which of the two they take.
fn is_twice(members: &[Member], name: &str) -> bool {
    members.iter().filter(|member| member.name == name).nth(1).is_some()
}

fn kind(document: &Document<'_>, node: &Node) -> Result<Kind, Complaint> {
    let table = match &node.value {
        Value::Table(table) => table,
        Value::List(_) => return Err(wording::mcp_list_no_entry(document.format == Format::Toml)),
        Value::Text(_) | Value::Scalar => return Err(wording::mcp_no_entry()),
    };
    let member = |name: &str| table.members.iter().find(|member| member.name == name);
    let text = |name: &str| match member(name).map(|member| &member.node.value) {
        Some(Value::Text(text)) => Some(text.clone()),
        Some(Value::Scalar | Value::List(_) | Value::Table(_)) | None => None,
    };
    if let Some(key) = ["command", "args"].into_iter().find(|key| is_twice(&table.members, key)) {
        return Err(wording::mcp_twice(key));
    }
    let Some(command) = member("command") else {
        let url = ["url", "serverUrl", "httpUrl"].into_iter().find_map(text);
        return url.map(|url| Kind::Remote { url }).ok_or_else(wording::mcp_no_command);
    };
    let Some(program) = text("command").filter(|program| !program.trim().is_empty()) else {
        return Err(wording::mcp_command_no_text());
    };
    let args = match member("args").map(|member| (member, &member.node.value)) {
        None => Args::Absent,
        Some((member, Value::List(items))) => {
            let words: Option<Vec<Word>> = items.iter().map(|item| word(document, item)).collect();
            let words = words.ok_or_else(wording::mcp_args_no_texts)?;
            Args::List { key: member.key.clone(), span: member.node.span.clone(), words }
        }
        Some((_, Value::Text(_) | Value::Scalar | Value::Table(_))) => {
            return Err(wording::mcp_args_no_texts());
        }
    };
    Ok(Kind::Stdio(Command {
        program: Word { text: program, span: command.node.span.clone() },
        args,
        cwd: text("cwd"),
        key: command.key.clone(),
        leaf: command.leaf,
        braces: table.braces,
    }))
}

/// A number is taken as it is written: clients do so too.
fn word(document: &Document<'_>, node: &Node) -> Option<Word> {
    let text = match &node.value {
        Value::Text(text) => text.clone(),
        Value::Scalar => document.raw(&node.span).to_owned(),
        Value::List(_) | Value::Table(_) => return None,
    };
    Some(Word { text, span: node.span.clone() })
}
