//! Command lines whose server runs where the guard does not reach: in a container, on another machine.
//!
//! The guard ends what it has started. A daemon's container and another machine's process are nobody's child here.

use super::runs::style_of;
use crate::core::interpreter::program_name;
use crate::core::{CommandLine, PathStyle, wording};

/// Where the server itself runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Away {
    /// In a container that a daemon has started.
    Container,
    /// In a cluster's pod.
    Pod,
    /// On another machine.
    Machine,
    /// In a Linux below this Windows.
    Wsl,
    /// Under the system's service manager.
    Service,
}

impl Away {
    /// What must be known of such a server.
    pub(super) fn note(self, program: &str) -> String {
        match self {
            Self::Container => wording::mcp_in_a_container(program),
            Self::Pod => wording::mcp_in_a_pod(program),
            Self::Machine => wording::mcp_on_another_machine(program),
            Self::Wsl => wording::MCP_IN_WSL.to_owned(),
            Self::Service => wording::mcp_in_a_service(program),
        }
    }
}

/// A program, the words of which one must follow (any, where there is none), and where it takes the rest.
type Rule = (&'static str, &'static [&'static str], Away);

const RULES: &[Rule] = &[
    ("docker", &["run", "exec", "start", "attach", "compose"], Away::Container),
    ("docker-compose", &["run", "exec", "up"], Away::Container),
    ("podman", &["run", "exec", "start", "attach", "compose"], Away::Container),
    ("nerdctl", &["run", "exec", "start", "attach", "compose"], Away::Container),
    ("finch", &["run", "exec", "start", "attach", "compose"], Away::Container),
    ("container", &["run", "exec", "start"], Away::Container),
    ("devcontainer", &["exec"], Away::Container),
    ("distrobox", &["enter"], Away::Container),
    ("distrobox-enter", &[], Away::Container),
    ("toolbox", &["run", "enter"], Away::Container),
    ("lxc", &["exec"], Away::Container),
    ("incus", &["exec"], Away::Container),
    ("machinectl", &["shell"], Away::Container),
    ("kubectl", &["exec", "run", "attach", "debug"], Away::Pod),
    ("oc", &["exec", "rsh", "run"], Away::Pod),
    ("ssh", &[], Away::Machine),
    ("mosh", &[], Away::Machine),
    ("plink", &[], Away::Machine),
    ("vagrant", &["ssh"], Away::Machine),
    ("multipass", &["exec"], Away::Machine),
    ("limactl", &["shell"], Away::Machine),
    ("colima", &["ssh"], Away::Machine),
    ("gcloud", &["ssh"], Away::Machine),
    ("tsh", &["ssh"], Away::Machine),
    ("wsl", &[], Away::Wsl),
    ("systemd-run", &[], Away::Service),
];

/// Where the server of a command line runs, if not below the guard, and the program that takes it there. Looked at
/// through the go-betweens in front of it, and into what a shell is given.
pub(super) fn away(words: &[String], here: PathStyle) -> Option<(Away, &'static str)> {
    CommandLine::of(words, style_of(words, here)).find(&|line| {
        let words = behind_sudo(line.words, line.style);
        let (first, rest) = words.split_first()?;
        let name = program_name(first, line.style);
        let rule = RULES.iter().find(|(program, orders, _)| {
            *program == name && (orders.is_empty() || rest.iter().any(|word| orders.contains(&word.as_str())))
        });
        rule.map(|(program, _, away)| (*away, *program))
    })
}

/// The words behind `sudo` and its options.
fn behind_sudo(words: &[String], style: PathStyle) -> &[String] {
    let Some((first, rest)) = words.split_first() else { return words };
    if program_name(first, style) != "sudo" {
        return words;
    }
    let at = rest.iter().position(|word| !word.starts_with('-'));
    at.map_or(&[], |at| &rest[at..])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::launcher;

    #[test]
    fn what_runs_elsewhere_is_told_from_what_only_names_such_a_program() {
        let found = |line: &str| {
            away(&launcher::words_of(line).collect::<Vec<_>>(), PathStyle::Unix).map(|(away, _)| away)
        };
        for (line, expected) in [
            ("docker run -i --rm ghcr.io/github/github-mcp-server", Away::Container),
            ("/usr/bin/podman exec -i box python srv.py", Away::Container),
            ("nerdctl run -i image", Away::Container),
            (r"C:\Docker\docker.exe --context x run -i image", Away::Container),
            ("docker compose run --rm server", Away::Container),
            ("devcontainer exec --workspace-folder . node srv.js", Away::Container),
            ("sh -c 'cd /srv && exec docker run -i image'", Away::Container),
            ("env A=b docker run -i image", Away::Container),
            ("cmd.exe /c docker run -i image", Away::Container),
            ("sudo docker run -i image", Away::Container),
            ("kubectl exec -i pod -- python srv.py", Away::Pod),
            ("ssh -T host python srv.py", Away::Machine),
            ("wsl.exe -d Ubuntu -- python srv.py", Away::Wsl),
            ("systemd-run --user --pipe python srv.py", Away::Service),
        ] {
            assert_eq!(found(line), Some(expected), "{line}");
        }
        for line in [
            "docker ps",
            "docker mcp gateway",
            "python docker run",
            "npx -y docker-mcp run",
            "node ssh.js",
            "uvx mcp-server-docker",
            "python srv.py --via ssh",
        ] {
            assert_eq!(found(line), None, "{line}");
        }
    }
}
