//! Who listens: sockets from the kernel, holders from what was remembered, then from the likely ones, then from everybody.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader};
use std::path::PathBuf;

use super::birth::birth;
use super::diag::{Diag, Socket};
use crate::core::snapshot::Listener;
use crate::core::{Holder, Identity, Pid, wording};
use crate::platform::Family;
use crate::platform::listeners::Among;
use crate::platform::table::{Change, Depth};

#[derive(Debug, Default)]
pub(crate) struct Listeners {
    pub(super) diag: Diag,
    /// Whether there is IPv6.
    speaks: Option<bool>,
    /// Whom the last look found behind a socket, by its inode.
    remembered: HashMap<u32, Known>,
}

/// What is known of a socket.
#[derive(Debug, Default)]
struct Known {
    /// Who has it. Nobody: nobody whom we may see.
    holders: Vec<Open>,
    /// Among whom they were looked for.
    searched: Vec<Identity>,
}

/// A socket that a process has open.
#[derive(Clone, Debug)]
struct Open {
    who: Identity,
    at: PathBuf,
}

impl Listeners {
    pub(crate) fn read(
        &mut self,
        family: Family,
        ports: &[u16],
        among: &Among<'_>,
    ) -> io::Result<Vec<(u16, Listener)>> {
        if among.change != Change::Nothing || among.depth == Depth::Everything {
            self.speaks = None;
        }
        if family == Family::V6 && !*self.speaks.get_or_insert_with(speaks_v6) {
            return Ok(Vec::new());
        }
        let mut rows = self.diag.listening(family, ports)?;
        if rows.is_empty() && among.depth == Depth::Everything {
            if let Err(error) = second_opinion(family, ports) {
                // Somebody may have begun to listen between the two.
                rows = self.diag.listening(family, ports)?;
                if rows.is_empty() {
                    return Err(error);
                }
            }
        } else if rows.is_empty() && among.change != Change::Nothing {
            // The text itself takes milliseconds to make, however few sockets there are.
            File::open(file(family))?;
        }
        let mut found = Vec::with_capacity(rows.len());
        let mut still_there: Option<Vec<Socket>> = None;
        for row in rows {
            if self.search(row.inode, among) == Found::Nobody {
                // Whom we may not see, or who ended between the two questions.
                let rows = match still_there.take() {
                    Some(rows) => rows,
                    None => self.diag.listening(family, ports)?,
                };
                let is_gone = !rows.iter().any(|it| it.inode == row.inode);
                still_there = Some(rows);
                if is_gone {
                    continue;
                }
            }
            found.push((row.port, Listener { address: row.address, holders: self.holders(row.inode) }));
        }
        Ok(found)
    }

    /// Looks for the holders of a socket where that cannot be known.
    fn search(&mut self, inode: u32, among: &Among<'_>) -> Found {
        let link = link(inode);
        let is_anew = among.depth == Depth::Everything || among.change == Change::Everything;
        let mut known = self.remembered.remove(&inode).filter(|_| !is_anew).unwrap_or_default();
        let had_none = known.holders.is_empty() && !known.searched.is_empty();
        known.holders.retain(|open| fs::read_link(&open.at).is_ok_and(|found| found == link));
        let mut found = Found::Somebody;
        if known.holders.is_empty() && !(had_none && among.change == Change::Nothing) {
            let likely = if among.depth == Depth::Everything { &[] } else { among.likely };
            known.holders = holders_among(likely.iter().map(|who| who.pid), &link);
            if known.holders.is_empty() {
                known.holders = holders_among(everybody(), &link);
            }
            if known.holders.is_empty() {
                found = Found::Nobody;
            }
        } else if among.change == Change::Something {
            let is_known = |who: &&Identity| {
                known.searched.contains(who) || known.holders.iter().any(|open| open.who == **who)
            };
            let new: Vec<&Identity> = among.likely.iter().filter(|who| !is_known(who)).collect();
            known.holders.extend(holders_among(new.into_iter().map(|who| who.pid), &link));
        }
        if among.change != Change::Nothing || known.searched.is_empty() {
            known.searched = among.likely.to_vec();
        }
        // Few sockets listen on a watched port; what is left of closed ones is no longer asked for.
        if self.remembered.len() > 64 {
            self.remembered.clear();
        }
        self.remembered.insert(inode, known);
        found
    }

    fn holders(&self, inode: u32) -> Vec<Holder> {
        let known = self.remembered.get(&inode).map_or(&[][..], |known| &known.holders);
        // A row without a holder has one whom we may not see.
        if known.is_empty() {
            return vec![Holder::Hidden];
        }
        known.iter().map(|open| Holder::Known(open.who)).collect()
    }
}

/// What a search has come to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Found {
    /// Somebody, or nobody as before.
    Somebody,
    /// Nobody, now.
    Nobody,
}

fn link(inode: u32) -> PathBuf {
    PathBuf::from(format!("socket:[{inode}]"))
}

pub(super) fn everybody() -> impl Iterator<Item = Pid> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.filter_map(|entry| Pid::new(entry.file_name().to_str()?.parse().ok()?))
}

fn holders_among(pids: impl Iterator<Item = Pid>, link: &PathBuf) -> Vec<Open> {
    let open = |pid: Pid| {
        let files = fs::read_dir(format!("/proc/{pid}/fd")).into_iter().flatten().flatten();
        let at =
            files.map(|file| file.path()).find(|at| fs::read_link(at).is_ok_and(|found| found == *link))?;
        let birth = birth(pid).ok().flatten()?;
        Some(Open { who: Identity { pid, birth }, at })
    };
    pids.filter_map(open).collect()
}

const fn file(family: Family) -> &'static str {
    match family {
        Family::V4 => "/proc/self/net/tcp",
        Family::V6 => "/proc/self/net/tcp6",
    }
}

/// The file is missing where IPv6 was switched off with the kernel; without `/proc` at all we cannot know and must look.
fn speaks_v6() -> bool {
    fs::exists(file(Family::V6)).unwrap_or(true) || !fs::exists(file(Family::V4)).unwrap_or(false)
}

/// Compares an empty answer with the kernel's text, which begins with the sockets that listen. Where there is none to
/// compare with, an empty answer may be that of somebody who stands between us and the kernel.
fn second_opinion(family: Family, ports: &[u16]) -> io::Result<()> {
    for line in BufReader::new(File::open(file(family))?).lines().skip(1) {
        match listens_on(&line?) {
            None => return Ok(()),
            Some(port) if ports.contains(&port) => {
                let says = wording::sockets_disagree(port, file(family));
                return Err(io::Error::other(says));
            }
            Some(_) => {}
        }
    }
    Ok(())
}

/// `0: 0100007F:0BBD 00000000:0000 0A …`: the port, where the state is LISTEN.
pub(super) fn listens_on(line: &str) -> Option<u16> {
    let mut fields = line.split_ascii_whitespace();
    let (_, port) = fields.nth(1)?.rsplit_once(':')?;
    (fields.nth(1)? == "0A").then(|| u16::from_str_radix(port, 16).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    #[test]
    fn our_own_listener_is_ours_remembered_or_not() {
        let socket = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = socket.local_addr().unwrap().port();
        let pid = Pid::new(std::process::id()).unwrap();
        let me = Identity { pid, birth: birth(pid).unwrap().unwrap() };
        let mut listeners = Listeners::default();
        for (likely, change, depth) in [
            (&[][..], Change::Everything, Depth::Changes),
            (&[], Change::Nothing, Depth::Changes),
            (&[me], Change::Something, Depth::Changes),
            (&[me], Change::Nothing, Depth::Changes),
            (&[], Change::Everything, Depth::Everything),
        ] {
            let found = listeners.read(Family::V4, &[port], &Among { likely, change, depth }).unwrap();
            let [(at, row)] = &found[..] else { panic!("{found:?}") };
            assert_eq!(*at, port);
            assert!(matches!(row.holders[..], [Holder::Known(who)] if who == me), "{row:?}");
        }
        drop(socket);
        let among = Among { likely: &[me], change: Change::Nothing, depth: Depth::Changes };
        assert!(listeners.read(Family::V4, &[port], &among).unwrap().is_empty());
    }

    #[test]
    fn the_kernels_text_is_read_up_to_the_last_that_listens() {
        let listens = "   0: 0100007F:0BBD 00000000:0000 0A 00000000:00000000 00:00000000 00000000";
        assert_eq!(listens_on(listens), Some(3005));
        assert_eq!(listens_on(&listens.replace(" 0A ", " 01 ")), None);
        assert_eq!(listens_on("nonsense"), None);
        let socket = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = socket.local_addr().unwrap().port();
        assert!(second_opinion(Family::V4, &[port]).is_err());
        drop(socket);
        assert!(second_opinion(Family::V4, &[port]).is_ok());
    }
}
