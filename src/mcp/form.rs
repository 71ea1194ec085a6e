//! The forms in which clients write down their servers: where the entries stand, and how each says its command.

/// One way of writing servers down.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Form {
    /// The way to the table whose members are the servers; `*` is any name.
    pub(super) way: &'static [&'static str],
    /// How an entry says its command.
    pub(super) words: Words,
    /// The one member that is a server, where the others are something else.
    pub(super) only: Option<&'static str>,
}

/// How an entry says its command.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Words {
    /// `command` is the program, `args` the rest.
    Apart,
    /// `command` is one list of all words.
    OneList,
    /// Either of them.
    Either,
    /// As [`Apart`](Self::Apart), or both within `command`: `{ "path": …, "args": … }`.
    Zed,
}

impl Form {
    pub(super) const fn apart(way: &'static [&'static str]) -> Self {
        Self { way, words: Words::Apart, only: None }
    }

    pub(super) const fn written(way: &'static [&'static str], words: Words) -> Self {
        Self { way, words, only: None }
    }

    /// As people write it: `projects.*.mcpServers`.
    pub(super) fn shown(&self) -> String {
        self.way.join(".")
    }
}

pub(super) const MCP_SERVERS: Form = Form::apart(&["mcpServers"]);

/// Every form that is read, for a file of nobody we know. The last one, of opencode and Kilo, has a key that is used
/// for other things, too.
pub(super) const ALL_OF_ANYBODY: &[Form] = &[
    MCP_SERVERS,
    Form::apart(&["projects", "*", "mcpServers"]),
    Form::apart(&["servers"]),
    Form::apart(&["mcp", "servers"]),
    Form::apart(&["mcp.servers"]),
    Form::apart(&["mcp_servers"]),
    Form::written(&["context_servers"], Words::Zed),
    Form::apart(&["amp.mcpServers"]),
    Form::apart(&["zencoder.mcpServers"]),
    Form::apart(&["tools", "mcpServers"]),
    Form::apart(&["settings", "mcp", "servers"]),
    Form::apart(&["customizations", "vscode", "mcp", "servers"]),
    Form::written(&["mcp"], Words::Either),
];
