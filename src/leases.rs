//! The files by which guards tell of their servers: one a guarded instance, in a folder of this user's.
//!
//! Writes, reads and removes them. What an identity in one is worth, readers judge by births. Never flushed to the disk: after a crash of the machine every lease is void anyway.

use std::ffi::OsStr;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use crate::core::control::Request;
use crate::core::{Birth, Identity, Lease, LeaseClient, Listens, Pid, Port, Presence, UnixTime};
use crate::platform::private;
use crate::platform::{self, files};

/// No honest lease is longer, in bytes.
const LONGEST: u64 = 64 * 1024;

const ENDING: &str = "json";
const DOOR: &str = "sock";

/// How long whoever lives behind a door may take to open it.
const KNOCK: Duration = Duration::from_millis(300);

/// After this time nobody misses the lease of an earlier boot, or of another machine.
const OLD: Duration = Duration::from_hours(30 * 24);

/// The file of a guard's lease.
pub(crate) fn file_of(folder: &Path, guard: Identity) -> PathBuf {
    folder.join(format!("{}.{ENDING}", stem(guard)))
}

/// Where a guard listens for requests such as "restart". Beside its lease; see `platform::control`.
pub(crate) fn control_of(folder: &Path, guard: Identity) -> PathBuf {
    folder.join(format!("{}.{DOOR}", stem(guard)))
}

fn stem(guard: Identity) -> String {
    format!("{}-{}", guard.pid, guard.birth.token)
}

/// Writes a lease, or replaces the guard's earlier one. Readers find the old one or the new one, whole.
/// A link at the folder's name is an error: nothing is written into what it names, nor read or swept there.
pub(crate) fn write(folder: &Path, lease: &Lease) -> io::Result<()> {
    private::is_no_link(folder)?;
    let text = text(lease)?;
    files::write_volatile(&file_of(folder, lease.guard), &text)
}

/// Removes a guard's lease and what is beside it. Fine if there is none.
pub(crate) fn remove(folder: &Path, guard: Identity) -> io::Result<()> {
    private::is_no_link(folder)?;
    for path in [control_of(folder, guard), file_of(folder, guard)] {
        match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            Ok(()) | Err(_) => {}
        }
    }
    Ok(())
}

/// The same for a guard that was ended by force, perhaps in the middle of writing.
pub(crate) fn remove_what_is_left(folder: &Path, guard: Identity) -> io::Result<()> {
    private::is_no_link(folder)?;
    let is_its = |path: &Path| {
        path.file_name().and_then(OsStr::to_str).and_then(guard_in) == Some((guard.pid, guard.birth.token))
    };
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if is_its(&path) {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}

/// Every lease that can be read, in no order. Half a file, a strange one, one that vanishes meanwhile: none.
/// An error means that the folder is there and could not be listed, or is a link.
pub(crate) fn read_all(folder: &Path) -> io::Result<Vec<Lease>> {
    private::is_no_link(folder)?;
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut found = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending == ENDING)
            && let Some(lease) = read(&path)
        {
            found.push(lease);
        }
    }
    Ok(found)
}

/// The leases of guards that run.
pub(crate) fn of_the_living(folder: &Path) -> io::Result<Vec<Lease>> {
    let mut leases = read_all(folder)?;
    leases.retain(
        |lease| matches!(platform::birth(lease.guard.pid), Ok(Some(birth)) if birth == lease.guard.birth),
    );
    Ok(leases)
}

/// Removes what guards have left behind that surely ended. In doubt a file stays: it is small.
pub(crate) fn sweep(folder: &Path, now: UnixTime) -> io::Result<()> {
    private::is_no_link(folder)?;
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    for entry in entries {
        let path = entry?.path();
        if is_litter(folder, &path, now) {
            match fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                Ok(()) | Err(_) => {}
            }
        }
    }
    Ok(())
}

/// The same for whoever has better things to do than to fail over litter.
pub(crate) fn sweep_quietly(folder: &Path, now: UnixTime) {
    if let Err(error) = sweep(folder, now) {
        tracing::debug!(%error, folder = %folder.display(), "litter of guards was not removed");
    }
}

fn is_litter(folder: &Path, path: &Path, now: UnixTime) -> bool {
    let Some((pid, token)) = path.file_name().and_then(OsStr::to_str).and_then(guard_in) else {
        return false;
    };
    let has_ended = match platform::birth(pid) {
        Ok(Some(birth)) => birth.token != token,
        Ok(None) => platform::presence(pid) == Presence::Gone,
        Err(_) => false,
    };
    if !has_ended {
        return false;
    }
    // Folders are shared with containers, where numbers mean others, and between machines.
    let guard = Identity { pid, birth: Birth { boot: 0, token } };
    let door = platform::control::send(&control_of(folder, guard), &Request::Hello.line(), KNOCK);
    let is_silent = door.is_err_and(|error| {
        matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused)
    });
    is_silent && (is_of_this_boot(path) || is_old(path, now))
}

/// The guard in a file's name: `4242-99.json`, `4242-99.sock`, `.4242-99.json.4243-0.tmp`.
fn guard_in(name: &str) -> Option<(Pid, u64)> {
    let (stem, ending) = name.strip_prefix('.').unwrap_or(name).split_once('.')?;
    let (pid, token) = stem.split_once('-')?;
    let is_ours = ending == ENDING || ending == DOOR || name.starts_with('.') && is_aside(ending);
    if !is_ours {
        return None;
    }
    Some((Pid::new(pid.parse().ok()?)?, token.parse().ok()?))
}

/// `json.4243-0.tmp`: half a file whose writer ended.
fn is_aside(ending: &str) -> bool {
    ending.rsplit_once('.').is_some_and(|(_, last)| last == "tmp")
}

/// What says nothing of a boot is taken to be of this one.
fn is_of_this_boot(path: &Path) -> bool {
    let ours = Pid::new(std::process::id()).and_then(|pid| platform::birth(pid).ok().flatten());
    read(path).is_none_or(|lease| ours.is_some_and(|birth| birth.boot == lease.guard.birth.boot))
}

fn is_old(path: &Path, now: UnixTime) -> bool {
    let changed = path.symlink_metadata().and_then(|about| about.modified()).ok();
    let changed = changed.and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    changed.is_some_and(|changed| changed.as_secs() + OLD.as_secs() < now.0)
}

fn read(path: &Path) -> Option<Lease> {
    let mut bytes = Vec::new();
    // A pipe or a device laid at the name would keep us waiting.
    if !path.symlink_metadata().ok()?.is_file() {
        return None;
    }
    fs::File::open(path).ok()?.take(LONGEST + 1).read_to_end(&mut bytes).ok()?;
    if u64::try_from(bytes.len()).ok()? > LONGEST {
        return None;
    }
    let lease = parse(&bytes)?;
    // What was copied under another name belongs to nobody.
    (path.file_stem()? == stem(lease.guard).as_str()).then_some(lease)
}

pub(crate) fn parse(bytes: &[u8]) -> Option<Lease> {
    Lease::try_from(serde_json::from_slice::<Stored>(bytes).ok()?).ok()
}

pub(crate) fn text(lease: &Lease) -> io::Result<Vec<u8>> {
    serde_json::to_vec(&Stored::from(lease)).map_err(io::Error::other)
}

/// How a lease stands in its file. Fields are only ever added.
#[derive(Serialize, Deserialize)]
struct Stored {
    schema: u32,
    guard: StoredIdentity,
    server: Option<StoredIdentity>,
    client: Option<StoredClient>,
    name: String,
    watch: Option<String>,
    port: Option<u16>,
    listens: StoredListens,
    restartable: bool,
    log: String,
}

#[derive(Serialize, Deserialize)]
struct StoredIdentity {
    pid: u32,
    boot: u64,
    token: u64,
}

#[derive(Serialize, Deserialize)]
struct StoredClient {
    #[serde(flatten)]
    identity: StoredIdentity,
    name: String,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum StoredListens {
    Always,
    Maybe,
    Never,
}

impl From<Identity> for StoredIdentity {
    fn from(identity: Identity) -> Self {
        Self { pid: identity.pid.get(), boot: identity.birth.boot, token: identity.birth.token }
    }
}

/// A number that no process can have.
struct NoPid;

impl TryFrom<StoredIdentity> for Identity {
    type Error = NoPid;

    fn try_from(stored: StoredIdentity) -> Result<Self, NoPid> {
        let pid = Pid::new(stored.pid).ok_or(NoPid)?;
        Ok(Self { pid, birth: Birth { boot: stored.boot, token: stored.token } })
    }
}

impl From<&Lease> for Stored {
    fn from(lease: &Lease) -> Self {
        Self {
            schema: 1,
            guard: lease.guard.into(),
            server: lease.server.map(StoredIdentity::from),
            client: lease
                .client
                .as_ref()
                .map(|client| StoredClient { identity: client.identity.into(), name: client.name.clone() }),
            name: lease.name.clone(),
            watch: lease.watch.clone(),
            port: lease.port.map(|port| port.number),
            listens: match lease.port.map(|port| port.listens) {
                Some(Listens::Always) => StoredListens::Always,
                Some(Listens::Maybe) => StoredListens::Maybe,
                None => StoredListens::Never,
            },
            restartable: lease.restartable,
            log: lease.log.clone(),
        }
    }
}

impl TryFrom<Stored> for Lease {
    type Error = NoPid;

    fn try_from(stored: Stored) -> Result<Self, NoPid> {
        let client = match stored.client {
            None => None,
            Some(client) => Some(LeaseClient { identity: client.identity.try_into()?, name: client.name }),
        };
        Ok(Self {
            guard: stored.guard.try_into()?,
            server: stored.server.map(Identity::try_from).transpose()?,
            client,
            name: stored.name,
            watch: stored.watch,
            port: match stored.listens {
                StoredListens::Always => stored.port.map(Port::always),
                StoredListens::Maybe => stored.port.map(Port::maybe),
                StoredListens::Never => None,
            },
            restartable: stored.restartable,
            log: stored.log,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::files::testing::Scratch;

    fn identity(pid: u32) -> Identity {
        Identity { pid: Pid::new(pid).unwrap(), birth: Birth { boot: u64::MAX, token: u64::from(pid) * 10 } }
    }

    fn lease(pid: u32) -> Lease {
        Lease {
            guard: identity(pid),
            server: Some(identity(pid + 1)),
            client: Some(LeaseClient { identity: identity(7), name: "Code \"x\" \u{1f600}".into() }),
            name: "exai-mcp".into(),
            watch: Some("exai-mcp".into()),
            port: Some(Port::maybe(3005)),
            restartable: true,
            log: "/x/y.log".into(),
        }
    }

    #[test]
    fn what_is_written_is_read_and_what_is_removed_is_gone() {
        let scratch = Scratch::new();
        let folder = scratch.path().join("leases");
        assert_eq!(read_all(&folder).unwrap(), []);
        let bare = Lease { server: None, client: None, watch: None, port: None, ..lease(50) };
        write(&folder, &lease(40)).unwrap();
        write(&folder, &bare).unwrap();
        let mut found = read_all(&folder).unwrap();
        found.sort_by_key(|lease| lease.guard.pid);
        assert_eq!(found, [lease(40), bare.clone()]);
        for half in [format!(".{}.json.9-0.tmp", stem(identity(50))), format!("{}.sock", stem(identity(50)))]
        {
            fs::write(folder.join(half), "").unwrap();
        }
        remove_what_is_left(&folder, identity(50)).unwrap();
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
        write(&folder, &bare).unwrap();
        let changed = Lease { server: None, ..lease(40) };
        write(&folder, &changed).unwrap();
        remove(&folder, identity(50)).unwrap();
        remove(&folder, identity(50)).unwrap();
        assert_eq!(read_all(&folder).unwrap(), [changed]);
    }

    #[test]
    fn what_surely_dead_guards_left_is_swept_away_and_nothing_else() {
        let scratch = Scratch::new();
        let me = Pid::new(std::process::id()).unwrap();
        let alive = Identity { pid: me, birth: platform::birth(me).unwrap().unwrap() };
        let before_us = Identity { birth: Birth { token: alive.birth.token - 1, ..alive.birth }, ..alive };
        let gone = Identity { pid: Pid::new(4_194_304).unwrap(), ..alive };
        let elsewhere = Identity { birth: Birth { boot: 7, token: 1 }, ..gone };
        let answering = Identity { birth: Birth { token: 5, ..gone.birth }, ..gone };
        for guard in [alive, before_us, gone, elsewhere, answering] {
            write(scratch.path(), &Lease { guard, ..lease(40) }).unwrap();
        }
        platform::control::listen(&control_of(scratch.path(), answering), |_| "ok", ToString::to_string)
            .unwrap();
        let tmp = format!(".{}.{ENDING}.77-0.tmp", stem(gone));
        for name in [&tmp, "notes.txt", "1-2-3.json", "4194304-x.json", ".keep.json.tmp"] {
            fs::write(scratch.path().join(name), "x").unwrap();
        }
        let kept = |now| {
            sweep(scratch.path(), UnixTime(now)).unwrap();
            [alive, before_us, gone, elsewhere, answering]
                .map(|guard| file_of(scratch.path(), guard).exists())
        };
        assert_eq!(kept(0), [true, false, false, true, true]);
        assert!(!scratch.path().join(tmp).exists());
        assert_eq!(kept(u64::MAX), [true, false, false, false, true], "of another boot, and old");
        for name in ["notes.txt", "1-2-3.json", "4194304-x.json", ".keep.json.tmp"] {
            assert!(scratch.path().join(name).exists(), "{name} is not ours");
        }
        let living = of_the_living(scratch.path()).unwrap();
        assert_eq!(living.iter().map(|lease| lease.guard).collect::<Vec<_>>(), [alive]);
        sweep(&scratch.path().join("nowhere"), UnixTime(0)).unwrap();
    }

    #[test]
    fn broken_files_are_no_leases_and_hide_no_others() {
        let scratch = Scratch::new();
        write(scratch.path(), &lease(40)).unwrap();
        let whole = fs::read(file_of(scratch.path(), identity(40))).unwrap();
        for (name, bytes) in [
            ("1-1.json", &b""[..]),
            ("2-2.json", &whole[..whole.len() / 2]),
            ("3-3.json", &whole[..]),
            ("4-4.json", b"\0\xff"),
            ("5-5.json", &vec![b' '; 100_000]),
        ] {
            fs::write(scratch.path().join(name), bytes).unwrap();
        }
        fs::create_dir(scratch.path().join("6-6.json")).unwrap();
        assert_eq!(read_all(scratch.path()).unwrap(), [lease(40)]);
    }
}
