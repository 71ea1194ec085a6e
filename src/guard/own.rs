//! What a guard asks a new server itself: it sets what the client had set, and reads the lists that the client has read.
//! The answers are the guard's, and reach nobody else.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::lists::{List, Read};
use super::lives::Lives;
use super::message::Id;
use super::news::{News, What};
use super::wishes::{Repeat, Wishes};

/// A list of more pages is not read to its end.
const MOST_PAGES: u32 = 1000;

#[derive(Debug)]
enum Asked {
    Repeat(Repeat),
    Page { list: List, read: Read, known: Read, meta: Option<Value>, pages: u32 },
}

/// The guard's requests to one server after the other.
#[derive(Debug, Default)]
pub(super) struct Own {
    open: HashMap<Id, Asked>,
    count: u64,
    /// What is still to be said.
    unsaid: Vec<u8>,
    pub(super) news: News,
}

impl Own {
    /// Everything that there is to ask a new server. `announced` tells of which lists the client hears by itself.
    pub(super) fn begin(&mut self, lives: &Lives, wishes: &Wishes, announced: &[&str]) {
        for (repeat, params) in wishes.to_repeat() {
            self.ask(lives, repeat.method(), &params, Asked::Repeat(repeat));
        }
        for (list, known, meta) in wishes.read().filter(|(list, ..)| !announced.contains(&list.capability()))
        {
            let first = Asked::Page {
                list,
                read: Read::default(),
                known: known.clone(),
                meta: meta.cloned(),
                pages: 1,
            };
            self.ask(lives, list.method(), &params(None, meta), first);
        }
    }

    fn ask(&mut self, lives: &Lives, method: &str, params: &Value, asked: Asked) {
        self.count += 1;
        let id = lives.our_own(self.count);
        let params = if params.as_object().is_some_and(|params| !params.is_empty()) {
            format!(",\"params\":{params}")
        } else {
            String::new()
        };
        let line = format!("{{\"jsonrpc\":\"2.0\",\"id\":{},\"method\":\"{method}\"{params}}}\n", id.json());
        self.unsaid.extend_from_slice(line.as_bytes());
        self.open.insert(id, asked);
    }

    /// What is to be said to the server now.
    pub(super) fn take_unsaid(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.unsaid)
    }

    /// Whether this is an answer to one of ours.
    pub(super) fn awaits(&self, id: &Id) -> bool {
        !self.open.is_empty() && self.open.contains_key(id)
    }

    /// The server's answer: its result, or what it says by an error.
    pub(super) fn answered(&mut self, lives: &Lives, id: &Id, answer: Result<Value, String>) {
        let Some(asked) = self.open.remove(id) else { return };
        match (asked, answer) {
            (Asked::Repeat(_), Ok(_)) => {}
            (Asked::Repeat(repeat), Err(says)) => self.news.refused.push((repeat, says)),
            (Asked::Page { list, .. }, Err(_)) => self.news.differs.push(What::List(list)),
            (Asked::Page { list, read, known, meta, pages }, Ok(page)) => {
                let read = read.with(list, &page);
                match &read.next {
                    None if read == known => {}
                    None => self.news.differs.push(What::List(list)),
                    Some(_) if pages >= MOST_PAGES => self.news.unknown.push(list),
                    Some(next) => {
                        let params = params(Some(next), meta.as_ref());
                        let asked = Asked::Page { list, read, known, meta, pages: pages + 1 };
                        self.ask(lives, list.method(), &params, asked);
                    }
                }
            }
        }
    }

    /// Whether every answer has come.
    pub(super) fn is_over(&self) -> bool {
        self.open.is_empty()
    }

    /// What is known by now, told once. What has not been answered is not known.
    pub(super) fn take_news(&mut self) -> News {
        for asked in self.open.values() {
            match asked {
                Asked::Repeat(repeat) => self.news.refused.push((repeat.clone(), String::new())),
                Asked::Page { list, .. } => self.news.unknown.push(*list),
            }
        }
        std::mem::take(&mut self.news)
    }

    /// Its answers will never come.
    pub(super) fn server_is_gone(&mut self) {
        self.open.clear();
        self.unsaid.clear();
        self.news = News::default();
    }
}

fn params(cursor: Option<&String>, meta: Option<&Value>) -> Value {
    let mut params = json!({});
    if let Some(cursor) = cursor {
        params["cursor"] = Value::from(cursor.as_str());
    }
    if let Some(meta) = meta {
        params["_meta"] = meta.clone();
    }
    params
}

#[cfg(test)]
mod tests {
    use super::super::wishes::Wish;
    use super::*;

    fn id(json: &Value) -> Id {
        serde_json::from_str(&json.to_string()).unwrap()
    }

    /// Of a client that has read the tools on these pages.
    fn read(pages: &[Value]) -> Wishes {
        let mut wishes = Wishes::default();
        let mut cursor = Value::Null;
        for page in pages {
            let params = json!({ "cursor": cursor });
            wishes.wants(&id(&json!(1)), Wish::of("tools/list", || params).unwrap());
            wishes.answered(&id(&json!(1)), Some(page));
            cursor = page["nextCursor"].clone();
        }
        wishes
    }

    /// Each thing that is asked, with its name.
    fn asked(own: &mut Own) -> Vec<Value> {
        let said = own.take_unsaid();
        said.split_inclusive(|byte| *byte == b'\n')
            .map(|line| serde_json::from_slice(line).unwrap())
            .collect()
    }

    fn news_of(pages: &[Value]) -> News {
        let wishes = read(&[json!({ "tools": [1], "nextCursor": "x" }), json!({ "tools": [2] })]);
        let (mut own, lives) = (Own::default(), Lives::default());
        own.begin(&lives, &wishes, &[]);
        for page in pages {
            let [question] = asked(&mut own).try_into().unwrap();
            assert_eq!(question["method"], "tools/list");
            own.answered(&lives, &id(&question["id"]), Ok(page.clone()));
        }
        assert!(own.is_over() && asked(&mut own).is_empty());
        own.take_news()
    }

    #[test]
    fn a_list_is_read_to_its_end_and_compared() {
        assert_eq!(news_of(&[json!({ "tools": [2, 1] })]), News::default(), "the same on one page");
        let more = [json!({ "tools": [1], "nextCursor": "a" }), json!({ "tools": [2, 3] })];
        assert_eq!(news_of(&more).differs, [What::List(List::Tools)]);
        assert_eq!(news_of(&[json!({ "tools": [] })]).differs, [What::List(List::Tools)]);
    }

    #[test]
    fn what_the_client_is_told_of_anyway_is_not_asked_for() {
        let (mut own, lives) = (Own::default(), Lives::default());
        own.begin(&lives, &read(&[json!({ "tools": [1] })]), &["tools"]);
        assert!(asked(&mut own).is_empty() && own.is_over());
        own.begin(&lives, &read(&[json!({ "tools": [1], "nextCursor": "x" })]), &[]);
        assert!(own.is_over(), "nor what the client has not read to its end");
    }

    #[test]
    fn what_is_refused_or_never_answered_is_not_called_the_same() {
        let (mut own, lives) = (Own::default(), Lives::default());
        let mut wishes = read(&[json!({ "tools": [1] })]);
        for (number, uri) in [(2, "file:///a"), (3, "file:///b")] {
            let params = json!({ "uri": uri });
            wishes.wants(&id(&json!(number)), Wish::of("resources/subscribe", || params).unwrap());
            wishes.answered(&id(&json!(number)), Some(&Value::Null));
        }
        own.begin(&lives, &wishes, &[]);
        let [first, _, _] = asked(&mut own).try_into().unwrap();
        assert_eq!(first["params"], json!({ "uri": "file:///a" }));
        assert!(own.awaits(&id(&first["id"])));
        own.answered(&lives, &id(&first["id"]), Err("no such file".into()));
        assert!(!own.is_over());
        let news = own.take_news();
        assert_eq!(news.unknown, [List::Tools]);
        let refused: Vec<&str> = news.refused.iter().map(|(_, says)| says.as_str()).collect();
        assert_eq!(refused, ["no such file", ""]);
        own.server_is_gone();
        assert!(own.is_over());
    }

    #[test]
    fn a_server_whose_pages_never_end_is_not_asked_for_ever() {
        let (mut own, lives) = (Own::default(), Lives::default());
        own.begin(&lives, &read(&[json!({ "tools": [1] })]), &[]);
        let mut count = 0;
        while let Some(question) = asked(&mut own).pop() {
            count += 1;
            let page = json!({ "tools": [1], "nextCursor": "again" });
            own.answered(&lives, &id(&question["id"]), Ok(page));
        }
        assert_eq!((count, own.take_news().unknown), (MOST_PAGES, vec![List::Tools]));
    }
}
