//! What is wrong with the way in which a watch says that its server is run, and what to do.

use super::configuring::{Complaint, quote};

/// A `command` that runs a module which the watch does not recognise.
#[must_use]
pub fn command_runs_a_module(module: &str, runs: &str) -> Complaint {
    let (module, runs) = (quote(module), quote(runs));
    Complaint::new(
        format!("this runs the module {module} by `-m`, and the watch recognises its server by {runs}"),
        format!("write module = {module} in place of what stands there"),
    )
}

/// A `command` that runs another script than the one by which the watch recognises its server.
#[must_use]
pub fn command_runs_another_script(other: &str, runs: &str) -> Complaint {
    let (other, runs) = (quote(other), quote(runs));
    Complaint::new(
        format!(
            "this runs {other}, and the watch recognises a server by {runs}: it sees only what runs that in turn"
        ),
        "write into `script` and `args` what the server's process runs",
    )
}

/// Two keys that each say how the server is run.
#[must_use]
pub fn two_ways(first: &str, line: usize) -> Complaint {
    Complaint::new(
        format!("line {line} says by {first} already how the server is run"),
        "keep the one that its process shows: script, module, package, program or image",
    )
}

/// `args` alone.
#[must_use]
pub fn args_of_nothing() -> Complaint {
    Complaint::new(
        "this watch does not say whose arguments these are",
        "add script, module, package, program or image",
    )
}

/// A `module` that Python could not run by `-m`.
#[must_use]
pub fn no_module(name: &str) -> Complaint {
    Complaint::new(
        format!("{} is not the name of a module", quote(name)),
        "write it as behind `python -m`: module = \"package.server\"; a file is a script",
    )
}

/// A `package` that no runner could run.
#[must_use]
pub fn no_package(name: &str) -> Complaint {
    Complaint::new(
        format!("{} is not the name of a package", quote(name)),
        "write it as behind `npx` or `uvx`: package = \"@scope/name\"; a path is a script or a program",
    )
}

/// An interpreter, which runs everything.
#[must_use]
pub fn bare_interpreter(name: &str) -> Complaint {
    Complaint::new(
        format!("{} runs much else than this server", quote(name)),
        "name what it runs: script = \"server.py\" or module = \"package.server\"",
    )
}

/// `listens` without a port.
#[must_use]
pub fn listens_without_port() -> Complaint {
    Complaint::new(
        "this watch has no port on which its server could listen",
        "add port = 3005, or remove the line",
    )
}

/// A script or program that no command line can name.
#[must_use]
pub fn matches_nothing(name: &str) -> Complaint {
    Complaint::new(
        format!("nothing can be recognised by {}", quote(name)),
        "write a file name, or the end of its path, as it stands in the process list; arguments go into `args`",
    )
}

/// A script or program with a name that many have.
#[must_use]
pub fn name_says_nothing(name: &str) -> Complaint {
    Complaint::new(
        format!(
            "many programs run a file called {}, and this watch takes them all for its server",
            quote(name)
        ),
        "write more of its path, such as \"my-server/dist/index.js\", or the arguments of the server into `args`",
    )
}
