//! A secret planted wherever people put one is never shown, and what is no secret is.

use proptest::prelude::*;
use proptest::test_runner::Config;

use super::{command_line, words};

/// Places in an ordinary command line; `%` is the secret.
const PLACES: &[&[&str]] = &[
    &["--token", "%"],
    &["--token", "--", "%"],
    &["--token", "-%"],
    &["--token=%"],
    &["--api-key", "%"],
    &["--jwt", "%"],
    &["--jwt=%"],
    &["--header", "X-My: %"],
    &["--header", "X-My:%"],
    &["--header=X-Foo: %"],
    &["--header", "X-My:", "%"],
    &["--header", "Authorization:", "Bearer", "%"],
    &["--header", "A: b", "--header", "X-My: %"],
    &["-H", "%"],
    &["-H", "X-My: %"],
    &["-HX-My: %"],
    &["-sSfLH", "X-My: %"],
    &["-sSHX-My: %"],
    &["--headers", "{\"X-Foo\":\"%\"}"],
    &["--extra-headers", "{\"X-Foo\": \"%\"}"],
    &["-e", "x=%"],
    &["-e", "_x=%"],
    &["-eFOO=%"],
    &["-ite", "x=%"],
    &["-iteFOO=%"],
    &["--env", "x=%"],
    &["--env", "A=b", "c=%"],
    &["--env=x=%"],
    &["--env", "{\"x\": \"%\"}"],
    &["--set-env", "lower=%"],
    &["-u", "user:%"],
    &["-u", "u:%"],
    &["-uuser:%"],
    &["-sSu", "user:%"],
    &["-sSuuser:%"],
    &["-U", "user:%"],
    &["-Ume:%"],
    &["-sSU", "user:%"],
    &["--user", "u:%"],
    &["--user=u:%"],
    &["--proxy-user", "u:%"],
    &["FOO=%"],
];

/// What stands before the place.
const FRONTS: &[&[&str]] = &[
    &["run_ws_shim"],
    &["python", "-u", "run_ws_shim.py"],
    &[r"C:\Program Files\Python\python.exe", "-u", r"C:\srv\run_ws_shim.py"],
    &["node", "--import", "x", "server.js"],
    &["npx", "-y", "mcp-remote", "http://127.0.0.1:3005/mcp"],
    &["uv", "--directory", "/srv/mcp", "run", "server.py"],
    &["curl", "-s"],
    &["docker", "run", "--rm", "-i"],
    &["sudo", "-u", "root", "-H", "./server"],
    &["env", "A=b", "server"],
    &["sh", "start.sh"],
    &["perl", "-T", "server.pl"],
    &["find", ".", "-exec", "curl", "-s"],
];

/// Words as one text in which those with blanks or marks are quoted, as for a shell.
fn in_one_text(words: &[String], quote: char) -> String {
    let quoted = |word: &String| {
        let needs = word.contains([' ', '"', '\'', '{']);
        if needs { format!("{quote}{word}{quote}") } else { word.clone() }
    };
    words.iter().map(quoted).collect::<Vec<_>>().join(" ")
}

/// The ways in which a client may come to write a command line.
fn writings(words: &[String]) -> Vec<Vec<String>> {
    let text = |quote| in_one_text(words, quote);
    let own = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    vec![
        words.to_vec(),
        own(&["bash", "-lc", &text('\'')]),
        own(&["bash", "-c", &text('"')]),
        own(&["cmd", "/c", &text('"')]),
        own(&[&text('\'')]),
        own(&["sh", "-c", &format!("cd /srv && exec {} ; echo it's done", text('\''))]),
        own(&["bash", "-c", &format!("sh -c \"{}\"", text('\''))]),
        own(&["sh", "-c", &format!("don't {} it's", in_one_text(words, '"'))]),
    ]
}

fn shown(args: &[String]) -> [String; 2] {
    [command_line(args), words(args).join("\n")]
}

#[test]
fn a_planted_secret_is_never_shown() {
    for front in FRONTS {
        for place in PLACES {
            for behind in [&[][..], &["--port", "3005"], &["stop"]] {
                let words = [front, *place, behind].concat();
                let words: Vec<String> = words.iter().map(|word| word.replace('%', "hunter2")).collect();
                for args in writings(&words) {
                    for shown in shown(&args) {
                        assert!(!shown.contains("hunter2"), "{args:?} is shown as {shown}");
                    }
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(Config { cases: 500, failure_persistence: None, ..Config::default() })]

    #[test]
    fn no_secret_is_shown_whatever_it_looks_like(
        secret in "[a-zA-Z0-9_.!~+][a-zA-Z0-9_.:!=/@~+-]{5,12}",
        place in proptest::sample::select(PLACES),
        front in proptest::sample::select(FRONTS),
        more in "[a-z /=\"'-]{0,12}",
    ) {
        let secret = format!("\u{e9}{secret}");
        let words = [front, place].concat();
        let mut words: Vec<String> = words.iter().map(|word| word.replace('%', &secret)).collect();
        words.push(more);
        for args in writings(&words) {
            for shown in shown(&args) {
                prop_assert!(!shown.contains(&secret), "{args:?} is shown as {shown}");
            }
        }
    }

    #[test]
    fn anything_at_all_is_shown_without_a_panic(args in proptest::collection::vec(".{0,40}", 0..6)) {
        prop_assert_eq!(words(&args).len(), args.len());
    }
}

#[test]
fn what_is_no_secret_is_shown_as_it_is() {
    for line in [
        "python -u run_ws_shim.py",
        "python3.11 -X dev -u run_ws_shim.py --port 3005",
        r"C:\venv\Scripts\python.exe -u C:\srv\run_ws_shim.py",
        r"launcher.exe -u C:\srv\run_ws_shim.py",
        "python -u C:/srv/run_ws_shim.py --host 127.0.0.1 --port 3005",
        "py -3.12 -u run_ws_shim.py",
        "uvicorn app:main --host 127.0.0.1 --port 3005",
        "uv --directory /srv/mcp run --env-file .env server.py",
        "sudo -u root -H python -u run_ws_shim.py",
        "node -e console.log(1) x",
        "node -e x=1",
        "ruby3.2 -e x=1",
        "perl -e $x=1",
        "grep -H -e a=b run_ws_shim.py",
        "docker run --rm -i -u 1000:1000 -p 3005:3005 -v /a:/b image",
        "docker exec --user app box python -u run_ws_shim.py",
        "mcp-client -u ws://127.0.0.1:3005 --user-agent x:y",
        "mcp-client -u 127.0.0.1:3005",
        "mcp-client -u localhost:3005/mcp",
        "ffmpeg -encoding=utf8",
        "csv --no-header run_ws_shim.py",
        "node --max-header-size 16384 server.js",
        "shim --env production run_ws_shim.py",
        "bash -e start.sh",
        "x --no-auth --port 3005",
        "x --token --port 3005",
        "x --auth -v run_ws_shim.py",
        "x --no-auth -v run_ws_shim.py",
        "python x --no-auth run_ws_shim.py",
        "python x --no_token run_ws_shim.py",
        "powershell -NoProfile -File run_ws_shim.py",
        "powershell -NoProfile level=info",
        "docker run --env-file conf/level=debug.env image",
        "java -verbose:gc -Dfile.encoding=utf8 -jar x.jar name=x",
        "ls -laH /srv",
        "python x.py name=x",
        "sudo -g wheel python x.py name=x",
        "cmd.exe /d /s /c run_ws_shim.py",
    ] {
        let args: Vec<String> = line.split(' ').map(str::to_owned).collect();
        assert_eq!(command_line(&args), line);
        let alone = [line.to_owned()];
        assert_eq!(words(&alone), alone, "in one word");
        let quoted = format!("bash -lc \"exec {line} 2>'/tmp/my log' && echo it's\"");
        let args = ["bash".to_owned(), "-lc".to_owned(), format!("exec {line} 2>'/tmp/my log' && echo it's")];
        assert_eq!(command_line(&args), quoted);
    }
}

#[test]
fn what_is_set_before_a_command_is_never_shown() {
    for line in [
        "tok=% python x.py",
        "a=b tok=% python x.py",
        "cd /srv && tok=% python x.py",
        "cd /srv; tok=% python x.py",
        "true | tok=% python x.py",
        "if true; then tok=% x; fi",
        "(tok=% python x.py)",
        "cd /srv\ntok=% python x.py",
        "tok=%; python x.py",
        "sudo -E tok=% x",
        "sudo -u root -g wheel tok=% x",
        "env -i tok=% x",
    ] {
        let line = line.replace('%', "hunter2");
        for args in [
            vec!["sh".to_owned(), "-c".to_owned(), line.clone()],
            vec!["bash".to_owned(), "-c".to_owned(), format!("sh -c '{line}'")],
            vec![line.clone()],
        ] {
            for shown in shown(&args) {
                assert!(!shown.contains("hunter2"), "{args:?} is shown as {shown}");
            }
        }
    }
    for line in ["sudo -E tok=hunter2 x", "sudo -g wheel a=b tok=hunter2 x", "env -i tok=hunter2 x"] {
        let args: Vec<String> = line.split(' ').map(str::to_owned).collect();
        assert!(!command_line(&args).contains("hunter2"), "{args:?}");
    }
}

#[test]
fn what_is_around_a_secret_stays_readable() {
    for (args, expected) in [
        (
            &["bash", "-lc", "python run_ws_shim.py --token hunter2"][..],
            r#"bash -lc "python run_ws_shim.py --token •••""#,
        ),
        (&["cmd", "/c", "x --api-key hunter2 y"], r#"cmd /c "x --api-key ••• y""#),
        (&["python run_ws_shim.py --token 'hunter 2' y"], r#""python run_ws_shim.py --token '•••' y""#),
        (&["x", "-H", "X-My: hunter2", "y"], "x -H ••• y"),
        (&["x", "--header=X-Foo: hunter2", "y"], "x --header=••• y"),
        (&["sh", "-c", "curl -H \"X-My: hunter2\" http://h/"], r#"sh -c "curl -H "•••" http://h/""#),
        (&["sh", "-c", r#"curl -H "X-My: \" hunter2" y"#], r#"sh -c "curl -H "•••" y""#),
        (&["cmd", "/c", r"x C:\srv\ --token hunter2 y"], r#"cmd /c "x C:\srv\ --token ••• y""#),
        (&["x", "--token hunter2", "y"], r#"x "--token •••" y"#),
        (&["sh", "-c", "grep -q a b; ./x -e c=hunter2"], r#"sh -c "grep -q a b; ./x -e c=•••""#),
        (&["sh", "-c", "a= python x.py"], r#"sh -c "a= python x.py""#),
        (&["sh", "-c", r#"sh -c "x -H 'X-My: a hunter2' y""#], r#"sh -c "sh -c "x -H '•••' y"""#),
        (&["x it's --token", "hunter2"], r#""x it's --token" •••"#),
        (&["sh", "-c", r#"bash -c \"x -e a=hunter2\" y"#], r#"sh -c "bash -c \"x -e a=•••\" y""#),
        (&["docker", "run", "-e", "x=hunter2", "-ey=hunter2", "image"], "docker run -e x=••• -ey=••• image"),
        (&["curl", "-u", "me:hunter2", "http://h/"], "curl -u ••• http://h/"),
        (&["curl", "-ume:hunter2", "--user=me:hunter2", "y"], "curl -u••• --user=••• y"),
        (&["curl", "-sSu", "me:hunter2", "http://h/"], "curl -sSu ••• http://h/"),
        (&["curl", "-u", "me:123456", "http://h/"], "curl -u ••• http://h/"),
        (&["curl", "-u", "a.b.c.d:123456", "http://h/"], "curl -u ••• http://h/"),
        (&["docker", "run", "-ite", "k=hunter2", "image"], "docker run -ite k=••• image"),
        (&["sudo", "-E", "tok=hunter2", "x"], "sudo -E tok=••• x"),
        (&["sh", "-c", "tok=hunter2 python x.py a=b"], r#"sh -c "tok=••• python x.py a=b""#),
        (&["x", "--token", "--", "hunter2", "y"], "x --token -- ••• y"),
        (&["x", "--token", "-hunter2", "y"], "x --token ••• y"),
        (&["env", "a=hunter2", "python", "run.py", "b=c"], "env a=••• python run.py b=c"),
        (&["sh", "-c", "export a=hunter2; python run.py"], r#"sh -c "export a=••• python run.py""#),
    ] {
        let args: Vec<String> = args.iter().map(|word| (*word).to_owned()).collect();
        assert_eq!(command_line(&args), expected);
    }
}
