//! Runners that are scripts themselves: `node …/npx-cli.js …`, `python …/poetry run …`.
//!
//! Anybody may call a script so. A runner is told from its namesakes by where it lies: in doubt it is a client,
//! for whoever looks through a client takes its server for an orphan.

use super::runners::{Runner, runner};
use crate::core::command_line::CommandLine;
use crate::core::interpreter::{Interpreter, interpreter, program_name};
use crate::core::path_style::PathStyle;

/// The runner whose script a command line runs, with the words behind that.
pub(super) fn runner_in_a_script<'a>(line: &CommandLine<'a>) -> Option<(Runner, &'a [String])> {
    let script = line.script()?;
    let name = match interpreter(&line.program_name(), line.style) {
        Some(Interpreter::Python | Interpreter::PythonLauncher) => runner_of_python(script, line.style),
        Some(Interpreter::Node | Interpreter::Runner) => runner_of_node(script, line.style),
        None => None,
    };
    Some((runner(&name?)?, line.behind(script)))
}

/// What pip installs: `bin/poetry`, `Scripts\poetry.exe`, `Scripts\poetry-script.py`.
fn runner_of_python(script: &str, style: PathStyle) -> Option<String> {
    let name = program_name(script, style);
    let name = name.strip_suffix("-script.py").unwrap_or(&name);
    lies_in_bin(&folders(script, style)).then(|| name.to_owned())
}

/// What npm installs: `bin/npx`, `node_modules/npm/bin/npx-cli.js`, `node_modules/corepack/dist/yarn.js`.
fn runner_of_node(script: &str, style: PathStyle) -> Option<String> {
    let name = program_name(script, style);
    let bare = [".js", ".cjs", ".mjs"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(&name);
    let bare = bare.strip_suffix("-cli").unwrap_or(bare);
    let folders = folders(script, style);
    let brings_it = |package: &str| {
        let another = match package {
            "npm" => "npx",
            "pnpm" => "pnpx",
            "yarn" => "yarnpkg",
            _ => package,
        };
        package == bare || another == bare || package == "corepack"
    };
    let below_its_package =
        || folders.windows(2).any(|pair| pair[0] == "node_modules" && brings_it(&pair[1]));
    (lies_in_bin(&folders) || below_its_package()).then(|| bare.to_owned())
}

fn lies_in_bin(folders: &[String]) -> bool {
    folders.last().is_some_and(|folder| matches!(folder.as_str(), "bin" | ".bin" | "scripts"))
}

/// The folders of a path, in lower case.
fn folders(path: &str, style: PathStyle) -> Vec<String> {
    let path = match style {
        PathStyle::Unix => path.to_owned(),
        PathStyle::Windows => path.replace('\\', "/"),
    };
    let mut parts: Vec<String> =
        path.split('/').filter(|part| !matches!(*part, "" | ".")).map(str::to_lowercase).collect();
    parts.pop();
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::launcher::is_launcher;
    use crate::core::testing::process;

    fn launches(style: PathStyle, line: &str) -> bool {
        let words: Vec<&str> = line.split(' ').collect();
        is_launcher(&process(7, 1).with_args(&words), style)
    }

    #[test]
    fn runners_are_known_where_their_installers_put_them() {
        for line in [
            "python3 /usr/bin/poetry run server",
            "python3 .venv/bin/pipx run server",
            "node /usr/bin/npx some-server",
            "node /srv/node_modules/.bin/npx some-server",
            "node /usr/share/nodejs/npm/bin/npm-cli.js exec some-server",
            "node /usr/lib/node_modules/npm/bin/npx-cli.js -y some-server",
            "node /opt/yarn-v1.22.19/bin/yarn.js dlx some-server",
            "node /usr/lib/node_modules/corepack/dist/pnpm.js dlx some-server",
            "node /usr/lib/node_modules/pnpm/dist/pnpm.mjs dlx some-server",
            "node /usr/lib/node_modules/npm/lib/npx.js some-server",
            "node /usr/lib/node_modules/pnpm/dist/pnpx.cjs some-server",
            "node /usr/lib/node_modules/yarn/lib/yarnpkg.js dlx some-server",
        ] {
            assert!(launches(PathStyle::Unix, line), "{line}");
        }
        for line in [
            r"python.exe C:\Python\Scripts\poetry.exe run server",
            r"python.exe C:\Python\SCRIPTS\poetry-script.py run server",
            r"py.exe C:\venv\Scripts\pipx run server",
            r"node.exe C:\nodejs\node_modules\npm\bin\npx-cli.js some-server",
        ] {
            assert!(launches(PathStyle::Windows, line), "{line}");
        }
    }

    #[test]
    fn a_namesake_of_a_runner_is_a_client() {
        for line in [
            "python3 agent/poetry.py run",
            "python3 /usr/bin/poetry.py run",
            "python3 agent/poetry run",
            "python3 poetry run",
            "python3 uvx.py",
            "python3 bin/npx.py x",
            "node npx.js",
            "node src/npx.mjs x",
            "node agent/pnpx.cjs",
            "node agent/npx",
            "node node_modules/agent/npx.js x",
            "node node_modules/npm/lib/agent.js exec x",
            "bun agent/bunx.ts x",
            "deno run agent/uvx.ts x",
            "node bin/npx.config.js x",
            "agent/npx.js x",
        ] {
            assert!(!launches(PathStyle::Unix, line), "{line}");
        }
    }
}
