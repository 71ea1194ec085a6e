//! However a file is written: what the guard did not change keeps its bytes, and all of it comes back.

use shimkeeper::core::{PathStyle, Watch};
use shimkeeper::mcp::{
    Change, Client, Guard, Outcome, Record, Restored, Selection, Surroundings, unwrapped, wrapped,
};

/// A path that has to be escaped wherever it is written.
const PROGRAM: &str = r"C:\Users\Jörg \u0041\shimkeeper.exe";

pub(crate) fn guard() -> Guard {
    Guard { program: PROGRAM.to_owned(), options: Vec::new() }
}

pub(crate) fn wrap_all(text: &str, client: Client, record: Record) -> Change {
    let around = Surroundings::bare(PathStyle::Unix);
    wrapped(text, client, Selection::All, &guard(), &around, record).unwrap()
}

pub(crate) fn unwrap_all(text: &str, client: Client, record: Record) -> Change {
    let around = Surroundings::bare(PathStyle::Unix);
    unwrapped(text, client, Selection::All, &around, record).unwrap()
}

/// There and back, with as many servers wrapped as stand in the text; gives the wrapped text.
#[track_caller]
pub(crate) fn there_and_back(text: &str, client: Client) -> String {
    let there = wrap_all(text, client, Record::default());
    let count = there.done.iter().filter(|done| matches!(done.outcome, Outcome::Wrapped(_))).count();
    assert!(count > 0, "nothing was wrapped in {text}");
    let again = wrap_all(&there.text, client, there.record.clone());
    assert_eq!(again.text, there.text, "wrapped twice");
    let bare = |text: &str| text.replace("\r\n", "").contains('\n');
    assert!(bare(text) || !bare(&there.text), "other line ends in {:?}", there.text);
    let back = unwrap_all(&there.text, client, there.record);
    assert_eq!(back.text, text, "by way of {}", there.text);
    let exactly = |done: &&shimkeeper::mcp::Done| done.outcome == Outcome::Unwrapped(Restored::Exactly);
    assert_eq!(back.done.iter().filter(exactly).count(), count, "{:?}", back.done);
    there.text
}

const JSON: &[&str] = &[
    r#"{"mcpServers":{"a":{"command":"python","args":["-u","x.py"]}}}"#,
    r#"{"mcpServers":{"a":{"args":["-u","x.py"],"command":"python"}}}"#,
    r#"{"mcpServers":{"a":{"command":"python"}}}"#,
    r#"{"mcpServers":{"a":{"command":"python","args":[]}}}"#,
    r#"{"mcpServers":{"a":{"command":"python","args":[ ]  ,"env":{}}}}"#,
    "{\n\t\"mcpServers\": {\n\t\t\"a\": {\n\t\t\t\"command\": \"python\",\n\t\t\t\"args\": [\n\t\t\t\t\"x.py\"\n\t\t\t]\n\t\t}\n\t}\n}",
    "{\r\n  \"mcpServers\": {\r\n    \"a\": {\r\n      \"command\": \"python\"\r\n    }\r\n  }\r\n}\r\n",
    "{\r\n  \"mcpServers\": {\r\n    \"a\": { \"command\": \"python\", \"args\": [\r\n      \"-u\",\r\n \"x.py\" ] }\r\n  }\r\n}",
    "\u{FEFF}{\"mcpServers\": {\"a\": {\"command\": \"python\", \"args\": [\"x.py\"]}}}\n",
    "// head\n{\"mcpServers\": {/*b*/\"a\"/*c*/:/*d*/{\"command\"/*e*/:/*f*/\"python\"/*g*/,/*h*/\"args\":/*i*/[/*j*/\"x.py\"/*k*/,/*l*/]/*m*/,}/*n*/}}//o",
    "{\"mcpServers\": {\"a\": {\"command\": \"python\" // why\n, \"args\": [ // these\n  \"x.py\", // and this\n  // that\n] }}}",
    "{\"mcpServers\": {\"a\": {\"command\": \"python\" // why\n}}}",
    "{\"mcpServers\": {\"a\": {\"command\": \"python\", // why\n}}}",
    "{\"mcpServers\": {\"a\": {\"command\": \"python\", \"args\": [ // none\n] }}}",
    "{  \"mcpServers\"  :  {  \"a\"  :  {  \"command\"  :  \"python\"  ,  \"args\"  :  [  \"x.py\"  ]  }  }  }  ",
    r#"{"mcpServers":{"a":{"command":"\u0070ython\t3","args":["\u00e9\/x.py","\ud83d\ude00"]}}}"#,
    r#"{"mcpServers":{"ü":{"command":"é","args":["日本"],"x":1e5,"y":[null,true]}},"z":{"command":"q"}}"#,
    r#"{"mcpServers":{"a":{"command":"python","args":["x.py",],},},}"#,
    r#"{"mcpServers":{"a":{"command":"python","args":["--port",3005]},"b":{"command":"b"},"c":{"args":["1"],"command":"c"}}}"#,
    r#"{"mcpServers":{"a":{"command":"${workspaceFolder}/x","args":["${input:key}"],"unknown":{"command":1}}}}"#,
    "{\"mcpServers\":\n{\"a\":\n{\"command\":\n\"python\",\n\"args\":\n[\n\"x.py\"\n,\n\"y\"\n]\n}\n}\n}\n\n\n",
    r#"{"mcpServers":{"a":{"command":"python","args":["guard","--","x"]}}}"#,
    r#"{"mcpServers":{"a":{"command":"python","args":["start_ws_shim_safe.py"]}}}"#,
    r#"{"mcpServers":{"a":{"command":"C:\\py.exe","args":["-u","C:\\a\\start_ws_shim\u005fsafe.py","-v"]}}}"#,
    r#"{"mcpServers":{"a":{"command":"./start_ws_shim_safe.py"}}}"#,
    r#"{"mcpServers":{"a":{"command":"uv","args":["run","start_ws_shim_safe.py"]}}}"#,
];

#[test]
fn json_of_every_kind_comes_back_to_the_byte() {
    for text in JSON {
        there_and_back(text, Client::CLAUDE_CODE);
    }
}

const TOML: &[&str] = &[
    "[mcp_servers.a]\ncommand = \"python\"\nargs = [\"x.py\"]\n",
    "[mcp_servers.a]\ncommand = \"python\"",
    "[mcp_servers.a]\ncommand = \"python\" # why\n\n[mcp_servers.a.env]\nK = \"v\"\n",
    "# a\r\n[mcp_servers.a]\r\n  command = \"python\"\r\n  env = { K = \"v\" }\r\n",
    "mcp_servers.a.command = \"python\"\nx = 1\n",
    "[mcp_servers]\na.command = 'python'\na.args = [ 'x.py', ]\nb . command = '''python'''\n",
    "[mcp_servers]\na = { command = \"python\" }\nb = {command=\"b\",args=[]}\n",
    "mcp_servers = { a.x = 1, a.\"command\" = \"python\" }",
    "mcp_servers.\"a.b\".x = 1\nmcp_servers . \"a.b\" . command = \"python\"",
    "mcp_servers = { a = { command = \"python\", args = [\"x\"] }, b.command = \"c\" }",
    "[mcp_servers.a]\nargs = [\n  # first\n  \"-u\", # u\n  \"x.py\",\n]\ncommand = \"\"\"py\\\n  thon\"\"\"\n",
    "\u{FEFF}[mcp_servers.\"a b\"]\n\"command\" = \"p\"\n'args' = [ ] # none\n",
    "[mcp_servers.a]\ncommand = \"python\"\nargs = ['C:\\a\\start_ws_shim_safe.py']\n",
    "[mcp_servers.a]\ncommand = \"p\"\nargs = [\"a\",\n# c\n]\n[[other]]\ncommand = \"x\"\n",
];

#[test]
fn toml_of_every_kind_comes_back_to_the_byte() {
    for text in TOML {
        there_and_back(text, Client::CODEX);
    }
}

#[test]
fn a_comma_that_was_set_behind_our_words_does_not_break_the_file() {
    let text = r#"{"mcpServers":{"a":{"command":"python"}}}"#;
    let there = wrap_all(text, Client::CLAUDE_CODE, Record::default());
    let edited = there.text.replace("\"python\"]", "\"python\" , ]").replace("\"a\":", "\"a\" :");
    let back = unwrap_all(&edited, Client::CLAUDE_CODE, Record::default());
    assert_eq!(back.text, r#"{"mcpServers":{"a" :{"command":"python", "args": [ ]}}}"#);
    assert_eq!(back.done[0].outcome, Outcome::Unwrapped(Restored::Unremembered));
}

#[test]
fn what_was_changed_since_stays_and_only_our_part_goes() {
    let text = "{\"mcpServers\": {\"a\": {\"command\": \"python\", \"args\": [\"start_ws_shim_safe.py\"]}}}";
    let there = wrap_all(text, Client::CLAUDE_CODE, Record::default());
    let edited =
        there.text.replace("run_ws_shim.py\"", "run_ws_shim.py\", \"--new\"").replace("}}}", "}, \"b\": 1}}");
    let back = unwrap_all(&edited, Client::CLAUDE_CODE, there.record);
    assert_eq!(
        back.text,
        "{\"mcpServers\": {\"a\": {\"command\": \"python\", \"args\": [\"start_ws_shim_safe.py\", \"--new\"]}, \"b\": 1}}"
    );
    assert_eq!(back.done[0].outcome, Outcome::Unwrapped(Restored::Edited));
}

#[test]
fn a_script_that_somebody_has_changed_since_stays_theirs() {
    for command in ["\"python\", \"args\": [\"start_ws_shim_safe.py\"]", "\"./start_ws_shim_safe.py\""] {
        let text = format!("{{\"mcpServers\": {{\"a\": {{\"command\": {command}}}}}}}");
        let there = wrap_all(&text, Client::CLAUDE_CODE, Record::default());
        let edited = there.text.replace("run_ws_shim.py", "mine.py");
        let back = unwrap_all(&edited, Client::CLAUDE_CODE, there.record);
        assert_eq!(back.text, text.replace("start_ws_shim_safe.py", "mine.py"));
        assert_eq!(back.done[0].outcome, Outcome::Unwrapped(Restored::WithoutWrapper));
    }
}

#[test]
fn a_script_that_was_moved_among_the_words_gives_way_again() {
    let text = r#"{"mcpServers":{"a":{"command":"python","args":["start_ws_shim_safe.py"]}}}"#;
    let there = wrap_all(text, Client::CLAUDE_CODE, Record::default());
    let moved = there.text.replace("\"python\", ", "\"python\", \"-u\", ");
    let back = unwrap_all(&moved, Client::CLAUDE_CODE, there.record);
    assert_eq!(back.text, text.replace("[\"start", "[\"-u\", \"start"));
    assert_eq!(back.done[0].outcome, Outcome::Unwrapped(Restored::Edited));
}

#[test]
fn a_server_that_was_renamed_comes_back_as_it_was() {
    let text = r#"{"mcpServers":{"a":{"command":"./start_ws_shim_safe.py"},"b":{"command":"./start_ws_shim_safe.py"}}}"#;
    let there = wrap_all(text, Client::CLAUDE_CODE, Record::default());
    let renamed = there.text.replace("\"b\"", "\"c\"");
    let back = unwrap_all(&renamed, Client::CLAUDE_CODE, there.record.clone());
    assert_eq!(back.text, text.replace("\"b\"", "\"c\""));
    assert!(back.done.iter().all(|done| done.outcome == Outcome::Unwrapped(Restored::Exactly)));
    assert_eq!(back.record, Record::default(), "nothing is left on record");
    let changed = renamed.replace("\"--\"", "\"--port\", \"3\", \"--\"");
    let back = unwrap_all(&changed, Client::CLAUDE_CODE, there.record);
    let outcomes: Vec<_> = back.done.iter().map(|done| done.outcome.clone()).collect();
    assert_eq!(
        outcomes,
        [Outcome::Unwrapped(Restored::GuardEdited), Outcome::Unwrapped(Restored::Unremembered)]
    );
}

#[test]
fn a_guard_under_another_name_is_known_by_what_is_on_record() {
    let text = r#"{"mcpServers":{"a":{"command":"python","args":["x.py"]}}}"#;
    let around = Surroundings::bare(PathStyle::Unix);
    let renamed = Guard { program: "/opt/sk".to_owned(), options: Vec::new() };
    let there =
        wrapped(text, Client::CLAUDE_CODE, Selection::All, &renamed, &around, Record::default()).unwrap();
    assert_eq!(wrap_all(&there.text, Client::CLAUDE_CODE, there.record.clone()).text, there.text);
    assert_eq!(unwrap_all(&there.text, Client::CLAUDE_CODE, there.record).text, text);
}

#[test]
fn args_that_we_made_and_somebody_moved_are_emptied_and_not_called_restored() {
    let text = r#"{"mcpServers":{"a":{"command":"python"}}}"#;
    let there = wrap_all(text, Client::CLAUDE_CODE, Record::default());
    let moved = there.text.replace(", \"args\"", ", \"x\": 1, \"args\"");
    let back = unwrap_all(&moved, Client::CLAUDE_CODE, there.record);
    assert_eq!(back.text, r#"{"mcpServers":{"a":{"command":"python", "x": 1, "args": []}}}"#);
    assert_eq!(back.done[0].outcome, Outcome::Unwrapped(Restored::Edited));
}

#[test]
fn the_default_takes_the_watched_script_only_and_never_an_entry_that_says_two_things() {
    let watches = [Watch::exai()];
    let around = Surroundings::bare(PathStyle::Unix);
    let wrap = |text: &str, selection| {
        wrapped(text, Client::CLAUDE_CODE, selection, &guard(), &around, Record::default()).unwrap()
    };
    let twice = r#"{"mcpServers":{"a":{"command":"x","command":"python","args":["run_ws_shim.py"]}}}"#;
    for text in [
        twice,
        r#"{"mcpServers":{"a":{"command":"x"},"a":{"command":"y"}}}"#,
        r#"{"mcpServers":{"a":{"command":"x"}},"mcpServers":{}}"#,
        r#"{"mcpServers":{"a":{"command":"x","args":"run_ws_shim.py"}}}"#,
        r#"{"mcpServers":{"a":{"command":["x"]}}}"#,
        r#"{"mcpServers":{"a":{"command":"x","args":[["y"]]}}}"#,
        r#"{"mcpServers":{"a":{"cmd":"x"}}}"#,
        r#"{"mcpServers":{"a":5}}"#,
    ] {
        let change = wrap(text, Selection::Named("a"));
        assert_eq!(change.text, *text);
        assert!(matches!(change.done[0].outcome, Outcome::Refused(_)), "{text}: {:?}", change.done);
    }
    let change = wrap(twice, Selection::Watched(&watches));
    assert!(change.text == twice && matches!(change.done[0].outcome, Outcome::Refused(_)));
}

#[test]
fn what_cannot_be_changed_with_certainty_is_refused_as_a_whole() {
    let around = Surroundings::bare(PathStyle::Unix);
    let text = r#"mcp_servers."a\"b".command = "python""#;
    let refusal =
        wrapped(text, Client::CODEX, Selection::All, &guard(), &around, Record::default()).unwrap_err();
    assert!(refusal.sentence.contains("would not say what it should") && refusal.hint.is_some(), "{refusal}");
}

#[test]
fn files_without_servers_are_fine() {
    for text in ["", "{}", "[]", "null", "// nothing\n", "{\"mcpServers\": []}", "{\"mcpServers\": {}}"] {
        let change = wrap_all(text, Client::CLAUDE_CODE, Record::default());
        assert!(change.text == text && change.done.is_empty());
    }
    assert_eq!(wrap_all("", Client::CODEX, Record::default()).text, "");
}
