//! The few lines of JSON-RPC that a guard says itself, to the client, when a server was replaced.

use super::conversation::Lost;
use crate::core::wording;

/// The code of an error that the server did not send. From the range that MCP leaves to implementations, and
/// none of those by which the SDKs tell their own callers that a connection is closed or a time is over.
const RESTARTED: i32 = -32010;

/// One line for each request that will never be answered, and for each question that needs no answer.
pub(crate) fn of_lost(lost: &Lost) -> Vec<u8> {
    let why = |text| serde_json::Value::from(text);
    let errors = lost.requests.iter().map(|id| {
        format!(
            "{{\"jsonrpc\":\"2.0\",\"id\":{},\"error\":{{\"code\":{RESTARTED},\"message\":{}}}}}\n",
            id.json(),
            why(wording::REQUEST_LOST)
        )
    });
    let cancelled = lost.questions.iter().map(|id| {
        format!(
            "{{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{{\"requestId\":{},\"reason\":{}}}}}\n",
            id.json(),
            why(wording::QUESTION_LOST)
        )
    });
    errors.chain(cancelled).collect::<String>().into_bytes()
}

/// "Read your lists again."
pub(crate) fn of_changed(lists: &[&str]) -> Vec<u8> {
    let line = |list| format!("{{\"jsonrpc\":\"2.0\",\"method\":\"notifications/{list}/list_changed\"}}\n");
    lists.iter().map(line).collect::<String>().into_bytes()
}

#[cfg(test)]
mod tests {
    use super::super::message::{Id, Message, messages};
    use super::*;

    #[test]
    fn each_line_is_a_message_that_names_its_request() {
        let (one, two) = (Id::of_text("1"), Id::of_text("a\"\n"));
        let lost = Lost { requests: vec![one.clone(), two.clone()], questions: vec![two.clone()] };
        let text = of_lost(&lost);
        let found: Vec<Message> = text.split_inclusive(|byte| *byte == b'\n').flat_map(messages).collect();
        assert_eq!(
            found,
            [
                Message::Response { id: one },
                Message::Response { id: two.clone() },
                Message::Notification { method: "notifications/cancelled".into(), cancels: Some(two) },
            ]
        );
        assert_eq!(of_lost(&Lost::default()), b"");
    }

    #[test]
    fn changed_lists_are_told_one_by_one() {
        let text = String::from_utf8(of_changed(&["tools", "prompts"])).unwrap();
        assert_eq!(text.lines().count(), 2);
        assert!(text.contains("\"notifications/tools/list_changed\""), "{text}");
    }
}
