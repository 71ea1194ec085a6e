//! Which life of a server a question belongs to, so that no answer reaches another one.
//!
//! Every server counts its questions from the beginning, so that the same number may ask for one consent today and for
//! another after a restart. From the second server on, the client sees each question under a name of its own that holds
//! the life and what the server called it; the server gets its answer under the bytes that it wrote. What the first
//! server says is never changed.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::conversation::Fate;
use super::id::Id;

/// The lives of one client's servers, one after the other.
#[derive(Debug)]
pub(super) struct Lives {
    /// What names of ours begin with: other guards, also one within the other, have another.
    mark: String,
    number: u32,
}

impl Default for Lives {
    fn default() -> Self {
        Self::marked(0)
    }
}

impl Lives {
    pub(super) fn marked(mark: u64) -> Self {
        Self { mark: format!("shimkeeper-{mark:x}-"), number: 1 }
    }

    pub(super) const fn next(&mut self) {
        self.number = self.number.saturating_add(1);
    }

    /// Whether names are changed.
    pub(super) const fn renames(&self) -> bool {
        self.number > 1
    }

    /// A name for something that is neither the client's nor a server's.
    pub(super) fn our_own(&self, number: u64) -> Id {
        Id::of_text(&format!("{}own-{number}", self.mark))
    }

    fn begin(&self) -> String {
        format!("{}{}-", self.mark, self.number)
    }

    /// What the client calls what the present server calls `json`.
    fn name(&self, json: &str) -> String {
        Id::of_text(&format!("{}{json}", self.begin())).json().to_owned()
    }

    /// What the present server calls it, where it is one of its names.
    fn meant(&self, json: &RawValue) -> Option<String> {
        let text = Id::read(json)?.text()?;
        text.strip_prefix(&self.begin()).map(str::to_owned)
    }

    /// What the client is told in place of a line of the server's; `None` where that is the line itself.
    pub(super) fn to_client(&self, line: &[u8]) -> Option<Vec<u8>> {
        let mut edits = Vec::new();
        for part in parts(line) {
            let Some(message) = Parts::read(part) else { continue };
            for json in message.names_of_server() {
                edits.push((json.get(), self.name(json.get())));
            }
        }
        edited(line, &edits)
    }

    /// What becomes of a line of the client's.
    pub(super) fn to_server(&self, line: &[u8]) -> Fate {
        let (mut kept, mut edits, mut count) = (Vec::new(), Vec::new(), 0_usize);
        for part in parts(line) {
            count += 1;
            let named = Parts::read(part).and_then(|message| message.name_of_client());
            match named.map(|json| (json, self.meant(json))) {
                None => kept.push((part, None)),
                Some((json, Some(meant))) => {
                    edits.push((json.get(), meant.clone()));
                    kept.push((part, Some((json.get(), meant))));
                }
                // It was meant for a server that is gone.
                Some((_, None)) => {}
            }
        }
        if kept.len() == count {
            return edited(line, &edits).map_or(Fate::Passed, Fate::Replaced);
        }
        if kept.is_empty() {
            return Fate::Dropped;
        }
        let kept = kept.into_iter().map(|(part, edit)| {
            let changed = edited(part.as_bytes(), edit.as_slice());
            changed.unwrap_or_else(|| part.as_bytes().to_vec())
        });
        let kept: Vec<Vec<u8>> = kept.collect();
        Fate::Replaced([b"[", kept.join(&b","[..]).as_slice(), b"]\n"].concat())
    }
}

/// The messages of a line as they stand there: usually one, several in a batch.
fn parts(line: &[u8]) -> Vec<&str> {
    match line.iter().find(|byte| !byte.is_ascii_whitespace()) {
        Some(b'{') => serde_json::from_slice::<&RawValue>(line).ok().map(RawValue::get).into_iter().collect(),
        Some(b'[') => {
            let batch = serde_json::from_slice::<Vec<&RawValue>>(line).unwrap_or_default();
            batch.into_iter().map(RawValue::get).collect()
        }
        Some(_) | None => Vec::new(),
    }
}

/// A line with some pieces of it put in another way, and every other byte as it was.
fn edited(line: &[u8], edits: &[(&str, String)]) -> Option<Vec<u8>> {
    let mut changed = Vec::with_capacity(line.len());
    let mut done = 0;
    let mut places = Vec::new();
    for (piece, new) in edits {
        places.push((piece.as_ptr().addr().checked_sub(line.as_ptr().addr())?, piece.len(), new));
    }
    places.sort_unstable();
    for (at, length, new) in places {
        changed.extend_from_slice(line.get(done..at)?);
        changed.extend_from_slice(new.as_bytes());
        done = at + length;
    }
    changed.extend_from_slice(line.get(done..)?);
    (!edits.is_empty()).then_some(changed)
}

/// What of a message may hold a name.
#[derive(Deserialize)]
struct Parts<'a> {
    #[serde(borrow)]
    id: Option<&'a RawValue>,
    #[serde(borrow)]
    method: Option<Cow<'a, str>>,
    #[serde(borrow)]
    params: Option<&'a RawValue>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase")]
struct Params<'a> {
    #[serde(borrow)]
    request_id: Option<&'a RawValue>,
    #[serde(borrow)]
    progress_token: Option<&'a RawValue>,
    #[serde(borrow, rename = "_meta")]
    meta: Option<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Meta<'a> {
    #[serde(borrow)]
    progress_token: Option<&'a RawValue>,
}

impl<'a> Parts<'a> {
    fn read(part: &'a str) -> Option<Self> {
        serde_json::from_str(part).ok()
    }

    fn params(&self) -> Params<'a> {
        self.params.and_then(|params| serde_json::from_str(params.get()).ok()).unwrap_or_default()
    }

    /// What in a server's message is a name that it has given itself: a question, the token under which it wants to
    /// hear of progress, a question that it takes back.
    fn names_of_server(&self) -> Vec<&'a RawValue> {
        let found = match (self.method.as_deref(), self.id) {
            (Some(_), Some(id)) => {
                let meta = self.params().meta;
                let token = meta.and_then(|meta| serde_json::from_str::<Meta<'_>>(meta.get()).ok());
                [Some(id), token.and_then(|meta| meta.progress_token)]
            }
            (Some("notifications/cancelled"), None) => [self.params().request_id, None],
            (Some(_) | None, _) => [None, None],
        };
        found.into_iter().flatten().filter(|json| Id::read(json).is_some()).collect()
    }

    /// What in a client's message is a name that a server has given: that of the question that it answers, or of the
    /// progress that it tells.
    fn name_of_client(&self) -> Option<&'a RawValue> {
        let found = match (self.method.as_deref(), self.id) {
            (None, id) => id,
            (Some("notifications/progress"), None) => self.params().progress_token,
            (Some(_), _) => None,
        };
        found.filter(|json| Id::read(json).is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn second() -> Lives {
        let mut lives = Lives::marked(0xab);
        lives.next();
        lives
    }

    fn text(line: Option<Vec<u8>>) -> Option<String> {
        line.map(|line| String::from_utf8(line).unwrap())
    }

    fn told(lives: &Lives, line: &str) -> String {
        text(lives.to_client(line.as_bytes())).unwrap_or_else(|| line.to_owned())
    }

    fn taken(lives: &Lives, line: &str) -> Option<String> {
        match lives.to_server(line.as_bytes()) {
            Fate::Passed => Some(line.to_owned()),
            Fate::Replaced(new) => text(Some(new)),
            Fate::Dropped => None,
        }
    }

    #[test]
    fn a_question_has_a_name_of_its_life_and_everything_else_is_as_it_was() {
        let line = "{ \"id\" : 0 ,\"method\":\"elicitation/create\", \"params\":{\"a\":1.50}}\n";
        let new =
            "{ \"id\" : \"shimkeeper-ab-2-0\" ,\"method\":\"elicitation/create\", \"params\":{\"a\":1.50}}\n";
        assert_eq!(told(&second(), line), new);
        let token = r#"{"method":"x","params":{"_meta":{"progressToken":3},"progressToken":3,"requestId":3},"id":"a\"b"}"#;
        let new = r#"{"method":"x","params":{"_meta":{"progressToken":"shimkeeper-ab-2-3"},"progressToken":3,"requestId":3},"id":"shimkeeper-ab-2-\"a\\\"b\""}"#;
        assert_eq!(told(&second(), token), new);
        let back = r#"{"method":"notifications/cancelled","params":{"requestId":7,"reason":"r"}}"#;
        assert_eq!(told(&second(), back), back.replace('7', "\"shimkeeper-ab-2-7\""));
        for same in [
            r#"{"id":0,"result":{"id":0,"method":"x"}}"#,
            r#"{"method":"notifications/progress","params":{"progressToken":0,"progress":1}}"#,
            r#"{"method":"notifications/cancelled","params":null}"#,
            r#"{"id":null,"method":"x"}"#,
            "no message",
            "[]",
        ] {
            assert_eq!(second().to_client(same.as_bytes()), None, "{same}");
        }
    }

    #[test]
    fn an_answer_reaches_the_server_that_asked_and_no_other() {
        let (second, mut third) = (second(), second());
        third.next();
        for id in ["0", "18446744073709551617", "1.50", r#""\u0041""#, r#""a\"b""#, r#""\ud800""#] {
            let question = format!(r#"{{"id":{id},"method":"sampling/createMessage"}}"#);
            let name = Parts::read(&told(&second, &question)).unwrap().id.unwrap().get().to_owned();
            let answer = format!(r#"{{"jsonrpc":"2.0", "id":{name},"result":{{"x":[ 1]}}}}"#);
            let given = answer.replacen(&name, id, 1);
            assert_eq!(taken(&second, &answer).as_deref(), Some(given.as_str()));
            assert_eq!(taken(&third, &answer), None);
            assert_eq!(taken(&second, &given), None, "an answer to the first one");
            let of_another = answer.replace("-ab-", "-abc-");
            assert_eq!(taken(&second, &of_another), None, "an answer to a guard within");
        }
        // Some write a text in another way than it came.
        let odd = r#"{"id":"\u0073himkeeper-ab-2-5","error":{"code":1}}"#;
        assert_eq!(taken(&second, odd).as_deref(), Some(r#"{"id":5,"error":{"code":1}}"#));
    }

    #[test]
    fn progress_is_told_to_the_server_that_asked_for_it() {
        let line = |token: &str| {
            format!(
                r#"{{"method":"notifications/progress","params":{{"progressToken":{token},"progress":1}}}}"#
            )
        };
        assert_eq!(taken(&second(), &line("\"shimkeeper-ab-2-0\"")), Some(line("0")));
        assert_eq!(taken(&second(), &line("0")), None);
        assert_eq!(taken(&second(), &line("\"shimkeeper-ab-1-0\"")), None);
    }

    #[test]
    fn what_the_client_asks_and_tells_is_passed_on_as_it_is() {
        for line in [
            r#"{"id":0,"method":"tools/call","params":{"_meta":{"progressToken":0}}}"#,
            r#"{"method":"notifications/cancelled","params":{"requestId":0}}"#,
            r#"{"id":null,"error":{"code":-32700}}"#,
            r#"{"method":"notifications/progress"}"#,
            "{",
        ] {
            assert_eq!(second().to_server(line.as_bytes()), Fate::Passed, "{line}");
        }
    }

    #[test]
    fn of_a_batch_only_what_is_for_somebody_else_is_left_out() {
        let name = "\"shimkeeper-ab-2-8\"";
        let whole = format!(r#" [ {{"id":{name},"result":[1, 2]}} ,7,{{"id":1,"method":"a"}}]"#);
        assert_eq!(taken(&second(), &whole), Some(whole.replace(name, "8")));
        let mixed =
            format!(r#"[{{"id":5,"result":{{}}}}, {{"id":{name},"result":{{}}}}, {{"id":1,"method":"a"}}]"#);
        let kept = "[{\"id\":8,\"result\":{}},{\"id\":1,\"method\":\"a\"}]\n";
        assert_eq!(taken(&second(), &mixed).as_deref(), Some(kept));
        assert_eq!(taken(&second(), r#"[{"id":6,"result":{}},{"id":7,"error":{}}]"#), None);
        let asked = r#"[{"id":1,"method":"roots/list"},{"id":1,"result":0}]"#;
        assert_eq!(told(&second(), asked), asked.replacen('1', "\"shimkeeper-ab-2-1\"", 1));
    }

    proptest! {
        #[test]
        fn whatever_a_server_calls_its_question_it_gets_its_answer_and_nobody_else(
            text in any::<String>(),
            number in any::<i128>(),
            is_number in any::<bool>(),
            more in any::<String>(),
        ) {
            let json = |text: &str| serde_json::Value::from(text).to_string();
            let id = if is_number { number.to_string() } else { json(&text) };
            let question = format!("{{\"x\":{},\"id\": {id} ,\"method\":\"m\"}}\n", json(&more));
            let lives = second();
            let asked = told(&lives, &question);
            prop_assert_ne!(&asked, &question);
            let name = Parts::read(asked.trim_end()).unwrap().id.unwrap().get().to_owned();
            // The line is what it was, but for the name.
            prop_assert_eq!(asked.replacen(&format!("\"id\": {name} "), &format!("\"id\": {id} "), 1), question);
            let answer = format!("{{\"id\":{name},\"result\":{}}}\n", json(&more));
            prop_assert_eq!(taken(&lives, &answer), Some(format!("{{\"id\":{id},\"result\":{}}}\n", json(&more))));
            let mut later = second();
            later.next();
            prop_assert_eq!(taken(&later, &answer), None);
        }
    }
}
