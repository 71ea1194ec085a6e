//! Looks along with a line while its bytes are passed on: which request it answers, without reading what the answer is.
//!
//! Knows the outermost names of one object and nothing else. What it does not know for certain it calls something else,
//! and whoever needs more reads the whole line. However the line is cut, the same comes out.

use memchr::memchr2;

/// More than the names that matter have, in bytes.
const LONGEST_NAME: usize = 8;

/// What is being read, between two bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
enum At {
    /// The first byte is to come.
    #[default]
    Begin,
    /// A name or the end of the object.
    Member,
    Name,
    Colon,
    /// The first byte of a value.
    Value,
    Text,
    /// A number or a word.
    Word,
    /// Inside of a value that holds others.
    Inside {
        depth: u32,
        in_text: bool,
    },
    /// A comma, or the end of the object.
    After,
    /// The object is whole.
    Done,
    /// It is something else.
    Other,
}

/// What the value after a name is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
enum Member {
    Id,
    Outcome,
    Method,
    #[default]
    Other,
}

impl Member {
    const fn named(name: &[u8]) -> Self {
        match name {
            b"id" => Self::Id,
            b"result" | b"error" => Self::Outcome,
            b"method" => Self::Method,
            _ => Self::Other,
        }
    }
}

/// What the names in it make of a line.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
enum Kind {
    #[default]
    Unknown,
    Answer,
    /// Whatever else is in it.
    Asks,
}

/// What a line is as far as it was seen.
#[derive(Debug, Default)]
pub(super) struct Scan {
    at: At,
    /// The last byte makes the next one a plain character of a text.
    is_escaped: bool,
    /// The beginning of a name whose end has not come yet.
    name: Vec<u8>,
    member: Member,
    id: Vec<u8>,
    ids: u32,
    kind: Kind,
    /// The identifier of the line before.
    last: Vec<u8>,
}

impl Scan {
    /// The next bytes of the line, its end aside.
    pub(super) fn add(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        while !rest.is_empty() && self.at != At::Other {
            let used = match self.at {
                At::Name => self.goes_through_name(rest),
                At::Text => self.goes_through_text(rest),
                At::Inside { depth, in_text } => self.goes_inside(rest, depth, in_text),
                At::Word => self.goes_through_word(rest),
                At::Begin | At::Member | At::Colon | At::Value | At::After | At::Done | At::Other => {
                    self.step(rest[0]);
                    1
                }
            };
            rest = rest.get(used..).unwrap_or_default();
        }
    }

    /// The line is over: the request that it answers, as it stands there, and nothing else than such an answer. The
    /// next line begins.
    pub(super) fn end(&mut self) -> Option<&[u8]> {
        let answers = self.at == At::Done && self.ids == 1 && self.is_answer();
        std::mem::swap(&mut self.id, &mut self.last);
        self.id.clear();
        self.name.clear();
        self.at = At::Begin;
        self.is_escaped = false;
        self.ids = 0;
        self.kind = Kind::Unknown;
        answers.then_some(&*self.last)
    }

    /// Whether the line answers something for certain, as far as it was seen.
    pub(super) fn is_answer(&self) -> bool {
        self.kind == Kind::Answer && self.at != At::Other
    }

    fn keep(&mut self, bytes: &[u8]) {
        if self.member == Member::Id {
            self.id.extend_from_slice(bytes);
        }
    }

    /// Each of these says how many bytes of what has come it has used up.
    fn goes_through_name(&mut self, rest: &[u8]) -> usize {
        let end = rest.iter().position(|byte| matches!(byte, b'"' | b'\\')).unwrap_or(rest.len());
        let (part, after) = rest.split_at(end);
        match after.first() {
            // Most names are here as a whole.
            Some(b'"') if self.name.is_empty() => self.member = Member::named(part),
            Some(b'"') | None => {
                let room = LONGEST_NAME.saturating_sub(self.name.len());
                self.name.extend_from_slice(part.get(..room).unwrap_or(part));
                self.member = Member::named(&self.name);
            }
            // Written in another way it may be any name.
            Some(_) => {
                self.at = At::Other;
                return rest.len();
            }
        }
        if after.is_empty() {
            return end;
        }
        self.name.clear();
        self.at = At::Colon;
        end + 1
    }

    fn goes_through_text(&mut self, rest: &[u8]) -> usize {
        let (used, is_over) = self.text(rest);
        self.keep(rest.get(..used).unwrap_or_default());
        if is_over {
            self.at = At::After;
        }
        used
    }

    fn goes_inside(&mut self, rest: &[u8], depth: u32, in_text: bool) -> usize {
        if in_text {
            let (used, is_over) = self.text(rest);
            self.at = At::Inside { depth, in_text: !is_over };
            return used;
        }
        let plain = unstructured(rest);
        let Some(byte) = rest.get(plain) else { return plain };
        self.at = match byte {
            b'"' => At::Inside { depth, in_text: true },
            b'{' | b'[' => At::Inside { depth: depth.saturating_add(1), in_text: false },
            b'}' | b']' if depth == 1 => At::After,
            b'}' | b']' => At::Inside { depth: depth - 1, in_text: false },
            _ => self.at,
        };
        plain + 1
    }

    fn goes_through_word(&mut self, rest: &[u8]) -> usize {
        let end = rest.iter().position(|byte| is_space(*byte) || matches!(byte, b',' | b'}'));
        let word = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
        self.keep(word);
        if end.is_some() {
            self.at = At::After;
        }
        word.len()
    }

    /// How many bytes of a text are there, and whether its end is among them.
    fn text(&mut self, rest: &[u8]) -> (usize, bool) {
        let mut at = usize::from(std::mem::take(&mut self.is_escaped));
        while let Some(found) = rest.get(at..).and_then(|rest| memchr2(b'"', b'\\', rest)) {
            at += found + 1;
            if rest.get(at - 1) == Some(&b'"') {
                return (at, true);
            }
            // Whatever follows is no end.
            at += 1;
        }
        self.is_escaped = at > rest.len();
        (rest.len(), false)
    }

    /// One byte between names and values.
    fn step(&mut self, byte: u8) {
        self.at = match self.at {
            At::Begin if byte == b'{' => At::Member,
            At::Member if byte == b'"' => At::Name,
            At::Colon if byte == b':' => self.value(),
            At::Value if is_space(byte) => At::Value,
            At::Value => {
                self.keep(&[byte]);
                match byte {
                    b'"' => At::Text,
                    b'{' | b'[' if self.member == Member::Id => At::Other,
                    b'{' | b'[' => At::Inside { depth: 1, in_text: false },
                    b',' | b'}' | b']' | b':' => At::Other,
                    _ => At::Word,
                }
            }
            At::After if byte == b',' => At::Member,
            At::Member | At::After if byte == b'}' => At::Done,
            At::Begin | At::Member | At::Colon | At::After | At::Done if is_space(byte) => self.at,
            At::Begin
            | At::Member
            | At::Name
            | At::Colon
            | At::Text
            | At::Word
            | At::Inside { .. }
            | At::After
            | At::Done
            | At::Other => At::Other,
        };
    }

    fn value(&mut self) -> At {
        match self.member {
            Member::Id => self.ids += 1,
            Member::Outcome if self.kind != Kind::Asks => self.kind = Kind::Answer,
            Member::Method => self.kind = Kind::Asks,
            Member::Outcome | Member::Other => {}
        }
        At::Value
    }
}

const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r')
}

/// How many bytes, eight at a time, neither open nor close anything.
fn unstructured(bytes: &[u8]) -> usize {
    const EACH: u64 = 0x0101_0101_0101_0101;
    let has = |word: u64, byte: u8| {
        let differs = word ^ (EACH * u64::from(byte));
        differs.wrapping_sub(EACH) & !differs & (EACH << 7) != 0
    };
    let (words, _) = bytes.as_chunks::<8>();
    let structured = words.iter().position(|word| {
        let word = u64::from_le_bytes(*word);
        // Brackets differ from braces by one bit.
        let folded = word | (EACH << 5);
        has(word, b'"') || has(folded, b'{') || has(folded, b'}')
    });
    structured.unwrap_or(words.len()) * 8
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::super::message::{Message, messages};
    use super::*;

    fn answers(line: &str) -> Option<String> {
        let mut scan = Scan::default();
        scan.add(line.as_bytes());
        scan.end().map(|id| String::from_utf8(id.to_vec()).unwrap())
    }

    #[test]
    fn the_request_that_is_answered_comes_back_as_it_stands_there() {
        for id in
            ["1", "-0", "1.50", "18446744073709551617", r#""a""#, r#""a\"}\\""#, r#""\u00e9""#, r#""}{][""#]
        {
            for line in [
                format!(r#"{{"jsonrpc":"2.0","id":{id},"result":{{"id":7,"method":"x","a":["}}",{{}}]}}}}"#),
                format!(r#" {{ "result" : "a \" \\" , "jsonrpc":"2.0","id" :{id} }} "#),
                format!("{{\"error\":{{\"code\":1}},\"id\":{id}}}\r"),
            ] {
                assert_eq!(answers(&line).as_deref(), Some(id), "{line}");
            }
        }
    }

    #[test]
    fn what_is_no_answer_for_certain_is_something_else() {
        for line in [
            "",
            "null",
            "[{\"id\":1,\"result\":0}]",
            r#"{"id":1,"method":"x"}"#,
            r#"{"method":"x","result":0,"id":1}"#,
            r#"{"m\u0065thod":"x","result":0,"id":1}"#,
            r#"{"id":1}"#,
            r#"{"result":{"id":1}}"#,
            r#"{"id":1,"id":2,"result":0}"#,
            r#"{"id":{},"result":0}"#,
            r#"{"id":1,"result":0"#,
            r#"{"id":1,"result":"0}"#,
            r#"{"id":1,"result":0} x"#,
            r#"{"id":1,"result":0}}"#,
            r#"{"id":1 "result":0}"#,
            r#"{"id":,"result":0}"#,
            "\u{feff}{\"id\":1,\"result\":0}",
        ] {
            assert_eq!(answers(line), None, "{line}");
        }
    }

    #[test]
    fn one_line_says_nothing_about_the_next() {
        let mut scan = Scan::default();
        scan.add(br#"{"id":1,"method":"x","p":"\"#);
        assert_eq!(scan.end(), None);
        scan.add(br#"{"id":2,"result":0}"#);
        assert_eq!(scan.end(), Some(&b"2"[..]));
        scan.add(b"{\"result\":[");
        assert!(scan.is_answer(), "known before it is over");
        assert_eq!(scan.end(), None);
        scan.add(br#"{"id":3,"result":0}"#);
        assert_eq!(scan.end(), Some(&b"3"[..]));
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            "[\"\\\\{}\\[\\],:a\u{e9}\n]{0,12}".prop_map(Value::from),
            "a{0,40}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 40, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::hash_map("(id|method|result|\"|a{8,9})", inner, 0..4)
                    .prop_map(Value::from_iter),
            ]
        })
    }

    proptest! {
        #[test]
        fn it_sees_what_reading_the_whole_line_sees_however_that_is_cut(
            members in prop::collection::vec(
                ("(id|method|result|error|jsonrpc|other|resul|resultat|idid)", any_json()), 0..6),
            cuts in prop::collection::vec(0_usize..400, 0..6),
        ) {
            let line = json!(serde_json::Map::from_iter(members)).to_string();
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(line.len())).collect();
            cuts.sort_unstable();
            let (mut scan, mut done) = (Scan::default(), 0);
            for cut in cuts.into_iter().chain([line.len()]) {
                scan.add(&line.as_bytes()[done..cut]);
                done = cut;
            }
            let has_outcome = serde_json::from_str::<Value>(&line).unwrap();
            let has_outcome = has_outcome.get("result").is_some() || has_outcome.get("error").is_some();
            let read = messages(line.as_bytes());
            let digest = scan.end().map(|id| [b"{\"id\":", id, b"}"].concat());
            match read.as_slice() {
                [Message::Response { .. }] if has_outcome => {
                    prop_assert_eq!(messages(&digest.unwrap()), read);
                }
                // An identifier that is none makes no message of it either way.
                _ => prop_assert_eq!(messages(&digest.unwrap_or_default()), []),
            }
        }
    }
}
