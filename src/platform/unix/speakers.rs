//! Who has the other end of a process's standard input.
//!
//! A pipe is known by one number to everybody who has an end of it. The ends of a socket pair have
//! numbers of their own, so that nothing is said about those.

use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;

use crate::core::Pid;

/// For each of these processes everybody else who can write to its standard input. A process is
/// missing where that cannot be told; one whose input is no pipe has nobody.
pub(crate) fn speakers(pids: &[Pid]) -> HashMap<Pid, Vec<Pid>> {
    let (mut found, mut pipes) = (HashMap::new(), HashMap::new());
    for pid in pids {
        let Ok(input) = fs::read_link(format!("/proc/{pid}/fd/0")) else { continue };
        let name = input.to_string_lossy();
        if name.starts_with("socket:") {
            continue;
        }
        found.insert(*pid, Vec::new());
        if name.starts_with("pipe:") {
            pipes.insert(input, *pid);
        }
    }
    if pipes.is_empty() {
        return found;
    }
    for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let number = entry.file_name().to_str().and_then(|name| name.parse().ok()).and_then(Pid::new);
        let Some(writer) = number else { continue };
        for input in writes_to(writer, &pipes) {
            if let Some(speakers) = found.get_mut(&input).filter(|_| input != writer) {
                speakers.push(writer);
            }
        }
    }
    found
}

fn writes_to(writer: Pid, pipes: &HashMap<PathBuf, Pid>) -> Vec<Pid> {
    let open = fs::read_dir(format!("/proc/{writer}/fd")).into_iter().flatten().flatten();
    let ends = open.filter_map(|fd| {
        let input = pipes.get(&fs::read_link(fd.path()).ok()?)?;
        let about = fs::read_to_string(format!("/proc/{writer}/fdinfo/{}", fd.file_name().to_str()?)).ok()?;
        can_write(&about).then_some(*input)
    });
    let mut inputs: Vec<Pid> = ends.collect();
    inputs.dedup();
    inputs
}

/// The last octal digit of the flags: 0 reads, 1 writes, 2 does both. What is not understood counts as
/// writing, for the sake of the process.
fn can_write(about: &str) -> bool {
    let flags = about.lines().find_map(|line| line.strip_prefix("flags:"));
    flags.and_then(|flags| flags.trim().chars().last()).is_none_or(|last| !matches!(last, '0' | '4'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::{Command, Stdio};

    #[test]
    fn we_have_the_other_end_of_our_childs_input_until_we_close_it() {
        let mut child = Command::new("sleep").arg("60").stdin(Stdio::piped()).spawn().unwrap();
        let pid = Pid::new(child.id()).unwrap();
        let me = Pid::new(std::process::id()).unwrap();
        assert_eq!(speakers(&[pid]).get(&pid), Some(&vec![me]));
        drop(child.stdin.take());
        assert_eq!(speakers(&[pid]).get(&pid), Some(&Vec::new()));
        #[expect(clippy::disallowed_methods, reason = "our own child, not waited for yet")]
        child.kill().unwrap();
        child.wait().unwrap();
    }

    #[test]
    fn flags_tell_who_can_write() {
        assert!(!can_write("pos:\t0\nflags:\t00\n"));
        assert!(!can_write("pos:\t0\nflags:\t02004000\n"));
        assert!(can_write("pos:\t0\nflags:\t01\n"));
        assert!(can_write("pos:\t0\nflags:\t02000001\n"));
        assert!(can_write("nonsense"));
    }
}
