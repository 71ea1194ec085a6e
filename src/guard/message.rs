//! Just enough of JSON-RPC 2.0: which request a line makes, and which one it answers.
//!
//! Never changes a line and never judges one: what cannot be read as a message is none.

use serde::Deserialize;
use serde_json::value::RawValue;

pub(crate) use super::id::Id;

/// What one line says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Message {
    /// Somebody wants an answer.
    Request {
        /// Its identifier.
        id: Id,
        /// What is wanted.
        method: String,
    },
    /// Somebody tells something.
    Notification {
        /// What.
        method: String,
        /// The request that is taken back, where it says so.
        cancels: Option<Id>,
    },
    /// Somebody answers.
    Response {
        /// Which request.
        id: Id,
    },
}

/// The messages of a line: usually one, several in a batch, none where it is no JSON-RPC.
pub(crate) fn messages(line: &[u8]) -> Vec<Message> {
    each(line).into_iter().filter_map(Raw::message).collect()
}

fn each(line: &[u8]) -> Vec<Raw<'_>> {
    match line.iter().find(|byte| !byte.is_ascii_whitespace()) {
        Some(b'{') => serde_json::from_slice(line).ok().into_iter().collect(),
        Some(b'[') => serde_json::from_slice(line).unwrap_or_default(),
        Some(_) | None => Vec::new(),
    }
}

/// The parameters of this request of a line, read whole; nothing where there are none.
pub(crate) fn params_of(line: &[u8], id: &Id) -> serde_json::Value {
    let find =
        |part: Raw<'_>| (part.id.as_ref() == Some(id)).then_some(part.params).flatten().map(read_whole);
    each(line).into_iter().find_map(find).unwrap_or_default()
}

/// The answer to this request in a line: its result, or what is said by an error.
pub(crate) fn answer_of(line: &[u8], id: &Id) -> Option<Result<serde_json::Value, String>> {
    let part = each(line).into_iter().find(|part| part.method.is_none() && part.id.as_ref() == Some(id))?;
    Some(match part.error {
        None => Ok(part.result.map(read_whole).unwrap_or_default()),
        Some(error) => {
            Err(serde_json::from_str::<Says>(error.get()).map(|it| it.message).unwrap_or_default())
        }
    })
}

fn read_whole(raw: &RawValue) -> serde_json::Value {
    serde_json::from_str(raw.get()).unwrap_or_default()
}

/// Whether a line answers a request by an error.
pub(crate) fn refuses(line: &[u8]) -> bool {
    refusal(line).is_some()
}

/// What the error says by which a line answers a request, where it is one; it may say nothing.
pub(crate) fn refusal(line: &[u8]) -> Option<String> {
    if !matches!(messages(line).as_slice(), [Message::Response { .. }]) {
        return None;
    }
    let error = serde_json::from_slice::<Refusal<'_>>(line).ok()?.error?;
    Some(serde_json::from_str::<Says>(error.get()).map(|it| it.message).unwrap_or_default())
}

#[derive(Deserialize)]
struct Says {
    message: String,
}

#[derive(Deserialize)]
struct Refusal<'a> {
    #[serde(borrow)]
    error: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Raw<'a> {
    id: Option<Id>,
    method: Option<String>,
    #[serde(borrow)]
    params: Option<&'a RawValue>,
    #[serde(borrow)]
    result: Option<&'a RawValue>,
    #[serde(borrow)]
    error: Option<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Cancelled {
    request_id: Id,
}

impl Raw<'_> {
    fn message(self) -> Option<Message> {
        match (self.method, self.id) {
            (Some(method), Some(id)) => Some(Message::Request { id, method }),
            (Some(method), None) => {
                let params = self.params.filter(|_| method == "notifications/cancelled");
                let cancelled = params.and_then(|it| serde_json::from_str::<Cancelled>(it.get()).ok());
                let cancels = cancelled.map(|it| it.request_id);
                Some(Message::Notification { method, cancels })
            }
            (None, Some(id)) => Some(Message::Response { id }),
            (None, None) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(number: u64) -> Id {
        serde_json::from_str(&number.to_string()).unwrap()
    }

    #[test]
    fn requests_answers_and_news_are_told_apart() {
        let request = |id, method: &str| vec![Message::Request { id, method: method.into() }];
        assert_eq!(messages(br#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#), request(number(1), "ping"));
        assert_eq!(
            messages(br#" { "params" : [1,{"requestId":7}], "method":"a/b", "id":"x\u00e9" } "#),
            request(Id::of_text("x\u{e9}"), "a/b")
        );
        assert_eq!(messages(br#"{"id":2,"result":{"id":9}}"#), [Message::Response { id: number(2) }]);
        assert_eq!(messages(br#"{"id":"2","error":{}}"#), [Message::Response { id: Id::of_text("2") }]);
        assert_eq!(
            messages(br#"{"method":"notifications/cancelled","params":{"a":[{}],"requestId":"z"}}"#),
            [Message::Notification {
                method: "notifications/cancelled".into(),
                cancels: Some(Id::of_text("z"))
            }]
        );
        assert_eq!(
            messages(br#"{"method":"x","params":{"requestId":3}}"#),
            [Message::Notification { method: "x".into(), cancels: None }]
        );
    }

    #[test]
    fn a_batch_is_several_messages() {
        let batch = br#"[{"id":1,"method":"a"},{"id":2,"result":0},{"method":"n"}]"#;
        assert_eq!(messages(batch).len(), 3);
    }

    #[test]
    fn an_error_is_told_from_a_result() {
        assert!(refuses(br#"{"id":1,"error":{"code":-32000,"message":"x"}}"#));
        for line in [
            &br#"{"id":1,"result":{"error":1}}"#[..],
            br#"{"id":1,"error":null,"result":1}"#,
            br#"{"id":1,"method":"x","error":{}}"#,
            br#"{"error":{}}"#,
            b"error",
        ] {
            assert!(!refuses(line), "{}", String::from_utf8_lossy(line));
        }
        let says = |error: &str| refusal(format!("{{\"id\":1,\"error\":{error}}}").as_bytes());
        assert_eq!(says(r#"{"code":1,"message":"no \u00e9"}"#).as_deref(), Some("no \u{e9}"));
        assert_eq!(says("1").as_deref(), Some(""));
    }

    #[test]
    fn what_is_asked_and_answered_is_found_by_its_identifier() {
        let batch = br#"[{"id":2,"method":"a","params":{"x":1}},{"id":2,"result":{"y":2}},{"id":3,"error":{"message":"no"}}]"#;
        assert_eq!(params_of(batch, &number(2)), serde_json::json!({ "x": 1 }));
        assert_eq!(params_of(batch, &number(3)), serde_json::Value::Null);
        assert_eq!(answer_of(batch, &number(2)), Some(Ok(serde_json::json!({ "y": 2 }))));
        assert_eq!(answer_of(batch, &number(3)), Some(Err("no".into())));
        assert_eq!(answer_of(batch, &number(4)), None);
        assert_eq!(answer_of(br#"{"id":1}"#, &number(1)), Some(Ok(serde_json::Value::Null)));
    }

    #[test]
    fn what_is_no_message_is_none() {
        for line in [
            &b""[..],
            b"   ",
            b"{",
            b"null",
            b"17",
            b"\"id\"",
            b"{}",
            b"[]",
            b"[1,2]",
            br#"{"id":null,"result":1}"#,
            br#"{"id":{},"method":"x"}"#,
            b"{\"id\":1,\"method\":\"\xff\"}",
            b"\0\0\0",
            br#"{"id":1,"method":"x"} trailing"#,
        ] {
            assert_eq!(messages(line), [], "{}", String::from_utf8_lossy(line));
        }
    }

    #[test]
    fn odd_parameters_hide_no_request() {
        for params in ["null", "1", "-1", "0.5", "true", "\"a\"", "[]", "[[1]]", "{}", r#"{"requestId":{}}"#]
        {
            let line = format!(r#"{{"id":1,"method":"x","params":{params}}}"#);
            assert_eq!(messages(line.as_bytes()).len(), 1, "{line}");
        }
    }
}
