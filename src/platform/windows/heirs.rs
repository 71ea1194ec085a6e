//! Finds who has inherited a listening socket whose owner on record ended.
//!
//! Every open handle of every process that we may open is compared: those that look like a socket
//! are copied, asked for their address, and closed again. Asking a strange handle can block inside
//! the system, so only handles of exactly the kind of a socket of our own are asked, on a thread of
//! its own, for a bounded time.
#![expect(unsafe_code, reason = "handles are listed and copied by native calls")]

use std::collections::HashMap;
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::os::windows::io::{AsRawHandle, AsRawSocket, OwnedHandle};
use std::ptr;
use std::sync::mpsc::{Sender, channel};
use std::thread;
use std::time::Duration;

use windows_sys::Wdk::System::SystemInformation::{NtQuerySystemInformation, SYSTEM_INFORMATION_CLASS};
use windows_sys::Win32::Foundation::{
    CloseHandle, DUPLICATE_SAME_ACCESS, DuplicateHandle, HANDLE, STATUS_INFO_LENGTH_MISMATCH,
};
use windows_sys::Win32::Networking::WinSock::{
    AF_INET, AF_INET6, SOCKADDR, SOCKADDR_IN6, SOCKET, closesocket, getpeername, getsockname,
};
use windows_sys::Win32::System::Threading::{GetCurrentProcess, PROCESS_DUP_HANDLE};

use super::handle::open;
use super::memory::native_error;
use super::roster::Roster;
use crate::core::{Identity, Pid, wording};

/// `SystemExtendedHandleInformation`, which the bindings do not name.
const EVERY_HANDLE: SYSTEM_INFORMATION_CLASS = 64;

/// How long the search may take. A thousand processes take some hundredths of a second.
const PATIENCE: Duration = Duration::from_secs(2);

/// The list's head and one row of it, in bytes, on 64-bit Windows.
const HEAD: usize = 16;
const ROW: usize = 40;

pub(crate) fn heirs(port: u16) -> Vec<Identity> {
    let (found, arrives) = channel();
    let search = thread::Builder::new().name("heirs".into()).spawn(move || {
        if let Err(error) = search(port, &found) {
            tracing::debug!(port, %error, "the heirs of a socket could not be looked for");
        }
    });
    if let Err(error) = search {
        tracing::debug!(port, %error, "the heirs of a socket could not be looked for");
        return Vec::new();
    }
    let mut heirs = Vec::new();
    while let Ok(heir) = arrives.recv_timeout(PATIENCE) {
        heirs.push(heir);
    }
    heirs.dedup();
    heirs
}

/// One row of the list.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Row {
    pid: u32,
    handle: usize,
    access: u32,
    kind: u16,
}

fn search(port: u16, found: &Sender<Identity>) -> io::Result<()> {
    // A socket of our own shows what a socket looks like in the list.
    let pattern = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let own_handle = usize::try_from(pattern.as_raw_socket()).map_err(io::Error::other)?;
    let rows = rows(&raw_list()?);
    let me = std::process::id();
    let ours = rows.iter().find(|row| row.pid == me && row.handle == own_handle);
    let like = *ours.ok_or_else(|| io::Error::other(wording::OWN_SOCKET_NOT_LISTED))?;
    let roster = Roster::take()?;
    let mut processes: HashMap<u32, Option<OwnedHandle>> = HashMap::new();
    for row in rows.iter().filter(|row| row.kind == like.kind && row.access == like.access && row.pid != me) {
        let Some(pid) = Pid::new(row.pid) else { continue };
        let process =
            processes.entry(row.pid).or_insert_with(|| open(pid, PROCESS_DUP_HANDLE).ok().flatten());
        let Some(process) = process else { continue };
        if listens_on(process, row.handle, port)
            && let Some(birth) = roster.birth(pid)
            && found.send(Identity { pid, birth }).is_err()
        {
            // Nobody waits any more.
            return Ok(());
        }
    }
    Ok(())
}

/// Whether a handle of another process is a socket that has this port and no peer.
fn listens_on(process: &OwnedHandle, handle: usize, port: u16) -> bool {
    let mut copy: HANDLE = ptr::null_mut();
    // SAFETY: both processes are open; the number of the handle is only a number to us, and the call
    // fails where it is no handle any more.
    let copied = unsafe {
        DuplicateHandle(
            process.as_raw_handle(),
            ptr::with_exposed_provenance_mut(handle),
            GetCurrentProcess(),
            &raw mut copy,
            0,
            0,
            DUPLICATE_SAME_ACCESS,
        )
    };
    if copied == 0 {
        return false;
    }
    let socket: SOCKET = copy.expose_provenance();
    let local = address(socket, getsockname);
    let has_peer = local.is_some() && address(socket, getpeername).is_some();
    // SAFETY: the copy is ours; a socket is given back as one, anything else as a handle.
    unsafe {
        if local.is_some() {
            closesocket(socket);
        } else {
            CloseHandle(copy);
        }
    }
    local == Some(port) && !has_peer
}

/// The port of one end of a socket; `None` where the handle is no internet socket or has no such end.
fn address(
    socket: SOCKET,
    ask: unsafe extern "system" fn(SOCKET, *mut SOCKADDR, *mut i32) -> i32,
) -> Option<u16> {
    let mut address = SOCKADDR_IN6::default();
    let mut length = i32::try_from(size_of::<SOCKADDR_IN6>()).ok()?;
    // SAFETY: the buffer takes every internet address and the call is told its length.
    let answer = unsafe { ask(socket, (&raw mut address).cast(), &raw mut length) };
    let is_internet = matches!(address.sin6_family, AF_INET | AF_INET6);
    // The port stands at the same place in both kinds of address.
    (answer == 0 && is_internet).then(|| u16::from_be(address.sin6_port))
}

fn raw_list() -> io::Result<Vec<u8>> {
    let mut size: u32 = 0x10_0000;
    for _ in 0..16 {
        let mut buffer = vec![0_u8; usize::try_from(size).map_err(io::Error::other)?];
        let mut needed = 0_u32;
        // SAFETY: the buffer is as long as the call is told; it is only read as bytes afterwards.
        let status = unsafe {
            NtQuerySystemInformation(EVERY_HANDLE, buffer.as_mut_ptr().cast(), size, &raw mut needed)
        };
        match status {
            STATUS_INFO_LENGTH_MISMATCH => size = needed.max(size.saturating_mul(2)).saturating_add(0x1_0000),
            status if status < 0 => return Err(native_error(status)),
            _ => return Ok(buffer),
        }
    }
    Err(io::Error::other(wording::HANDLES_NEVER_STILL))
}

/// Reads the list: a count, then rows of object, process, handle, access, two small fields, kind.
fn rows(list: &[u8]) -> Vec<Row> {
    let count = word(list, 0).unwrap_or(0);
    let rows = list.get(HEAD..).unwrap_or_default().chunks_exact(ROW);
    rows.take(count).filter_map(row).collect()
}

fn row(bytes: &[u8]) -> Option<Row> {
    Some(Row {
        pid: u32::try_from(word(bytes, 8)?).ok()?,
        handle: word(bytes, 16)?,
        access: u32::from_le_bytes(bytes.get(24..28)?.try_into().ok()?),
        kind: u16::from_le_bytes(bytes.get(30..32)?.try_into().ok()?),
    })
}

fn word(bytes: &[u8], at: usize) -> Option<usize> {
    usize::try_from(u64::from_le_bytes(bytes.get(at..at + 8)?.try_into().ok()?)).ok()
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader};
    use std::process::{Command, Stdio};

    use super::*;

    #[test]
    fn a_list_is_read_row_by_row_and_a_cut_one_loses_only_its_end() {
        let mut list = vec![0_u8; HEAD + 2 * ROW];
        list[0] = 2;
        list[HEAD + 8] = 77;
        list[HEAD + 16] = 0x60;
        list[HEAD + 24] = 0x9f;
        list[HEAD + 30] = 37;
        let first = Row { pid: 77, handle: 0x60, access: 0x9f, kind: 37 };
        assert_eq!(rows(&list).first(), Some(&first));
        assert_eq!(rows(&list[..HEAD + ROW + 7]), [first]);
        assert!(rows(&[]).is_empty());
    }

    #[test]
    fn a_port_that_only_we_have_has_no_heir() {
        let ours = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        assert!(heirs(ours.local_addr().unwrap().port()).is_empty());
    }

    /// What another process holds is found there, as an heir's socket is.
    #[test]
    fn a_listener_of_another_process_is_found() {
        let (_, us) = module_path!().split_once("::").unwrap();
        let mut holder = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", &format!("{us}::plays_the_holder"), "--nocapture"])
            .env(PLAY, "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let said = BufReader::new(holder.stdout.take().unwrap()).lines();
        let port = said.map_while(Result::ok).find_map(|line| line.split_once("port ")?.1.parse().ok());
        let found = heirs(port.expect("the holder says its port"));
        drop(holder.stdin.take());
        let pid = holder.id();
        holder.wait().unwrap();
        assert_eq!(found.iter().map(|heir| heir.pid.get()).collect::<Vec<_>>(), [pid]);
    }

    const PLAY: &str = "SHIMKEEPER_PLAYS_THE_HOLDER";

    /// The other process of the story above; by itself it does nothing.
    #[test]
    fn plays_the_holder() {
        if std::env::var_os(PLAY).is_none() {
            return;
        }
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        println!("port {}", listener.local_addr().unwrap().port());
        // Until the story is over.
        std::io::stdin().read_line(&mut String::new()).unwrap();
    }
}
