//! What a server has set up for good: processes in a session of their own that nobody but us is the parent of any more,
//! such as a tmux server that was born in a tool call. They end with the server all the same, and are named for it.

use super::super::details::args;
use super::super::proc;
use super::ourselves;
use super::server::Server;
use crate::core::path_style::file_name;
use crate::platform::PATH_STYLE;
use crate::platform::guard::Apart;

impl Server {
    /// Not what is spared, nor what belongs to the server's own tree.
    pub(crate) fn apart(&self) -> Vec<Apart> {
        let (Ok(us), Ok(members)) = (ourselves(), self.members()) else { return Vec::new() };
        let session = |pid| proc::stat(pid).ok().flatten().map(|stat| stat.session);
        let sessions = [session(us.pid), session(self.identity().pid)];
        let mut found = Vec::new();
        for member in members.into_iter().filter(|member| *member != self.identity()) {
            let Ok(Some(stat)) = proc::stat(member.pid) else { continue };
            let is_ours = sessions.contains(&Some(stat.session));
            if stat.parent != us.pid.get() || is_ours || matches!(stat.state, 'Z' | 'X') {
                continue;
            }
            let words = args(member.pid).ok().flatten().unwrap_or_default();
            // Some write a whole title there: its first word is the program.
            let word = words.first().and_then(|title| title.split([' ', ':']).next()).unwrap_or_default();
            let name = Some(file_name(word, PATH_STYLE).to_owned()).filter(|name| !name.is_empty());
            found.push(Apart { pid: member.pid, name: name.unwrap_or_else(|| "?".into()) });
        }
        found
    }
}
