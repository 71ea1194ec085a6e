//! The servers of a configuration: where they stand, what they start.
//!
//! Reads only. A server that cannot be wrapped is a server too, and says why it cannot.

use super::form::{Form, Words};
use super::tree::{Document, Format, Member, Node, Span, Table, Value};
use crate::core::wording::{self, Complaint};

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
    /// The client knows by itself what to start, or the entry only switches a server that stands elsewhere.
    Hosted(Complaint),
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
    /// Whether program and args stand in one list.
    pub(super) is_one_list: bool,
    /// Whether it says how the server is to be debugged.
    pub(super) is_debugged: bool,
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

/// Every server of the document, in the order of the forms and of the text.
pub(super) fn servers(document: &Document<'_>, forms: &[Form]) -> Vec<Server> {
    let mut found: Vec<Server> = Vec::new();
    for form in forms {
        let mut more = Vec::new();
        descend(document, &document.root, (form, form.way), &mut Vec::new(), None, &mut more);
        found.extend(more);
    }
    found
}

fn descend<'n>(
    document: &Document<'_>,
    node: &'n Node,
    (form, way): (&Form, &[&str]),
    path: &mut Vec<String>,
    twice: Option<&'n str>,
    found: &mut Vec<Server>,
) {
    let members = node.members();
    let wanted = way.first().copied().or(form.only);
    for member in members {
        if wanted.is_some_and(|step| step != "*" && step != member.name) {
            continue;
        }
        let twice = twice.or_else(|| is_twice(members, &member.name).then_some(&member.name));
        path.push(member.name.clone());
        if let Some((_, rest)) = way.split_first() {
            descend(document, &member.node, (form, rest), path, twice, found);
        } else if !is_loose(form) || starts_something(&member.node) {
            let kind = match twice {
                Some(key) => Err(wording::mcp_twice(key)),
                None => kind(document, &member.node, form.words),
            };
            let kind = kind.unwrap_or_else(|complaint| Kind::Odd { complaint, texts: texts(&member.node) });
            found.push(Server { name: member.name.clone(), path: path.clone(), kind });
        }
        path.pop();
    }
}

/// Whether other things may stand beside the servers.
fn is_loose(form: &Form) -> bool {
    form.way.is_empty() || form.words == Words::Either
}

fn starts_something(node: &Node) -> bool {
    node.members().iter().any(|member| member.name == "command" || URLS.contains(&member.name.as_str()))
}

/// The keys of a server that runs elsewhere.
const URLS: [&str; 4] = ["url", "serverUrl", "httpUrl", "uri"];

/// Keys by which an entry without a command says that the client knows what to start.
const HOSTED: [&str; 5] = ["enabled", "disabled", "settings", "source", "extension"];

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

fn kind(document: &Document<'_>, node: &Node, words: Words) -> Result<Kind, Complaint> {
    let table = match &node.value {
        Value::Table(table) => table,
        Value::List(_) => return Err(wording::mcp_list_no_entry(document.format == Format::Toml)),
        Value::Text(_) | Value::Scalar => return Err(wording::mcp_no_entry()),
    };
    if let Some(key) = ["command", "args"].into_iter().find(|key| is_twice(&table.members, key)) {
        return Err(wording::mcp_twice(key));
    }
    let Some(command) = member(table, "command") else {
        if let Some(url) = URLS.into_iter().find_map(|key| text(table, key)) {
            return Ok(Kind::Remote { url });
        }
        let is_hosted = HOSTED.iter().any(|key| member(table, key).is_some());
        let complaint = wording::mcp_hosted();
        return if is_hosted { Ok(Kind::Hosted(complaint)) } else { Err(wording::mcp_no_command()) };
    };
    let written = match (&command.node.value, words) {
        (Value::List(items), Words::OneList | Words::Either) => one_list(document, command, items)?,
        (_, Words::OneList) => return Err(wording::mcp_command_no_list()),
        (Value::Table(inner), Words::Zed) => {
            let program = member(inner, "path").ok_or_else(wording::mcp_no_command)?;
            apart(document, inner, program)?
        }
        (_, Words::Apart | Words::Either | Words::Zed) => apart(document, table, command)?,
    };
    let is_debugged = member(table, "dev")
        .is_some_and(|dev| dev.node.members().iter().any(|member| member.name == "debug"));
    let cwd = text(table, "cwd").or_else(|| text(table, "working_directory"));
    Ok(Kind::Stdio(Command { cwd, is_debugged, ..written }))
}

fn member<'n>(table: &'n Table, name: &str) -> Option<&'n Member> {
    table.members.iter().find(|member| member.name == name)
}

fn text(table: &Table, name: &str) -> Option<String> {
    match member(table, name).map(|member| &member.node.value) {
        Some(Value::Text(text)) => Some(text.clone()),
        Some(Value::Scalar | Value::List(_) | Value::Table(_)) | None => None,
    }
}

/// The program by itself, the rest in `args` beside it.
fn apart(document: &Document<'_>, table: &Table, program: &Member) -> Result<Command, Complaint> {
    let Value::Text(text) = &program.node.value else { return Err(wording::mcp_command_no_text()) };
    if text.trim().is_empty() {
        return Err(wording::mcp_command_no_text());
    }
    let args = match member(table, "args").map(|member| (member, &member.node.value)) {
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
    Ok(Command {
        program: Word { text: text.clone(), span: program.node.span.clone() },
        args,
        cwd: None,
        key: program.key.clone(),
        leaf: program.leaf,
        braces: table.braces,
        is_one_list: false,
        is_debugged: false,
    })
}

/// All words in one list.
fn one_list(document: &Document<'_>, command: &Member, items: &[Node]) -> Result<Command, Complaint> {
    let words: Option<Vec<Word>> = items.iter().map(|item| word(document, item)).collect();
    let mut words = words.unwrap_or_default();
    if words.first().is_none_or(|program| program.text.trim().is_empty()) {
        return Err(wording::mcp_command_no_list());
    }
    let program = words.remove(0);
    Ok(Command {
        program,
        args: Args::List { key: command.key.clone(), span: command.node.span.clone(), words },
        cwd: None,
        key: command.key.clone(),
        leaf: command.leaf,
        braces: true,
        is_one_list: true,
        is_debugged: false,
    })
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
