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
    /// What the callback gets; lives as long as the wait does.
    _to_tell: Box<Arc<Notify>>,
    /// Closed after the wait, because fields are dropped in this order, after `drop`.
    _process: OwnedHandle,
}

// SAFETY: the handle of a wait may be given back by any thread.
unsafe impl Send for Wait {}

impl Drop for Wait {
    fn drop(&mut self) {
        // SAFETY: the wait was registered and is given back once; the call returns after the callback did.
        let _ = unsafe { UnregisterWaitEx(self.wait, INVALID_HANDLE_VALUE) };
    }
}

unsafe extern "system" fn tell(context: *mut c_void, _timed_out: bool) {
    // SAFETY: the context is the notifier in the box of the wait, which outlives the callback.
    let to_tell = unsafe { &*context.cast::<Arc<Notify>>() };
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
        let to_tell = Box::new(Arc::clone(one_has_ended));
        let mut wait: HANDLE = ptr::null_mut();
        // SAFETY: the process handle is open, and the context is a box that lives as long as the wait.
        let done = unsafe {
            RegisterWaitForSingleObject(
                &raw mut wait,
                process.as_raw_handle(),
                Some(tell),
                ptr::from_ref::<Arc<Notify>>(&to_tell).cast::<c_void>(),
                INFINITE,
                WT_EXECUTEONLYONCE,
            )
        };
        if done == 0 {
            return Err(io::Error::last_os_error());
        }
        Ok(Some(Self { wait, _to_tell: to_tell, _process: process }))
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
