//! A handle each, waited for by the system's own pool of threads.
#![expect(unsafe_code, reason = "waiting for handles is a Win32 call with a callback")]

use std::collections::HashMap;
use std::ffi::c_void;
use std::io;
use std::os::windows::io::{AsRawHandle, OwnedHandle};
use std::ptr;
use std::sync::Arc;

use tokio::sync::Notify;
use windows_sys::Win32::Foundation::{HANDLE, INVALID_HANDLE_VALUE};
use windows_sys::Win32::System::Threading::{
    INFINITE, PROCESS_QUERY_LIMITED_INFORMATION, PROCESS_SYNCHRONIZE, RegisterWaitForSingleObject,
    UnregisterWaitEx, WT_EXECUTEONLYONCE,
};

use super::birth;
use super::handle::open;
use crate::core::Identity;

#[derive(Debug)]
pub(crate) struct Ends {
    one_has_ended: Arc<Notify>,
    followed: HashMap<Identity, Wait>,
}

/// A wait of the pool. Dropping it waits for a callback that runs just now.
#[derive(Debug)]
struct Wait {
    wait: HANDLE,
    /// What the callback gets: a share of the notifier, given back once no callback can come any more.
    to_tell: *const Notify,
    /// Closed after the wait, because fields are dropped in this order, after `drop`.
    _process: OwnedHandle,
}

// SAFETY: the handle of a wait and a share of a notifier may be given back by any thread.
unsafe impl Send for Wait {}

impl Drop for Wait {
    fn drop(&mut self) {
        // SAFETY: the wait was registered and is given back once; the call returns after the callback did.
        if unsafe { UnregisterWaitEx(self.wait, INVALID_HANDLE_VALUE) } != 0 {
            // SAFETY: it came from `into_raw`, and nobody uses it any more. Where that is not sure, it stays.
            drop(unsafe { Arc::from_raw(self.to_tell) });
        }
    }
}

unsafe extern "system" fn tell(context: *mut c_void, _timed_out: bool) {
    // SAFETY: the context is the notifier of which the wait has a share, and it outlives the callback.
    let to_tell = unsafe { &*context.cast::<Notify>() };
    to_tell.notify_one();
}

impl Wait {
    fn on(identity: Identity, one_has_ended: &Arc<Notify>) -> io::Result<Option<Self>> {
        let Some(process) = open(identity.pid, PROCESS_SYNCHRONIZE | PROCESS_QUERY_LIMITED_INFORMATION)?
        else {
            return Ok(None);
        };
        // While the handle is held, the number stays with its process.
        if birth(identity.pid)? != Some(identity.birth) {
            return Ok(None);
        }
        let to_tell = Arc::into_raw(Arc::clone(one_has_ended));
        let mut wait: HANDLE = ptr::null_mut();
        // SAFETY: the process handle is open, and the context is given back after the wait.
        let done = unsafe {
            RegisterWaitForSingleObject(
                &raw mut wait,
                process.as_raw_handle(),
                Some(tell),
                to_tell.cast::<c_void>(),
                INFINITE,
                WT_EXECUTEONLYONCE,
            )
        };
        if done == 0 {
            let error = io::Error::last_os_error();
            // SAFETY: it came from `into_raw`, and nothing was registered.
            drop(unsafe { Arc::from_raw(to_tell) });
            return Err(error);
        }
        Ok(Some(Self { wait, to_tell, _process: process }))
    }
}

impl Ends {
    #[expect(clippy::unnecessary_wraps, reason = "its twin asks the system")]
    pub(crate) fn new() -> io::Result<Self> {
        Ok(Self { one_has_ended: Arc::default(), followed: HashMap::new() })
    }

    pub(crate) fn follow(&mut self, who: &[Identity]) {
        self.followed.retain(|known, _| who.contains(known));
        for identity in who {
            if self.followed.contains_key(identity) {
                continue;
            }
            if let Ok(Some(wait)) = Wait::on(*identity, &self.one_has_ended) {
                self.followed.insert(*identity, wait);
            }
        }
    }

    pub(crate) async fn next(&mut self) {
        self.one_has_ended.notified().await;
    }
}
