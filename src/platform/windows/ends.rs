//! A handle each, waited for by one thread.
//!
//! The system's own pool would take two threads for it, one that waits and one that tells.
#![expect(unsafe_code, reason = "waiting for several handles is a Win32 call")]

use std::collections::HashMap;
use std::io;
use std::os::windows::io::{AsRawHandle, OwnedHandle};
use std::ptr;
use std::sync::{Arc, mpsc};
use std::thread;

use tokio::sync::Notify;
use windows_sys::Win32::Foundation::{HANDLE, WAIT_OBJECT_0};
use windows_sys::Win32::System::Threading::{
    CreateEventW, INFINITE, PROCESS_QUERY_LIMITED_INFORMATION, PROCESS_SYNCHRONIZE, SetEvent,
    WaitForMultipleObjects,
};

use super::birth;
use super::handle::{open, owned};
use crate::core::Identity;

/// The system waits for 64 handles at a time, and one of them is our own. Whoever comes after these is left to the
/// timer.
const MOST: usize = 63;

/// Processes to wait for; the thread has its share of them as long as it does.
type Processes = Vec<Arc<OwnedHandle>>;

#[derive(Debug)]
pub(crate) struct Ends {
    one_has_ended: Arc<Notify>,
    followed: HashMap<Identity, Arc<OwnedHandle>>,
    /// Begins with the first one to follow.
    waiter: Option<Waiter>,
}

impl Ends {
    #[expect(clippy::unnecessary_wraps, reason = "its twin asks the system")]
    pub(crate) fn new() -> io::Result<Self> {
        Ok(Self { one_has_ended: Arc::default(), followed: HashMap::new(), waiter: None })
    }

    /// Tells who has ended already.
    pub(crate) fn follow(&mut self, who: &[Identity]) -> Vec<Identity> {
        let mut gone = Vec::new();
        let before = self.followed.len();
        self.followed.retain(|known, _| who.contains(known));
        let mut has_changed = self.followed.len() != before;
        for identity in who {
            if self.followed.contains_key(identity) {
                continue;
            }
            match held(*identity) {
                Ok(Some(process)) => {
                    self.followed.insert(*identity, Arc::new(process));
                    has_changed = true;
                }
                Ok(None) => gone.push(*identity),
                Err(_) => {}
            }
        }
        if !has_changed {
            return gone;
        }
        if self.waiter.is_none() {
            let started = Waiter::start(Arc::clone(&self.one_has_ended));
            self.waiter = started.inspect_err(|error| tracing::warn!(%error, "ends are not told")).ok();
        }
        if let Some(waiter) = &self.waiter {
            // In the order of those who asked: the first ones matter most.
            let processes: Processes =
                who.iter().filter_map(|identity| self.followed.get(identity).cloned()).collect();
            if processes.len() > MOST {
                tracing::info!(all = processes.len(), most = MOST, "the ends of some are left to the timer");
            }
            waiter.wait_for(processes);
        }
        gone
    }

    pub(crate) async fn next(&mut self) {
        self.one_has_ended.notified().await;
    }
}

/// The process itself; `None` where it has ended. While the handle is held, the number stays with its process.
fn held(identity: Identity) -> io::Result<Option<OwnedHandle>> {
    let process = open(identity.pid, PROCESS_SYNCHRONIZE | PROCESS_QUERY_LIMITED_INFORMATION)?;
    Ok(if birth(identity.pid)? == Some(identity.birth) { process } else { None })
}

/// The way to the thread, which ends with this.
#[derive(Debug)]
struct Waiter {
    processes: Option<mpsc::Sender<Processes>>,
    call: Arc<OwnedHandle>,
}

impl Waiter {
    fn start(one_has_ended: Arc<Notify>) -> io::Result<Self> {
        // SAFETY: no pointers but empty ones are passed.
        let call = Arc::new(owned(unsafe { CreateEventW(ptr::null(), 0, 0, ptr::null()) })?);
        let (sender, processes) = mpsc::channel();
        let called = Arc::clone(&call);
        let wait = move || wait(&called, &processes, &one_has_ended);
        thread::Builder::new().name("ends".into()).spawn(wait)?;
        Ok(Self { processes: Some(sender), call })
    }

    /// Waits for these and no others.
    fn wait_for(&self, processes: Processes) {
        if let Some(sender) = &self.processes {
            // The thread ends only with us.
            let _ = sender.send(processes);
        }
        self.call();
    }

    fn call(&self) {
        // SAFETY: the event is open. It cannot fail then.
        unsafe { SetEvent(self.call.as_raw_handle()) };
    }
}

impl Drop for Waiter {
    fn drop(&mut self) {
        self.processes = None;
        self.call();
    }
}

/// Why the thread woke up.
enum Woken {
    Called,
    /// The one at this place has ended.
    Ended(usize),
    /// These cannot be waited for.
    Failed,
}

/// Until nobody can send any more.
fn wait(call: &OwnedHandle, orders: &mpsc::Receiver<Processes>, one_has_ended: &Notify) {
    let mut processes = Processes::new();
    loop {
        match wait_for_one(call, &processes) {
            Woken::Called => {}
            Woken::Ended(at) => {
                processes.remove(at);
                one_has_ended.notify_one();
                continue;
            }
            // They are left to the timer, and the next order is a new beginning.
            Woken::Failed => match orders.recv() {
                Ok(order) => processes = order,
                Err(_) => return,
            },
        }
        loop {
            match orders.try_recv() {
                Ok(newer) => processes = newer,
                Err(mpsc::TryRecvError::Empty) => break,
                Err(mpsc::TryRecvError::Disconnected) => return,
            }
        }
    }
}

fn wait_for_one(call: &OwnedHandle, processes: &[Arc<OwnedHandle>]) -> Woken {
    let waited_for = processes.iter().take(MOST).map(|process| process.as_raw_handle());
    let handles: Vec<HANDLE> = [call.as_raw_handle()].into_iter().chain(waited_for).collect();
    let count = u32::try_from(handles.len()).unwrap_or(1);
    // SAFETY: the handles are borrowed, so they are open, and there are as many as the call is told.
    let which = unsafe { WaitForMultipleObjects(count, handles.as_ptr(), 0, INFINITE) };
    match usize::try_from(which.wrapping_sub(WAIT_OBJECT_0)) {
        Ok(0) => Woken::Called,
        Ok(which) if which < handles.len() => Woken::Ended(which - 1),
        Ok(_) | Err(_) => {
            tracing::warn!(error = %io::Error::last_os_error(), "ends are left to the timer for now");
            Woken::Failed
        }
    }
}
