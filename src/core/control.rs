//! What two programs of ours say to each other on the control channel: one line asks, one line answers.
//!
//! The tray answers a second tray, installers and `restart`; a guard answers whoever restarts its server.

use super::identity::{Identity, Pid};

/// What another program of this user can ask for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Request {
    /// Is anybody there?
    Hello,
    /// Of a tray, by a second one: show yourself.
    Show,
    /// Of a tray: end yourself.
    Quit,
    /// Restart a server: of a tray by the name of its watch, of a guard its own.
    Restart {
        /// The watch's name.
        watch: Option<String>,
    },
    /// Of a guard: what would end with your server and is no part of it?
    Along,
}

impl Request {
    /// Reads a line.
    #[must_use]
    pub fn parse(line: &str) -> Option<Self> {
        match line.split_once(' ') {
            Some(("restart", watch)) => Some(Self::Restart { watch: Some(watch.to_owned()) }),
            Some(_) => None,
            None => match line {
                "hello" => Some(Self::Hello),
                "show" => Some(Self::Show),
                "quit" => Some(Self::Quit),
                "restart" => Some(Self::Restart { watch: None }),
                "along" => Some(Self::Along),
                _ => None,
            },
        }
    }

    /// The line.
    #[must_use]
    pub fn line(&self) -> String {
        match self {
            Self::Hello => "hello".into(),
            Self::Show => "show".into(),
            Self::Quit => "quit".into(),
            Self::Restart { watch: None } => "restart".into(),
            Self::Restart { watch: Some(watch) } => format!("restart {}", in_one_field(watch)),
            Self::Along => "along".into(),
        }
    }
}

/// What is answered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Reply {
    /// It was done.
    Done(Done),
    /// The process with this number and birth ends now.
    Ends {
        /// Its number.
        pid: Pid,
        /// What its birth is told by on this machine.
        token: u64,
    },
    /// It was not done, and why.
    Failed(String),
}

/// What was done.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Done {
    /// What, in words; empty where there is nothing to say.
    pub says: String,
    /// In what a new server is not the one that its client knows.
    pub news: Option<String>,
    /// What ended with the old server and was no part of it.
    pub along: Option<String>,
}

impl Done {
    /// With nothing to say beside it.
    #[must_use]
    pub fn saying(says: &str) -> Self {
        Self { says: says.to_owned(), ..Self::default() }
    }

    /// Reads the fields behind `ok`.
    #[must_use]
    pub fn parse(fields: &str) -> Self {
        let mut fields = fields.split('\t');
        let says = fields.next().unwrap_or_default().to_owned();
        let mut field = || fields.next().filter(|field| !field.is_empty()).map(str::to_owned);
        Self { says, news: field(), along: field() }
    }
}

impl Reply {
    /// What a process says that ends now.
    #[must_use]
    pub const fn ends(who: Identity) -> Self {
        Self::Ends { pid: who.pid, token: who.birth.token }
    }

    /// Reads a line; `None` where it is none of ours.
    #[must_use]
    pub fn parse(line: &str) -> Option<Self> {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        match word {
            "ok" => Some(Self::Done(Done::parse(rest))),
            "ends" => {
                let (pid, token) = rest.split_once(' ')?;
                Some(Self::Ends { pid: Pid::new(pid.parse().ok()?)?, token: token.parse().ok()? })
            }
            "failed" if !rest.is_empty() => Some(Self::Failed(rest.to_owned())),
            _ => None,
        }
    }

    /// The line.
    #[must_use]
    pub fn line(&self) -> String {
        match self {
            Self::Done(Done { says, news, along }) => {
                let field = |field: &Option<String>| in_one_field(field.as_deref().unwrap_or_default());
                let all = format!("ok {}\t{}\t{}", in_one_field(says), field(news), field(along));
                all.trim_end().to_owned()
            }
            Self::Ends { pid, token } => format!("ends {pid} {token}"),
            Self::Failed(why) => format!("failed {}", in_one_field(why)),
        }
    }
}

/// Tabs part fields, and an end of line ends the reply.
fn in_one_field(text: &str) -> String {
    text.replace(['\t', '\n', '\r'], " ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::testing::pid;

    #[test]
    fn what_is_asked_is_what_is_heard() {
        let watch = Some("my server".to_owned());
        for request in [
            Request::Hello,
            Request::Show,
            Request::Quit,
            Request::Restart { watch: None },
            Request::Restart { watch },
            Request::Along,
        ] {
            assert_eq!(Request::parse(&request.line()), Some(request));
        }
        for line in ["", "halt", "show me", "quit now", "along with"] {
            assert_eq!(Request::parse(line), None, "{line:?}");
        }
    }

    #[test]
    fn what_is_answered_is_what_is_heard() {
        let some = |text: &str| Some(text.to_owned());
        for reply in [
            Reply::Done(Done::default()),
            Reply::Done(Done::saying("stopped PID 1")),
            Reply::Done(Done { says: "a".into(), news: some("other tools"), along: None }),
            Reply::Done(Done { says: "a".into(), news: None, along: some("tmux (7)") }),
            Reply::Done(Done { says: String::new(), news: some("b"), along: some("c") }),
            Reply::Ends { pid: pid(7), token: 99 },
            Reply::Failed("the port is taken".into()),
        ] {
            assert_eq!(Reply::parse(&reply.line()), Some(reply));
        }
    }

    #[test]
    fn what_is_no_reply_is_taken_for_none() {
        for line in
            ["", "failed", "okay", "error of another program", "ends", "ends 7", "ends 0 1", "ends a b"]
        {
            assert_eq!(Reply::parse(line), None, "{line:?}");
        }
    }

    #[test]
    fn no_text_makes_a_second_field_or_a_second_line() {
        let says = "a\tb\nok c".to_owned();
        let reply = Reply::Done(Done { says, ..Done::default() });
        assert_eq!(Reply::parse(&reply.line()), Some(Reply::Done(Done::saying("a b ok c"))));
    }
}
