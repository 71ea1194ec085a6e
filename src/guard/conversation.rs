//! What must be remembered of a conversation so that a new server can go on with it.
//!
//! Pure: lines in, decisions out. Knows MCP's handshake; everything else is requests and answers.

use super::ids::Ids;
use super::lives::Lives;
use super::message::{Id, Message, answer_of, messages, params_of};
use super::news::{self, News};
use super::own::Own;
use super::wishes::{Wish, Wishes};

/// What becomes of a line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Fate {
    /// It is passed on as it is.
    Passed,
    /// This is passed on in its place: the same, with what a question is called on that side, and without what nobody
    /// would understand.
    Replaced(Vec<u8>),
    /// Nobody is there any more who would understand it.
    Dropped,
}

/// How a new server is told what the old one knew.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Replay {
    /// The client's `initialize`, or what it says in its place, as it was.
    pub(crate) initialize: Vec<u8>,
    /// Its identifier.
    pub(crate) id: Id,
    /// Whether the client has had its answer: then it must not get a second one.
    pub(crate) answered: bool,
    /// The client's `notifications/initialized`, where it has come so far.
    pub(crate) initialized: Option<Vec<u8>>,
}

/// Whether more is open than is remembered.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
enum Overflow {
    #[default]
    None,
    /// It is, and nobody was told of it.
    Untold,
    Told,
}

/// One client's conversation with one server after the other.
#[derive(Debug, Default)]
pub(crate) struct Conversation {
    /// Asked by the client, not answered yet.
    requests: Ids,
    /// Asked by the server, not answered yet, as the client knows them.
    questions: Ids,
    /// Which server's questions they are.
    lives: Lives,
    /// There was no room for one of them.
    overflow: Overflow,
    /// What the client has set, and what it knows of its server.
    wishes: Wishes,
    /// What we ask the server ourselves.
    own: Own,
    is_mcp: bool,
    opening: Option<Opening>,
    initialized: Option<Vec<u8>>,
    answer: Option<serde_json::Value>,
}

/// The request by which a client makes itself known: `initialize`, or, from 2026 on, `server/discover`, which may
/// be left out. A client that tries both says `initialize` last.
#[derive(Debug)]
struct Opening {
    line: Vec<u8>,
    id: Id,
    is_handshake: bool,
}

/// What every request carries of a client that needs no handshake.
const ENVELOPE: &[u8] = b"\"io.modelcontextprotocol/protocolVersion\"";

impl Conversation {
    /// Whether this is MCP as far as anybody can tell: messages are lines.
    pub(crate) const fn is_mcp(&self) -> bool {
        self.is_mcp
    }

    /// Takes note of a request if it is one that a new server must hear first.
    fn open(&mut self, line: &[u8], id: &Id, method: &str) {
        let is_handshake = method == "initialize";
        self.is_mcp |= is_handshake || line.windows(ENVELOPE.len()).any(|part| part == ENVELOPE);
        // Who has shaken hands is not asked for anything else.
        let has_shaken_hands = self.opening.as_ref().is_some_and(|opening| opening.is_handshake);
        if is_handshake || method == "server/discover" && !has_shaken_hands {
            self.is_mcp = true;
            self.opening = Some(Opening { line: line.to_vec(), id: id.clone(), is_handshake });
            self.initialized = None;
            self.answer = None;
        }
    }

    /// Of which conversation this is: what the guard calls things begins with that.
    pub(crate) fn marked(mark: u64) -> Self {
        Self { lives: Lives::marked(mark), ..Self::default() }
    }

    /// Whether a line may be passed on as another one, or not at all, so that none is before it is complete.
    pub(crate) const fn changes_lines(&self) -> bool {
        self.lives.renames()
    }

    /// Whether the whole of an answer has to be read by [`Self::server_says`], so that none is passed on before it is
    /// complete; of every other one [`Self::server_answers`] may be told instead.
    pub(crate) fn reads_answers(&self) -> bool {
        self.opening.is_some() && self.answer.is_none() || self.wishes.reads_answers() || !self.own.is_over()
    }

    /// Takes note of a line of the client's.
    pub(crate) fn client_says(&mut self, line: &[u8]) -> Fate {
        let fate = if self.lives.renames() { self.lives.to_server(line) } else { Fate::Passed };
        if fate == Fate::Dropped {
            return fate;
        }
        for message in messages(line) {
            match message {
                Message::Request { id, method } => {
                    if !self.is_mcp || method == "initialize" || method == "server/discover" {
                        self.open(line, &id, &method);
                    }
                    if !self.is_mcp {
                        // Nobody looks at the answers either.
                        continue;
                    }
                    if let Some(wish) = Wish::of(&method, || params_of(line, &id)) {
                        self.wishes.wants(&id, wish);
                    }
                    let has_room = self.requests.insert(id);
                    self.note_room(has_room);
                }
                Message::Notification { method, cancels } => {
                    if method == "notifications/initialized" {
                        self.initialized = Some(line.to_vec());
                    }
                    if let Some(id) = cancels {
                        // Its server need not answer any more.
                        self.requests.remove(&id);
                    }
                }
                Message::Response { id } => {
                    self.questions.remove(&id);
                }
            }
        }
        fate
    }

    /// A line of the client's that did not reach any server after all. It will be said as a new one.
    pub(crate) fn not_delivered(&mut self, line: &[u8]) {
        self.opening.take_if(|opening| opening.line == line);
        self.initialized.take_if(|initialized| initialized == line);
        for message in messages(line) {
            match message {
                Message::Request { id, .. } => {
                    self.requests.remove(&id);
                    self.wishes.forget(&id);
                }
                Message::Notification { .. } | Message::Response { .. } => {}
            }
        }
    }

    /// Takes note of a line of the server's: of a question before the client can answer it.
    pub(crate) fn server_says(&mut self, line: &[u8]) -> Fate {
        let renamed = if self.lives.renames() { self.lives.to_client(line) } else { None };
        for message in messages(renamed.as_deref().unwrap_or(line)) {
            match message {
                Message::Response { id } if self.own.awaits(&id) => {
                    if let Some(answer) = answer_of(line, &id) {
                        self.own.answered(&self.lives, &id, answer);
                    }
                    // We ask one by one, and are answered so.
                    return Fate::Dropped;
                }
                Message::Response { id } => {
                    self.requests.remove(&id);
                    if self.wishes.awaits(&id) {
                        let result = answer_of(line, &id).and_then(Result::ok);
                        self.wishes.answered(&id, result.as_ref());
                    }
                    if self.answer.is_none() && self.opening.as_ref().is_some_and(|it| it.id == id) {
                        self.answer = serde_json::from_slice(line).ok();
                    }
                }
                Message::Request { id, .. } => {
                    let has_room = self.questions.insert(id);
                    self.note_room(has_room);
                }
                Message::Notification { cancels, .. } => {
                    if let Some(id) = cancels {
                        self.questions.remove(&id);
                    }
                }
            }
        }
        renamed.map_or(Fate::Passed, Fate::Replaced)
    }

    /// Takes note of an answer of the server's of which nothing but its identifier has to be known, as it stands there;
    /// see [`Self::reads_answers`].
    pub(crate) fn server_answers(&mut self, id: &[u8]) {
        self.requests.is_answered(id);
    }

    /// What a new server must be told first; `None` where the client has said nothing of the kind.
    pub(crate) fn replay(&self) -> Option<Replay> {
        let Opening { line, id, .. } = self.opening.as_ref()?;
        let answered = self.answer.is_some();
        let initialized = self.initialized.clone();
        Some(Replay { initialize: line.clone(), id: id.clone(), answered, initialized })
    }

    /// A new server has answered what its client has had the answer to.
    pub(crate) fn introduced_anew(&mut self, line: &[u8]) {
        if let (Some(known), Ok(new)) = (&self.answer, serde_json::from_slice(line)) {
            self.own.news.differs = news::between(known, &new);
        }
    }

    /// What the guard itself says to a new server, once that has been introduced.
    pub(crate) fn begin_to_ask(&mut self) -> Vec<u8> {
        let needs = self.opening.as_ref().is_some_and(|opening| opening.is_handshake);
        if !needs || self.initialized.is_some() {
            let announced = self.announced_lists();
            self.own.begin(&self.lives, &self.wishes, &announced);
        }
        self.own.take_unsaid()
    }

    /// What the guard says to it next, after an answer.
    pub(crate) fn goes_on_to_ask(&mut self) -> Vec<u8> {
        self.own.take_unsaid()
    }

    /// Whether the new server has answered everything that the guard has asked.
    pub(crate) fn has_asked_all(&self) -> bool {
        self.own.is_over()
    }

    /// What is new about the new server, as far as it is known by now. Told once.
    pub(crate) fn take_news(&mut self) -> News {
        self.own.take_news()
    }

    /// The server is gone: which requests will never be answered, and which questions need no answer.
    pub(crate) fn server_is_gone(&mut self) -> Lost {
        // The answer to `initialize` is still to come, from the next server.
        let kept = match (&self.opening, &self.answer) {
            (Some(Opening { id, .. }), None) if self.requests.remove(id) => Some(id.clone()),
            (Some(_) | None, _) => None,
        };
        let requests = self.requests.take();
        if let Some(kept) = kept {
            let has_room = self.requests.insert(kept);
            self.note_room(has_room);
        }
        let questions = self.questions.take();
        self.overflow = Overflow::None;
        self.wishes.server_is_gone();
        self.own.server_is_gone();
        // Whoever is not known to speak MCP is not changed a byte of, and has not been asked anything.
        if self.is_mcp {
            self.lives.next();
        }
        Lost { requests, questions }
    }

    fn note_room(&mut self, has_room: bool) {
        if !has_room && self.overflow == Overflow::None {
            self.overflow = Overflow::Untold;
        }
    }

    /// Whether more is open than can be remembered, so that not all of it is told when the server is gone. Says so
    /// once for each server.
    pub(crate) fn loses_count(&mut self) -> bool {
        let untold = self.overflow == Overflow::Untold;
        if untold {
            self.overflow = Overflow::Told;
        }
        untold
    }

    /// The lists that the client was told it would hear of when they change. Without a handshake it hears of them
    /// by requests of its own, which are lost with the server: that tells it enough.
    pub(crate) fn announced_lists(&self) -> Vec<&'static str> {
        let answer = self.answer.as_ref().filter(|_| self.opening.as_ref().is_some_and(|it| it.is_handshake));
        let capabilities = answer.map(|answer| &answer["result"]["capabilities"]);
        ["tools", "prompts", "resources"]
            .into_iter()
            .filter(|list| capabilities.is_some_and(|it| it[*list]["listChanged"] == true))
            .collect()
    }
}

/// What went with a server.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Lost {
    /// The client's requests.
    pub(crate) requests: Vec<Id>,
    /// The server's own.
    pub(crate) questions: Vec<Id>,
}

#[cfg(test)]
mod tests {
    use super::super::ids::MOST;
    use super::*;

    const INITIALIZE: &[u8] = b"{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\",\"params\":{}}\n";
    const ANSWER: &[u8] =
        b"{\"id\":0,\"result\":{\"capabilities\":{\"tools\":{\"listChanged\":true},\"prompts\":{}}}}\n";
    const INITIALIZED: &[u8] = b"{\"method\":\"notifications/initialized\"}\n";

    fn number(number: u64) -> Id {
        serde_json::from_str(&number.to_string()).unwrap()
    }

    fn introduced() -> Conversation {
        let mut conversation = Conversation::default();
        conversation.client_says(INITIALIZE);
        conversation.server_says(ANSWER);
        conversation.client_says(INITIALIZED);
        conversation
    }

    #[test]
    fn a_new_server_hears_what_the_old_one_heard() {
        assert_eq!(Conversation::default().replay(), None);
        let replay = introduced().replay().unwrap();
        assert_eq!((replay.initialize.as_slice(), replay.id), (INITIALIZE, number(0)));
        assert_eq!((replay.answered, replay.initialized.as_deref()), (true, Some(INITIALIZED)));
        assert_eq!(introduced().announced_lists(), ["tools"]);
    }

    #[test]
    fn an_unanswered_request_is_lost_with_its_server_and_an_answered_one_is_not() {
        let mut conversation = introduced();
        conversation.client_says(br#"{"id":1,"method":"a"}"#);
        conversation.client_says(br#"{"id":"two","method":"b"}"#);
        conversation.client_says(br#"{"id":3,"method":"c"}"#);
        conversation.server_says(br#"{"id":1,"result":{}}"#);
        conversation.client_says(br#"{"method":"notifications/cancelled","params":{"requestId":3}}"#);
        assert_eq!(conversation.server_is_gone().requests, [Id::of_text("two")]);
        assert_eq!(conversation.server_is_gone().requests, [], "told once");
    }

    #[test]
    fn an_initialize_without_an_answer_waits_for_the_next_server() {
        let mut conversation = Conversation::default();
        conversation.client_says(INITIALIZE);
        assert_eq!(conversation.server_is_gone(), Lost::default());
        assert!(!conversation.replay().unwrap().answered);
        conversation.server_says(ANSWER);
        assert!(conversation.replay().unwrap().answered);
    }

    const DISCOVER: &[u8] = b"{\"id\":0,\"method\":\"server/discover\",\"params\":{}}\n";

    #[test]
    fn a_client_without_a_handshake_is_understood_too() {
        let mut conversation = Conversation::default();
        conversation.client_says(DISCOVER);
        assert!(conversation.is_mcp());
        conversation.server_says(ANSWER);
        conversation.client_says(br#"{"id":1,"method":"a"}"#);
        assert_eq!(conversation.server_is_gone().requests, [number(1)]);
        let replay = conversation.replay().unwrap();
        assert_eq!((replay.initialize.as_slice(), replay.answered), (DISCOVER, true));
        assert_eq!(conversation.announced_lists(), [""; 0], "it has not asked to hear of them");
    }

    #[test]
    fn a_client_that_says_nothing_first_is_known_by_each_request() {
        let mut conversation = Conversation::default();
        let line = br#"{"id":1,"method":"a","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}}"#;
        conversation.client_says(line);
        assert!(conversation.is_mcp());
        assert_eq!(conversation.server_is_gone().requests, [number(1)]);
        assert_eq!(conversation.replay(), None);
    }

    #[test]
    fn a_client_that_tries_both_is_remembered_by_its_handshake() {
        let mut conversation = Conversation::default();
        conversation.client_says(DISCOVER);
        conversation.server_says(br#"{"id":0,"error":{"code":-32601,"message":"x"}}"#);
        conversation.client_says(INITIALIZE);
        assert!(!conversation.replay().unwrap().answered);
        conversation.server_says(ANSWER);
        conversation.client_says(INITIALIZED);
        conversation.client_says(br#"{"id":9,"method":"server/discover"}"#);
        let replay = conversation.replay().unwrap();
        assert_eq!((replay.initialize.as_slice(), replay.answered), (INITIALIZE, true));
        assert_eq!(conversation.announced_lists(), ["tools"]);
    }

    #[test]
    fn before_the_handshake_nothing_is_remembered() {
        let mut conversation = Conversation::default();
        conversation.client_says(br#"{"id":1,"method":"a"}"#);
        assert_eq!(conversation.server_is_gone(), Lost::default());
    }

    #[test]
    fn what_did_not_arrive_is_not_lost_with_the_server() {
        let mut conversation = introduced();
        let line = br#"{"id":1,"method":"a"}"#;
        conversation.client_says(line);
        conversation.not_delivered(line);
        assert_eq!(conversation.server_is_gone().requests, []);
    }

    #[test]
    fn an_introduction_that_did_not_arrive_is_said_once() {
        let mut conversation = Conversation::default();
        conversation.client_says(INITIALIZE);
        conversation.not_delivered(INITIALIZE);
        assert_eq!(conversation.replay(), None, "it is among what was not delivered");
        let mut conversation = introduced();
        conversation.not_delivered(INITIALIZED);
        assert_eq!(conversation.replay().unwrap().initialized, None);
    }

    #[test]
    fn however_many_are_in_flight_all_of_them_are_lost_with_the_server() {
        const COUNT: usize = 10_050;
        let mut conversation = introduced();
        for id in 1..=COUNT {
            conversation.client_says(format!("{{\"id\":{id},\"method\":\"a\"}}").as_bytes());
            conversation.server_says(format!("{{\"id\":{id},\"method\":\"b\"}}").as_bytes());
        }
        assert!(!conversation.loses_count());
        let lost = conversation.server_is_gone();
        assert_eq!((lost.requests.len(), lost.questions.len()), (COUNT, COUNT));
    }

    #[test]
    fn what_cannot_be_remembered_is_said_once_for_each_server() {
        let mut conversation = introduced();
        for _ in 0..2 {
            for id in 0..=MOST {
                assert!(!conversation.loses_count(), "{id}");
                conversation.client_says(format!("{{\"id\":{id},\"method\":\"a\"}}").as_bytes());
            }
            assert!(conversation.loses_count() && !conversation.loses_count());
            conversation.server_is_gone();
        }
    }

    /// What the present server's question of this number is called by the client, as JSON.
    fn name(life: u32, number: u64) -> String {
        format!("\"shimkeeper-0-{life}-{number}\"")
    }

    #[test]
    fn an_answer_to_a_server_that_is_gone_is_not_given_to_the_next() {
        let mut conversation = introduced();
        assert_eq!(conversation.server_says(br#"{"id":5,"method":"sampling/createMessage"}"#), Fate::Passed);
        conversation.server_says(br#"{"id":6,"method":"roots/list"}"#);
        assert_eq!(conversation.client_says(br#"{"id":6,"result":{}}"#), Fate::Passed);
        assert!(!conversation.changes_lines());
        assert_eq!(conversation.server_is_gone().questions, [number(5)]);
        assert!(conversation.changes_lines());
        for _ in 0..2 {
            assert_eq!(conversation.client_says(br#"{"id":5,"result":{}}"#), Fate::Dropped);
        }
    }

    #[test]
    fn a_new_servers_question_of_the_same_number_is_another_one() {
        let question = br#"{"id":5,"method":"elicitation/create"}"#;
        for life in 2..5 {
            let mut conversation = introduced();
            for _ in 1..life {
                conversation.server_says(question);
                conversation.server_is_gone();
            }
            let asked = format!(r#"{{"id":{},"method":"elicitation/create"}}"#, name(life, 5));
            assert_eq!(conversation.server_says(question), Fate::Replaced(asked.into_bytes()));
            for old in [String::from("5"), name(life - 1, 5), name(1, 5)] {
                let answer = format!(r#"{{"id":{old},"result":{{"action":"accept"}}}}"#);
                assert_eq!(conversation.client_says(answer.as_bytes()), Fate::Dropped);
            }
            let answer = format!(r#"{{"id":{},"result":{{"action":"decline"}}}}"#, name(life, 5));
            let given = br#"{"id":5,"result":{"action":"decline"}}"#;
            assert_eq!(conversation.client_says(answer.as_bytes()), Fate::Replaced(given.to_vec()));
            assert_eq!(conversation.server_is_gone().questions, [], "it is answered");
        }
    }

    #[test]
    fn what_the_client_had_set_is_set_again_and_nobody_hears_the_answers() {
        let mut conversation = introduced();
        for (id, line) in [
            (
                1,
                r#"{"id":1,"method":"resources/subscribe","params":{"uri":"file:///a","_meta":{"progressToken":1}}}"#,
            ),
            (2, r#"{"id":2,"method":"logging/setLevel","params":{"level":"debug"}}"#),
            (3, r#"{"id":3,"method":"prompts/list"}"#),
            (4, r#"{"id":4,"method":"tools/list"}"#),
        ] {
            conversation.client_says(line.as_bytes());
            conversation
                .server_says(format!(r#"{{"id":{id},"result":{{"prompts":[],"tools":[]}}}}"#).as_bytes());
        }
        conversation.server_is_gone();
        conversation.introduced_anew(ANSWER);
        let asked = String::from_utf8(conversation.begin_to_ask()).unwrap();
        let expected = [
            r#"{"jsonrpc":"2.0","id":"shimkeeper-0-own-1","method":"logging/setLevel","params":{"level":"debug"}}"#,
            r#"{"jsonrpc":"2.0","id":"shimkeeper-0-own-2","method":"resources/subscribe","params":{"uri":"file:///a"}}"#,
            // Of tools the client is told by a notification.
            r#"{"jsonrpc":"2.0","id":"shimkeeper-0-own-3","method":"prompts/list"}"#,
        ];
        assert_eq!(asked.lines().collect::<Vec<_>>(), expected);
        for number in 1..=3 {
            assert!(!conversation.has_asked_all());
            let answer = format!(r#"{{"id":"shimkeeper-0-own-{number}","result":{{"prompts":[7]}}}}"#);
            assert_eq!(conversation.server_says(answer.as_bytes()), Fate::Dropped);
        }
        assert!(conversation.has_asked_all());
        let news = conversation.take_news();
        assert_eq!(news.differs, [news::What::List(super::super::lists::List::Prompts)]);
        assert_eq!(conversation.server_is_gone(), Lost::default(), "ours are nobody's requests");
    }

    #[test]
    fn questions_of_a_later_life_are_taken_back_by_the_names_that_the_client_knows() {
        let mut conversation = introduced();
        conversation.server_is_gone();
        for question in 5..8 {
            conversation.server_says(format!("{{\"id\":{question},\"method\":\"roots/list\"}}").as_bytes());
        }
        let back = br#"{"method":"notifications/cancelled","params":{"requestId":6}}"#;
        let told =
            format!(r#"{{"method":"notifications/cancelled","params":{{"requestId":{}}}}}"#, name(2, 6));
        assert_eq!(conversation.server_says(back), Fate::Replaced(told.into_bytes()));
        let left: Vec<String> =
            conversation.server_is_gone().questions.iter().map(|id| id.json().to_owned()).collect();
        assert_eq!(left, [name(2, 5), name(2, 7)]);
    }

    #[test]
    fn in_a_batch_only_what_is_for_the_server_that_is_gone_is_left_out() {
        let mut conversation = introduced();
        conversation.server_says(br#"{"id":5,"method":"roots/list"}"#);
        conversation.server_is_gone();
        conversation.server_says(br#"{"id":8,"method":"roots/list"}"#);
        let mixed = format!(
            r#"[{{"id":5,"result":{{}}}}, {{"id":{},"result":{{}}}}, {{"id":1,"method":"a"}}]"#,
            name(2, 8)
        );
        let kept = b"[{\"id\":8,\"result\":{}},{\"id\":1,\"method\":\"a\"}]\n";
        assert_eq!(conversation.client_says(mixed.as_bytes()), Fate::Replaced(kept.to_vec()));
        let lost = conversation.server_is_gone();
        assert_eq!((lost.requests, lost.questions), (vec![number(1)], vec![]));
    }

    #[test]
    fn before_the_client_has_said_a_word_of_mcp_nothing_is_renamed() {
        let mut conversation = Conversation::default();
        conversation.server_is_gone();
        assert!(!conversation.changes_lines());
        assert_eq!(conversation.server_says(br#"{"id":0,"method":"ping"}"#), Fate::Passed);
        conversation.client_says(INITIALIZE);
        assert_eq!(conversation.client_says(br#"{"id":0,"result":{}}"#), Fate::Passed);
    }
}
