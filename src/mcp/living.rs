//! Whether a client runs that keeps its file in memory, as far as that can be told at the cost of a few small files.

use std::fs;

use super::client::Client;
use super::locate::Here;
use crate::core::Pid;
use crate::platform;

/// A client that runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Living {
    /// We run inside it.
    AroundUs,
    /// This process.
    As(Pid),
}

/// Whether Claude Code runs: it keeps a file for each of its processes, and marks what it starts. Blocks.
#[must_use]
pub fn living(here: &Here<'_>, client: Client) -> Option<Living> {
    if client != Client::CLAUDE_CODE {
        return None;
    }
    let own = here.variable("CLAUDE_CONFIG_DIR").unwrap_or_else(|| here.home.join(".claude"));
    let sessions = fs::read_dir(own.join("sessions")).into_iter().flatten().flatten();
    let mut pids = sessions.filter_map(|entry| {
        let path = entry.path();
        path.file_stem()?.to_str()?.parse().ok().and_then(Pid::new)
    });
    // Files of sessions that have ended stay; their numbers can be others' by now.
    if let Some(pid) = pids.find(|pid| is_claude_code(*pid)) {
        return Some(Living::As(pid));
    }
    here.variable("CLAUDECODE").map(|_| Living::AroundUs)
}

fn is_claude_code(pid: Pid) -> bool {
    let Ok(Some(words)) = platform::args(pid) else { return false };
    let name = |word: &String| word.rsplit(['/', '\\']).next().unwrap_or_default().to_lowercase();
    words.first().is_some_and(|first| matches!(name(first).as_str(), "claude" | "claude.exe"))
        || words.iter().take(3).any(|word| word.replace('\\', "/").contains("@anthropic-ai/claude-code/"))
}
