//! How a server is run, as a watch or a client's entry says, and whether a command line does that.
//!
//! A name somewhere in a command line proves nothing: editors, pagers, test runners and `grep` carry it too. So the
//! words are read by the rules of the program that has them, and each kind looks at one of them.

use super::command_line::CommandLine;
use super::interpreter::{interpreter, is_interpreter, program_name};
use super::launcher::words_of;
use super::path_style::{PathStyle, file_name, names, parts};

/// A way to run a server.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Runs {
    /// What is run.
    pub what: What,
    /// Words that must follow, in this order; others may stand between them.
    pub args: Vec<String>,
}

/// What is run.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum What {
    /// A script, by its file name or the end of its path.
    Script(String),
    /// A module that Python runs by `-m`.
    Module(String),
    /// A package that `npx`, `uvx` and the like run, with or without a version.
    Package(String),
    /// A program, by its file name or the end of its path.
    Program(String),
    /// An image that `docker run` and the like start.
    Image(String),
    /// Nothing is recognised: only a port is looked at.
    Nothing,
}

impl What {
    /// The name or path that tells it.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Script(name)
            | Self::Module(name)
            | Self::Package(name)
            | Self::Program(name)
            | Self::Image(name) => name,
            Self::Nothing => "",
        }
    }
}

impl Runs {
    /// A script with whatever arguments.
    #[must_use]
    pub fn script(path: &str) -> Self {
        What::Script(path.into()).into()
    }

    /// The name or path that tells it, with its arguments.
    #[must_use]
    pub fn shown(&self) -> String {
        let words = std::iter::once(self.what.name()).chain(self.args.iter().map(String::as_str));
        words.collect::<Vec<_>>().join(" ")
    }

    /// The name by which it is told, without the folders of a script or program.
    #[must_use]
    pub fn told(&self, style: PathStyle) -> &str {
        match &self.what {
            What::Script(path) | What::Program(path) => file_name(path, style),
            What::Module(name) | What::Package(name) | What::Image(name) => name,
            What::Nothing => "",
        }
    }

    /// A text that every command line holds which runs it; `None` where none does. A glance that spares nearly every
    /// process the rest.
    #[must_use]
    pub fn mark(&self, style: PathStyle) -> Option<&str> {
        let mark = match &self.what {
            What::Script(path) => file_name(path, style),
            What::Program(path) => file_name(without_exe(path, style), style),
            What::Module(name) => without_main(name),
            // Which of `-`, `_` and `.` stands in the name differs.
            What::Package(name) => {
                let pieces = unscoped(unversioned(name)).split(['-', '_', '.']);
                pieces.max_by_key(|piece| piece.len()).unwrap_or_default()
            }
            What::Image(name) => untagged(name),
            What::Nothing => "",
        };
        Some(mark).filter(|mark| !mark.is_empty())
    }

    /// What people call it: the name without folder and ending, without scope and version.
    #[must_use]
    pub fn short_name(&self) -> &str {
        match &self.what {
            // Either separator: a name is only shown here.
            What::Script(path) | What::Program(path) => {
                let file = path.rsplit(['/', '\\']).next().unwrap_or(path);
                file.rsplit_once('.').map_or(file, |(stem, _)| if stem.is_empty() { file } else { stem })
            }
            What::Module(name) => without_main(name),
            What::Package(name) => unscoped(unversioned(name)),
            What::Image(name) => unscoped(untagged(name)),
            What::Nothing => "",
        }
    }
}

impl From<What> for Runs {
    fn from(what: What) -> Self {
        Self { what, args: Vec::new() }
    }
}

impl CommandLine<'_> {
    /// Whether it runs this, by itself or through the launchers in front of it.
    #[must_use]
    pub fn runs(&self, runs: &Runs) -> bool {
        self.find(&|line| line.runs_itself(runs).then_some(())).is_some()
    }

    /// Whether its own process runs this. The runner of a package counts as that: what it starts may be called anything.
    #[must_use]
    pub fn runs_itself(&self, runs: &Runs) -> bool {
        let follows = |words: &[String]| follow(&runs.args, words);
        match &runs.what {
            What::Script(path) => self.script().is_some_and(|script| {
                names(script, self.folder, path, self.style) && follows(self.behind(script))
            }),
            What::Module(name) => self.module().is_some_and(|module| {
                self.style.is_same(without_main(module), without_main(name)) && follows(self.behind(module))
            }),
            What::Package(name) => self.is_a_runner_of(runs) || self.is_of_package(name, &runs.args),
            What::Program(path) => self.is_program(path, &runs.args),
            What::Image(name) => self.is_of_image(name, &runs.args),
            What::Nothing => false,
        }
    }

    /// Whether it is a runner's, such as `npx -y PACKAGE`, that was told to run this package.
    #[must_use]
    pub fn is_a_runner_of(&self, runs: &Runs) -> bool {
        let What::Package(name) = &runs.what else { return false };
        let is_it = |package: &String| is_same_package(package, name);
        self.packages().iter().any(is_it) && follow(&runs.args, &self.words_of_title())
    }

    /// What people call what it runs: the package, the module, the script's or the program's file.
    #[must_use]
    pub fn server_name(&self) -> String {
        let telling = |line: &CommandLine<'_>| {
            let package = line.packages().first().map(|package| unscoped(unversioned(package)).to_owned());
            let is_plain = !line.is_a_launchers();
            let script = || line.script().filter(|_| is_plain).map(|it| file_name(it, line.style).to_owned());
            package.or_else(|| line.module().map(str::to_owned)).or_else(script)
        };
        let first = || self.words.first().map_or("", String::as_str);
        self.find(&telling).unwrap_or_else(|| file_name(first(), self.style).to_owned())
    }

    /// Its words; those that npm has written into a title one by one.
    fn words_of_title(&self) -> Vec<String> {
        match self.words {
            // What was overwritten by something shorter is filled up with zeros.
            [title, rest @ ..] if rest.iter().all(String::is_empty) => words_of(title).collect(),
            words => words.to_vec(),
        }
    }

    /// A script of the package, where runners put it: `node_modules/PACKAGE/…`, `bin/PACKAGE`.
    fn is_of_package(&self, name: &str, args: &[String]) -> bool {
        let Some(script) = self.script() else { return false };
        let behind = || follow(args, self.behind(script));
        if let Some(package) = script.strip_prefix("npm:") {
            return is_same_package(package, name) && behind();
        }
        let path = parts(script, self.style);
        let Some((file, folders)) = path.split_last() else { return false };
        let wanted: Vec<&str> = unversioned(name).split('/').collect();
        let lies_in_it = |(at, folder): (usize, &String)| {
            folder == "node_modules"
                && folders[at + 1..].len() >= wanted.len()
                && folders[at + 1..].iter().zip(&wanted).all(|(folder, part)| is_same_name(folder, part))
        };
        let lies_in_bin = folders
            .last()
            .is_some_and(|last| matches!(last.to_lowercase().as_str(), "bin" | ".bin" | "scripts"));
        let is_called_so = lies_in_bin && is_same_name(bare_tool(file), unscoped(unversioned(name)));
        (is_called_so || folders.iter().enumerate().any(lies_in_it)) && behind()
    }

    /// The program's own file, or a script of that name which its interpreter was told to run.
    fn is_program(&self, path: &str, args: &[String]) -> bool {
        if args.is_empty() && is_interpreter(&program_name(path, self.style), self.style) {
            return false;
        }
        let is_it = |word: &str| {
            let word = word.strip_suffix(" (deleted)").unwrap_or(word);
            names(without_exe(word, self.style), self.folder, without_exe(path, self.style), self.style)
        };
        let first = self.words.first().map(String::as_str);
        if [self.program, first].into_iter().flatten().any(is_it) {
            return follow(args, self.rest());
        }
        let of_interpreter = interpreter(&self.program_name(), self.style).and(self.script());
        of_interpreter.is_some_and(|script| is_it(script) && follow(args, self.behind(script)))
    }

    /// `docker run … IMAGE`, in the words of the client that waits for the container.
    fn is_of_image(&self, name: &str, args: &[String]) -> bool {
        let program = self.program_name();
        if !matches!(program.as_str(), "docker" | "podman" | "nerdctl" | "finch" | "container") {
            return false;
        }
        let mut words = self.rest().iter().enumerate().skip_while(|(_, word)| *word != "run").skip(1);
        let image = words.find(|(_, word)| untagged(word) == untagged(name));
        image.is_some_and(|(at, _)| follow(args, &self.rest()[at + 1..]))
    }
}

/// Whether a short name is one that half of all servers have.
#[must_use]
pub fn says_nothing(short_name: &str) -> bool {
    let name = short_name.to_lowercase();
    matches!(
        name.as_str(),
        "index"
            | "main"
            | "__main__"
            | "cli"
            | "server"
            | "app"
            | "run"
            | "start"
            | "mcp"
            | "bin"
            | "launcher"
    )
}

/// Whether `wanted` stand among `words`, in their order.
fn follow(wanted: &[String], words: &[String]) -> bool {
    let mut words = words.iter();
    wanted.iter().all(|wanted| words.any(|word| word == wanted))
}

/// Runners of Python take `-`, `_` and `.` for one, and no case for another.
fn is_same_name(one: &str, other: &str) -> bool {
    let normal = |name: &str| name.to_lowercase().replace(['_', '.'], "-");
    normal(one) == normal(other)
}

fn is_same_package(one: &str, other: &str) -> bool {
    is_same_name(unversioned(one), unversioned(other))
}

/// `@scope/name@1.2`, `name==1.2`, `name[extra]` without what follows the name.
fn unversioned(package: &str) -> &str {
    let end =
        package.char_indices().skip(1).find(|(_, c)| matches!(c, '@' | '=' | '<' | '>' | '~' | '[' | '!'));
    end.map_or(package, |(at, _)| &package[..at])
}

fn unscoped(package: &str) -> &str {
    package.rsplit('/').next().unwrap_or(package)
}

/// The name of a tool's file without what its installer or the system has put behind it.
fn bare_tool(file: &str) -> &str {
    let ends = ["-script.py", ".exe", ".cmd", ".js", ".cjs", ".mjs"];
    ends.iter().find_map(|end| file.strip_suffix(end)).unwrap_or(file)
}

fn untagged(image: &str) -> &str {
    let image = image.strip_prefix("docker.io/").unwrap_or(image);
    let image = image.strip_prefix("library/").unwrap_or(image);
    let image = image.split('@').next().unwrap_or(image);
    match image.rsplit_once(':') {
        // A port of a registry is no tag.
        Some((name, tag)) if !tag.contains('/') => name,
        Some(_) | None => image,
    }
}

fn without_main(module: &str) -> &str {
    module.strip_suffix(".__main__").unwrap_or(module)
}

fn without_exe(path: &str, style: PathStyle) -> &str {
    match style {
        PathStyle::Unix => path,
        PathStyle::Windows => {
            let at = path.len().saturating_sub(4);
            path.get(at..).filter(|end| end.eq_ignore_ascii_case(".exe")).map_or(path, |_| &path[..at])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::PathStyle::{Unix, Windows};
    use super::*;

    fn line(style: PathStyle, words: &str, question: impl Fn(&CommandLine<'_>) -> bool) -> bool {
        let words: Vec<String> = words_of(words).collect();
        question(&CommandLine::of(&words, style))
    }

    fn with_args(what: What, args: &[&str]) -> Runs {
        Runs { what, args: args.iter().map(|word| (*word).to_owned()).collect() }
    }

    #[track_caller]
    fn runs_itself(runs: &Runs, lines: &[&str]) {
        for words in lines {
            assert!(line(Unix, words, |line| line.runs_itself(runs)), "{words}");
            assert!(line(Unix, words, |line| line.runs(runs)), "{words}");
        }
    }

    #[track_caller]
    fn does_not(runs: &Runs, lines: &[&str]) {
        for words in lines {
            assert!(!line(Unix, words, |line| line.runs_itself(runs)), "{words}");
        }
    }

    #[test]
    fn one_script_in_two_roles_is_told_by_its_arguments() {
        let server = with_args(What::Script("cli/index.js".into()), &["mcp"]);
        runs_itself(
            &server,
            &["node ./dist/cli/index.js mcp", "node --inspect=9 /x/cli/index.js --verbose mcp --x"],
        );
        does_not(
            &server,
            &[
                "node dist/cli/index.js analyze",
                "node dist/cli/index.js",
                "node mcp dist/cli/index.js",
                "node index.js mcp",
            ],
        );
        let ordered = with_args(What::Script("a.py".into()), &["--port", "3"]);
        runs_itself(&ordered, &["python a.py --port 3", "python a.py --x --port y 3"]);
        does_not(&ordered, &["python a.py 3 --port", "python a.py --port", "python --port 3 a.py"]);
    }

    #[test]
    fn a_module_is_told_by_its_whole_name() {
        let module = What::Module("pkg.server".into()).into();
        runs_itself(
            &module,
            &[
                "python -m pkg.server",
                "/venv/bin/python3.12 -Xdev -um pkg.server --transport stdio",
                "python3 -mpkg.server",
                "python3 -m pkg.server.__main__",
            ],
        );
        does_not(
            &module,
            &[
                "python -m pkg.server.client",
                "python -m my.pkg.server",
                "python -m server",
                "python pkg.server",
                "python -m pytest pkg.server",
                "python -c pass -m pkg.server",
                "node -m pkg.server",
                "vim -m pkg.server",
                "python a.py -m pkg.server",
                "python -m",
            ],
        );
        let with = with_args(What::Module("pkg.server".into()), &["stdio"]);
        runs_itself(&with, &["python -m pkg.server stdio"]);
        does_not(&with, &["python -m pkg.server", "python -m pkg.server http"]);
        assert!(line(Windows, r"C:\py\python.exe -m PKG.Server", |line| line.runs_itself(&module)));
        assert!(line(Windows, "py -3.12 -m pkg.server", |line| line.runs_itself(&module)));
    }

    #[test]
    fn a_package_is_told_by_its_runner_and_by_where_runners_put_it() {
        let package: Runs = What::Package("@scope/my-server@1.2".into()).into();
        runs_itself(
            &package,
            &[
                "npx -y @scope/my-server",
                "npx -y @scope/my-server@latest /data",
                "'npm exec @scope/my-server@1 /data'",
                "node /usr/bin/npx @scope/my-server",
                "npm exec -- @scope/my-server",
                "npx -p @scope/my-server other",
                "bunx @scope/my-server",
                "deno run -A npm:@scope/my-server@1",
                "node /home/x/.npm/_npx/0a/node_modules/@scope/my-server/dist/index.js /data",
                "node /home/x/.npm/_npx/0a/node_modules/.bin/my-server",
            ],
        );
        does_not(
            &package,
            &[
                "npx -y my-server",
                "npx -y @other/my-server",
                "npx @scope/my-server-two",
                "npm install @scope/my-server",
                "node /x/node_modules/@scope/my-server-two/index.js",
                "node /x/@scope/my-server/index.js",
                "node my-server",
                "vim /x/node_modules/@scope/my-server/dist/index.js",
                "node /x/node_modules/other/my-server/index.js",
                "npx other @scope/my-server",
            ],
        );
        let tool = with_args(What::Package("mcp_server.git".into()), &["--repo", "/a"]);
        runs_itself(
            &tool,
            &[
                "uvx mcp-server-git --repo /a",
                "uv tool uvx mcp-server-git==1.0 --repo /a",
                "pipx run mcp-server-git --repo /a",
                "/c/archive-v0/x/bin/python /c/archive-v0/x/bin/mcp-server-git --repo /a",
            ],
        );
        does_not(
            &tool,
            &[
                "uvx mcp-server-git --repo /b",
                "uvx mcp-server-git",
                "uvx other mcp-server-git --repo /a",
                "python mcp-server-git --repo /a",
            ],
        );
        for words in [
            r"C:\py\python.exe C:\x\Scripts\mcp-server-git.exe --repo /a",
            r"C:\x\SCRIPTS\mcp-server-git.exe --repo /a",
            r"cmd.exe /c uvx mcp-server-git --repo /a",
        ] {
            assert!(line(Windows, words, |line| line.runs(&tool)), "{words}");
        }
        assert!(!line(Unix, "npx x", |line| line.is_a_runner_of(&Runs::script("x"))));
    }

    #[test]
    fn a_program_is_told_by_its_file_and_a_bare_interpreter_is_none() {
        let program = with_args(What::Program("github-mcp-server".into()), &["stdio"]);
        runs_itself(
            &program,
            &[
                "/usr/local/bin/github-mcp-server stdio",
                "github-mcp-server --x stdio",
                "python3 /usr/bin/github-mcp-server stdio",
                "node /usr/bin/github-mcp-server stdio",
            ],
        );
        does_not(
            &program,
            &[
                "github-mcp-server http",
                "vim github-mcp-server stdio",
                "github-mcp-server-2 stdio",
                "stdio github-mcp-server",
            ],
        );
        does_not(&What::Program("python3".into()).into(), &["python3 a.py", "python3"]);
        runs_itself(&with_args(What::Program("python3".into()), &["-c"]), &["python3 -c x"]);
        does_not(&What::Program("bin/srv".into()).into(), &["srv", "/usr/sbin/srv"]);
        for words in [r"C:\Tools\GitHub-MCP-Server.exe stdio", "github-mcp-server stdio"] {
            assert!(line(Windows, words, |line| line.runs_itself(&program)), "{words}");
        }
        let words = ["srv".to_owned(), "stdio".to_owned()];
        let by_its_file = CommandLine {
            program: Some("/opt/github-mcp-server (deleted)"),
            ..CommandLine::of(&words, Unix)
        };
        assert!(by_its_file.runs_itself(&program));
    }

    #[test]
    fn an_image_is_told_in_the_words_of_the_client_that_waits_for_it() {
        let image = with_args(What::Image("mcp/github".into()), &["stdio"]);
        runs_itself(
            &image,
            &[
                "docker run -i --rm mcp/github stdio",
                "podman run -i -e A docker.io/mcp/github:1.2 stdio",
                "docker container run mcp/github@sha256:00 stdio",
            ],
        );
        does_not(
            &image,
            &[
                "docker pull mcp/github stdio",
                "docker run mcp/github",
                "docker run x/mcp/github stdio",
                "vim run mcp/github stdio",
            ],
        );
        runs_itself(&What::Image("localhost:5000/a".into()).into(), &["docker run localhost:5000/a:2"]);
        does_not(&What::Image("localhost:5000/a".into()).into(), &["docker run localhost"]);
    }

    #[test]
    fn nothing_is_run_by_nobody() {
        let nothing: Runs = What::Nothing.into();
        does_not(&nothing, &["python a.py", "", "x"]);
        assert_eq!((nothing.mark(Unix), nothing.what.name(), nothing.short_name()), (None, "", ""));
    }

    #[test]
    fn go_betweens_are_looked_through_and_programs_that_merely_mention_it_are_not() {
        let shim = Runs::script("run_ws_shim.py");
        for words in [
            "uv run --quiet python -u run_ws_shim.py",
            "env A=b python run_ws_shim.py",
            "bash -lc 'cd /x && exec python3 run_ws_shim.py'",
            "shimkeeper guard --port 3 -- sh -c 'python3 \"/my srv/run_ws_shim.py\"'",
        ] {
            assert!(line(Unix, words, |line| line.runs(&shim) && !line.runs_itself(&shim)), "{words}");
        }
        for words in [
            "uv run pytest run_ws_shim.py",
            "sh -c 'vim run_ws_shim.py'",
            "env A=run_ws_shim.py",
            "code run_ws_shim.py",
        ] {
            assert!(!line(Unix, words, |line| line.runs(&shim)), "{words}");
        }
    }

    #[test]
    fn every_mark_stands_in_the_command_lines_and_names_are_short() {
        for (what, mark, short) in [
            (What::Script("a/run_ws_shim.py".into()), "run_ws_shim.py", "run_ws_shim"),
            (What::Script(r"C:\a\srv.py".into()), r"C:\a\srv.py", "srv"),
            (What::Script(".srv".into()), ".srv", ".srv"),
            (What::Module("pkg.server.__main__".into()), "pkg.server", "pkg.server"),
            (What::Package("@a/mcp-filesystem_x@1".into()), "filesystem", "mcp-filesystem_x"),
            (What::Program("/opt/srv.exe".into()), "srv.exe", "srv"),
            (What::Image("docker.io/mcp/github:1".into()), "mcp/github", "github"),
        ] {
            let runs = Runs::from(what);
            assert_eq!((runs.mark(Unix), runs.short_name()), (Some(mark), short));
        }
        let windows = Runs::from(What::Program(r"C:\opt\srv.EXE".into()));
        assert_eq!((windows.mark(Windows), windows.told(Windows)), (Some("srv"), "srv.EXE"));
        for name in ["index", "MAIN", "server"] {
            assert!(says_nothing(name), "{name}");
        }
        assert!(!says_nothing("run_ws_shim"));
    }
}
