//! Secrets at the places where people put them are in nothing that is shown; what is around them is.

use crate::mcp::user::User;

const TEXT: &str = r#"{
  "mcpServers": {
    "shell": { "command": "bash", "args": ["-lc", "python run_ws_shim.py --token hunter2"] },
    "cmd": { "command": "cmd", "args": ["/c", "python run_ws_shim.py --api-key hunter2 --port 3005"] },
    "one-word": { "command": "python run_ws_shim.py --token hunter2" },
    "header": { "command": "npx", "args": ["-y", "mcp-remote", "http://h/mcp", "--header", "X-My: hunter2"] },
    "headers": { "command": "npx", "args": ["mcp-remote", "--headers", "{\"X-Foo\":\"hunter2\"}", "-H", "hunter2"] },
    "docker": { "command": "docker", "args": ["run", "-i", "-e", "x=hunter2", "-eFOO=hunter2", "image"] },
    "curl": { "command": "curl", "args": ["-u", "user:hunter2", "--set-env", "lower=hunter2"] },
    "dashes": { "command": "python", "args": ["-u", "run_ws_shim.py", "--jwt", "hunter2", "--token", "--", "hunter2"] },
    "uv": { "command": "uv", "args": ["--directory", "/srv", "run", "run_ws_shim.py", "--token", "-hunter2"] }
  }
}
"#;

#[test]
fn a_secret_is_never_shown_wherever_it_is_planted() {
    let user = User::new();
    user.has("project/.mcp.json", TEXT);
    let mut said = String::new();
    for arguments in [
        &["list"][..],
        &["list", "--json"],
        &["wrap", "--all", "--dry-run"],
        &["wrap", "--dry-run"],
        &["wrap"],
        &["list"],
        &["unwrap", "--dry-run"],
    ] {
        said.push_str(&user.mcp(arguments).to_string());
    }
    let place = said.lines().find(|line| line.contains("hunter2"));
    assert_eq!(place, None, "in {said}");
    for readable in [
        "python run_ws_shim.py --token •••",
        "python run_ws_shim.py --api-key ••• --port 3005",
        "npx -y mcp-remote http://h/mcp --header •••",
        "docker run -i -e x=••• -eFOO=••• image",
        "curl -u ••• --set-env lower=•••",
        "python -u run_ws_shim.py --jwt ••• --token -- •••",
        "uv --directory /srv run run_ws_shim.py --token •••",
    ] {
        assert!(said.contains(readable), "no {readable} in {said}");
    }
}

#[test]
fn a_shim_is_wrapped_behind_whatever_starts_it() {
    for command in [
        r#""command": "uv", "args": ["--directory", "/srv", "run", "run_ws_shim.py"]"#,
        r#""command": "env", "args": ["A=b", "python", "run_ws_shim.py"]"#,
        r#""command": "bash", "args": ["-c", "python 'run_ws_shim.py'"]"#,
    ] {
        let user = User::new();
        user.has("project/.mcp.json", format!("{{\"mcpServers\": {{\"a\": {{{command}}}}}}}\n"));
        user.mcp(&["wrap"]).expect_code(0);
        let wrapped = user.read("project/.mcp.json");
        assert!(wrapped.contains("\"guard\""), "{wrapped}");
    }
}
