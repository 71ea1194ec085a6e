//! The EXAI project's own configuration, as it stands in its repository on a Windows machine.

use std::fs;

use crate::mcp::user::{User, program};

const EXAI: &str = include_str!("../../fixtures/exai.mcp.json");

#[test]
fn its_server_is_wrapped_the_shim_stands_for_its_wrapper_and_all_comes_back() {
    let user = User::new();
    user.has("project/.mcp.json", EXAI);
    user.mcp(&["wrap"])
        .expect_code(0)
        .says("exai-mcp: wrapped; start_ws_shim_safe.py gave way to the run_ws_shim.py")
        .says("now reload Claude Code");
    let expected = EXAI
        .replace(
            "\"C:/Project/EX-AI-MCP-Server/.venv/Scripts/python.exe\"",
            &format!("\"{}\"", program().display()),
        )
        .replace(
            "        \"-u\",\n",
            "        \"guard\",\n        \"--\",\n        \
             \"C:/Project/EX-AI-MCP-Server/.venv/Scripts/python.exe\",\n        \"-u\",\n",
        )
        .replace("start_ws_shim_safe.py", "run_ws_shim.py");
    assert_eq!(user.read("project/.mcp.json"), expected);
    user.mcp(&["wrap"]).expect_code(0).says("exai-mcp: already wrapped");
    assert_eq!(user.read("project/.mcp.json"), expected);
    user.mcp(&["unwrap"]).expect_code(0).says("exai-mcp: unwrapped, to the byte as it was");
    assert_eq!(user.read("project/.mcp.json"), EXAI);
}

#[test]
fn every_process_of_it_can_be_wrapped_and_what_is_no_process_is_left_alone() {
    let user = User::new();
    user.has("project/.mcp.json", EXAI);
    let outcome = user.mcp(&["wrap", "--all"]).expect_code(0).says("filesystem-mcp: wrapped");
    assert!(!outcome.stdout.contains("supabase"), "{outcome}");
    let text = user.read("project/.mcp.json");
    assert!(text.contains(r#"["guard", "--", "cmd", "/c", "npx", "-y","#), "{text}");
    user.mcp(&["unwrap"]).expect_code(0);
    assert_eq!(user.read("project/.mcp.json"), EXAI);
    user.mcp(&["wrap", "--server", "supabase-mcp"])
        .expect_code(1)
        .complains("supabase-mcp: it is reached by a url");
    assert_eq!(user.read("project/.mcp.json"), EXAI);
}

#[test]
fn the_wrapper_stays_where_no_shim_lies_beside_it() {
    let user = User::new();
    let script = user.has("project/scripts/start_ws_shim_safe.py", "");
    for (name, cwd) in [(script.to_str().unwrap(), ""), ("scripts/start_ws_shim_safe.py", "CWD")] {
        let cwd = cwd.replace("CWD", user.path("project").to_str().unwrap());
        let text = format!(
            "{{\"mcpServers\": {{\"a\": {{\"command\": \"python3\", \"args\": [\"{name}\"], \"cwd\": \"{cwd}\"}}}}}}"
        );
        let text = text.replace(", \"cwd\": \"\"", "");
        user.has("project/.mcp.json", &text);
        user.mcp(&["wrap"]).expect_code(0).says("start_ws_shim_safe.py stays, because no run_ws_shim.py");
        assert!(user.read("project/.mcp.json").contains(&format!("\"python3\", \"{name}\"")));
        user.mcp(&["unwrap"]).expect_code(0);
        assert_eq!(user.read("project/.mcp.json"), text);
        let shim = user.has("project/scripts/run_ws_shim.py", "");
        user.mcp(&["wrap"]).expect_code(0).says("gave way to the run_ws_shim.py");
        assert!(!user.read("project/.mcp.json").contains("start_ws_shim_safe.py"));
        user.mcp(&["unwrap"]).expect_code(0);
        assert_eq!(user.read("project/.mcp.json"), text);
        fs::remove_file(shim).unwrap();
    }
}

#[test]
fn without_the_record_the_shim_stays_in_its_wrappers_place_and_that_is_said() {
    let user = User::new();
    user.has("project/.mcp.json", EXAI);
    user.mcp(&["wrap"]).expect_code(0);
    fs::remove_dir_all(user.state().join("wrapped")).unwrap();
    user.mcp(&["unwrap"]).expect_code(0).says("unwrapped by the text of the file");
    assert_eq!(user.read("project/.mcp.json"), EXAI.replace("start_ws_shim_safe.py", "run_ws_shim.py"));
}
