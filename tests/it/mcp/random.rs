//! Random files in random formatting, against what must hold of each of them.

use proptest::prelude::*;
use proptest::sample::select;
use shimkeeper::mcp::Client;

use crate::mcp::formats::there_and_back;

/// What may stand between two tokens of JSON.
fn gap() -> impl Strategy<Value = String> {
    let piece = select(vec!["", " ", "  ", "\n", "\r\n", "\t", "/* \"[{ */", "// ]}\",\n", "/**/", "\n    "]);
    prop::collection::vec(piece, 0..3).prop_map(|pieces| pieces.concat())
}

/// A string of JSON, escaped in more ways than one.
fn string() -> impl Strategy<Value = String> {
    let piece = select(vec![
        "a",
        "python",
        "-u",
        "\\\"",
        "\\\\",
        "\\u00e9",
        "\\ud83d\\ude00",
        "é",
        "日",
        " ",
        "/",
        "\\/",
        "\\n",
        "//",
        "/*",
        "[",
        "}",
        ",",
        "guard",
        "--",
        "C:\\\\x",
        "start_ws_shim_safe.py",
        "'",
        "\\t",
    ]);
    prop::collection::vec(piece, 1..4).prop_map(|pieces| format!("\"{}\"", pieces.concat()))
}

/// A value that has nothing to do with us.
fn value() -> impl Strategy<Value = String> {
    let leaf =
        prop_oneof![string(), select(vec!["1", "-2.5e3", "true", "null", "{}", "[]"]).prop_map(String::from)];
    leaf.prop_recursive(2, 8, 3, |inner| {
        let list = (prop::collection::vec((gap(), inner.clone(), gap()), 0..3), any::<bool>());
        let table = (prop::collection::vec((gap(), string(), gap(), inner), 0..3), any::<bool>());
        prop_oneof![
            list.prop_map(|(items, comma)| {
                let items: Vec<String> =
                    items.into_iter().map(|(before, item, after)| before + &item + &after).collect();
                listed("[", &items, comma, "]")
            }),
            table.prop_map(|(members, comma)| {
                let members: Vec<String> = members
                    .into_iter()
                    .map(|(before, key, between, value)| format!("{before}{key}{between}:{value}"))
                    .collect();
                listed("{", &members, comma, "}")
            }),
        ]
    })
}

fn listed(open: &str, items: &[String], comma: bool, close: &str) -> String {
    let comma = if comma && !items.is_empty() { "," } else { "" };
    format!("{open}{}{comma}{close}", items.join(","))
}

/// A server: `command`, perhaps `args`, and strangers, in any order.
fn server() -> impl Strategy<Value = String> {
    let args =
        prop::option::of((prop::collection::vec((gap(), string(), gap()), 0..4), any::<bool>(), gap()));
    let strangers = prop::collection::vec((select(vec!["\"env\"", "\"x\"", "\"cwd\""]), value()), 0..2);
    (string(), args, strangers, prop::collection::vec(gap(), 12), any::<bool>())
        .prop_flat_map(|(command, args, strangers, gaps, comma)| {
            // A blank command is none.
            let command = command.replacen('"', "\"p", 1);
            let mut members = vec![format!("\"command\"{}:{}{command}", gaps[0], gaps[1])];
            members.extend(args.map(|(items, comma, empty)| {
                let items: Vec<String> =
                    items.into_iter().map(|(before, item, after)| before + &item + &after).collect();
                let empty = if items.is_empty() { empty } else { String::new() };
                format!(
                    "\"args\"{}:{}{}",
                    gaps[2],
                    gaps[3],
                    listed("[", &items, comma, "]").replace("[]", &format!("[{empty}]"))
                )
            }));
            members.extend(strangers.iter().enumerate().map(|(at, (key, value))| {
                format!("{}{}:{value}", key.replacen('"', &format!("\"{at}"), 1), gaps[4 + at])
            }));
            (Just(members).prop_shuffle(), Just(gaps), Just(comma))
        })
        .prop_map(|(members, gaps, comma)| {
            let members: Vec<String> = members
                .iter()
                .enumerate()
                .map(|(at, member)| format!("{}{member}{}", gaps[6 + at], gaps[7 + at]))
                .collect();
            listed("{", &members, comma, "}")
        })
}

fn document() -> impl Strategy<Value = String> {
    let servers = prop::collection::vec((gap(), server(), gap()), 1..4);
    (any::<bool>(), gap(), servers, value(), any::<bool>(), gap()).prop_map(
        |(mark, head, servers, stranger, first, tail)| {
            let servers: Vec<String> = servers
                .into_iter()
                .enumerate()
                .map(|(at, (before, server, after))| format!("{before}\"s{at}\":{server}{after}"))
                .collect();
            let ours = format!("\"mcpServers\":{}", listed("{", &servers, false, "}"));
            let theirs = format!("\"x\":{stranger}");
            let both = if first { [ours, theirs] } else { [theirs, ours] };
            let mark = if mark { "\u{FEFF}" } else { "" };
            format!("{mark}{head}{{{}}}{tail}", both.join(","))
        },
    )
}

/// The same where each command is one list of all words.
fn document_of_lists() -> impl Strategy<Value = String> {
    let words = (prop::collection::vec((gap(), string(), gap()), 1..5), any::<bool>());
    let servers = prop::collection::vec((words, gap(), value()), 1..4);
    (gap(), servers, gap()).prop_map(|(head, servers, tail)| {
        let servers = servers.into_iter().enumerate().map(|(at, ((words, comma), between, stranger))| {
            let words: Vec<String> = words
                .into_iter()
                .map(|(before, word, after)| before + &word.replacen('"', "\"p", 1) + &after)
                .collect();
            let command = listed("[", &words, comma, "]");
            format!("\"s{at}\":{{\"environment\":{stranger},\"command\"{between}:{command}}}")
        });
        let servers: Vec<String> = servers.collect();
        format!("{head}{{\"mcp\":{}}}{tail}", listed("{", &servers, true, "}"))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_json_comes_back_to_the_byte(text in document()) {
        // Reads the wrapped text again, compares every command line, and wraps it once more.
        let wrapped = there_and_back(&text, Client::CLAUDE_CODE);
        prop_assert!(wrapped.contains("\"guard\""));
    }

    #[test]
    fn any_command_in_one_list_comes_back_to_the_byte(text in document_of_lists()) {
        let wrapped = there_and_back(&text, Client::OPENCODE);
        prop_assert!(wrapped.contains("\"guard\""));
    }

    #[test]
    fn no_text_at_all_makes_it_panic(text in "[ \\[\\]{}:,\"a\\\\/*\n\u{FEFF}é0-9=.#']{0,60}") {
        use shimkeeper::core::PathStyle;
        use shimkeeper::mcp::{Record, Selection, Surroundings, unwrapped};
        let around = Surroundings::bare(PathStyle::Unix);
        for client in [Client::CLAUDE_CODE, Client::CODEX, Client::OPENCODE, Client::ZED, Client::UNKNOWN] {
            let _ = unwrapped(&text, client, Selection::All, &around, Record::default());
        }
    }
}
