//! A named pipe whose every operation has an end, for this user only.
#![expect(unsafe_code, reason = "pipes with time limits are Win32 calls")]

use std::io;
use std::os::windows::io::{AsRawHandle, OwnedHandle};

use windows_sys::Win32::Foundation::{
    ERROR_BROKEN_PIPE, ERROR_FILE_NOT_FOUND, ERROR_IO_PENDING, ERROR_PIPE_BUSY, ERROR_PIPE_CONNECTED,
    GENERIC_READ, GENERIC_WRITE, HANDLE, LocalFree, WAIT_OBJECT_0,
};
use windows_sys::Win32::Security::Authorization::{
    ConvertSidToStringSidW, ConvertStringSecurityDescriptorToSecurityDescriptorW, SDDL_REVISION_1,
};
use windows_sys::Win32::Security::{
    GetTokenInformation, PSECURITY_DESCRIPTOR, SECURITY_ATTRIBUTES, TOKEN_QUERY, TOKEN_USER, TokenUser,
};
use windows_sys::Win32::Storage::FileSystem::{
    CreateFileW, FILE_FLAG_FIRST_PIPE_INSTANCE, FILE_FLAG_OVERLAPPED, FILE_FLAGS_AND_ATTRIBUTES,
    OPEN_EXISTING, PIPE_ACCESS_DUPLEX, ReadFile, SECURITY_IDENTIFICATION, SECURITY_SQOS_PRESENT, WriteFile,
};
use windows_sys::Win32::System::IO::{CancelIoEx, GetOverlappedResult, OVERLAPPED};
use windows_sys::Win32::System::Pipes::{
    ConnectNamedPipe, CreateNamedPipeW, DisconnectNamedPipe, PIPE_READMODE_BYTE, PIPE_REJECT_REMOTE_CLIENTS,
    PIPE_TYPE_BYTE, PIPE_WAIT, WaitNamedPipeW,
};
use windows_sys::Win32::System::Threading::{
    CreateEventW, GetCurrentProcess, INFINITE, OpenProcessToken, WaitForSingleObject,
};

use super::handle::{owned, worked};
use super::text::{code, length, wide};

/// How much the system keeps on the way.
const BUFFER: u32 = 4096;

/// How many may be served at the same time.
const AT_ONCE: u32 = 8;

/// One end of a pipe.
pub(crate) struct Pipe {
    handle: OwnedHandle,
    event: OwnedHandle,
}

impl Pipe {
    /// Makes the pipe and the end that waits for others. Fails where somebody has the name.
    pub(crate) fn create(name: &str) -> io::Result<Self> {
        let wanted = wide(name);
        // SAFETY: the name ends in a zero.
        let absent = worked(unsafe { WaitNamedPipeW(wanted.as_ptr(), 1) });
        // The flag below says the same at once and for certain, but wine does not know it.
        if absent.map_err(|error| error.raw_os_error()) != Err(Some(code(ERROR_FILE_NOT_FOUND))) {
            return Err(io::ErrorKind::AddrInUse.into());
        }
        Self::create_with(name, FILE_FLAG_FIRST_PIPE_INSTANCE)
    }

    /// Makes one more end of the same pipe, for somebody else who comes meanwhile.
    pub(crate) fn another(name: &str) -> io::Result<Self> {
        Self::create_with(name, 0)
    }

    fn create_with(name: &str, more: FILE_FLAGS_AND_ATTRIBUTES) -> io::Result<Self> {
        let security = Security::of_this_user()?;
        let name = wide(name);
        // SAFETY: the name ends in a zero; the attributes outlive the call.
        let handle = owned(unsafe {
            CreateNamedPipeW(
                name.as_ptr(),
                PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED | more,
                PIPE_TYPE_BYTE | PIPE_READMODE_BYTE | PIPE_WAIT | PIPE_REJECT_REMOTE_CLIENTS,
                AT_ONCE,
                BUFFER,
                BUFFER,
                0,
                &raw const security.attributes,
            )
        })?;
        Self::of(handle)
    }

    /// Reaches somebody else's end. Waits for at most so many milliseconds while it serves others.
    pub(crate) fn reach(name: &str, patience: u32) -> io::Result<Self> {
        let name = wide(name);
        for _ in 0..4 {
            // SAFETY: the name ends in a zero. Whoever serves may learn who we are and nothing more.
            let opened = owned(unsafe {
                CreateFileW(
                    name.as_ptr(),
                    GENERIC_READ | GENERIC_WRITE,
                    0,
                    std::ptr::null(),
                    OPEN_EXISTING,
                    FILE_FLAG_OVERLAPPED | SECURITY_SQOS_PRESENT | SECURITY_IDENTIFICATION,
                    std::ptr::null_mut(),
                )
            });
            match opened {
                Err(error) if error.raw_os_error() == Some(code(ERROR_PIPE_BUSY)) => {
                    // SAFETY: the name ends in a zero.
                    worked(unsafe { WaitNamedPipeW(name.as_ptr(), patience) })?;
                }
                opened => return Self::of(opened?),
            }
        }
        Err(io::ErrorKind::TimedOut.into())
    }

    fn of(handle: OwnedHandle) -> io::Result<Self> {
        // SAFETY: no pointers but empty ones are passed.
        let event = owned(unsafe { CreateEventW(std::ptr::null(), 1, 0, std::ptr::null()) })?;
        Ok(Self { handle, event })
    }

    /// Waits for somebody, for ever.
    pub(crate) fn wait_for_somebody(&self) -> io::Result<()> {
        let connected = self.perform(INFINITE, |handle, overlapped| {
            // SAFETY: `perform` keeps both alive until the operation is over.
            unsafe { ConnectNamedPipe(handle, overlapped) }
        });
        match connected {
            // It came before we waited.
            Err(error) if error.raw_os_error() == Some(code(ERROR_PIPE_CONNECTED)) => Ok(()),
            done => done.map(drop),
        }
    }

    /// Lets the one who came go.
    pub(crate) fn let_go(&self) {
        // SAFETY: the pipe is open. A failure means that nobody was there.
        unsafe { DisconnectNamedPipe(self.handle.as_raw_handle()) };
    }

    /// Reads up to the end of a line, the end of the pipe, or `most` bytes.
    pub(crate) fn read_line(&self, most: usize, patience: u32) -> io::Result<String> {
        let mut line = Vec::new();
        while line.len() < most && !line.contains(&b'\n') {
            let mut some = [0_u8; 512];
            let read = self.perform(patience, |handle, overlapped| {
                // SAFETY: `perform` keeps the handle and the structure alive until the operation is over,
                // and the buffer stands in this frame as long.
                unsafe {
                    ReadFile(handle, some.as_mut_ptr(), length(&some), std::ptr::null_mut(), overlapped)
                }
            });
            match read {
                Ok(0) => break,
                Ok(count) => line.extend_from_slice(&some[..count.min(some.len())]),
                Err(error) if error.raw_os_error() == Some(code(ERROR_BROKEN_PIPE)) => break,
                Err(error) => return Err(error),
            }
        }
        let line = line.split(|byte| *byte == b'\n').next().unwrap_or_default();
        Ok(String::from_utf8_lossy(line).trim().to_owned())
    }

    pub(crate) fn write_line(&self, line: &str, patience: u32) -> io::Result<()> {
        let line = format!("{line}\n");
        let mut rest = line.as_bytes();
        while !rest.is_empty() {
            let size = u32::try_from(rest.len()).map_err(io::Error::other)?;
            let written = self.perform(patience, |handle, overlapped| {
                // SAFETY: as for reading.
                unsafe { WriteFile(handle, rest.as_ptr(), size, std::ptr::null_mut(), overlapped) }
            })?;
            rest = rest.get(written.max(1)..).unwrap_or_default();
        }
        Ok(())
    }

    /// Starts an operation, waits for its end, or calls it off. Tells how many bytes it moved.
    fn perform(
        &self,
        patience: u32,
        start: impl FnOnce(HANDLE, *mut OVERLAPPED) -> i32,
    ) -> io::Result<usize> {
        let mut overlapped = OVERLAPPED { hEvent: self.event.as_raw_handle(), ..OVERLAPPED::default() };
        let handle = self.handle.as_raw_handle();
        if let Err(error) = worked(start(handle, &raw mut overlapped)) {
            if error.raw_os_error() != Some(code(ERROR_IO_PENDING)) {
                return Err(error);
            }
            // SAFETY: both handles are open. After a call-off the operation is waited for below, so that
            // nothing writes into this frame when it is gone.
            unsafe {
                if WaitForSingleObject(self.event.as_raw_handle(), patience) != WAIT_OBJECT_0 {
                    CancelIoEx(handle, &raw const overlapped);
                }
            }
        }
        let mut moved = 0_u32;
        // SAFETY: the structure is the operation's own; the call waits for its end.
        worked(unsafe { GetOverlappedResult(handle, &raw const overlapped, &raw mut moved, 1) })?;
        usize::try_from(moved).map_err(io::Error::other)
    }
}

/// Everything for this user, nothing for others.
struct Security {
    attributes: SECURITY_ATTRIBUTES,
}

impl Security {
    fn of_this_user() -> io::Result<Self> {
        let rule = wide(format!("D:P(A;;GA;;;{})", sid()?));
        let mut descriptor: PSECURITY_DESCRIPTOR = std::ptr::null_mut();
        // SAFETY: the rule ends in a zero; the descriptor is made by the call and freed on drop.
        worked(unsafe {
            ConvertStringSecurityDescriptorToSecurityDescriptorW(
                rule.as_ptr(),
                SDDL_REVISION_1,
                &raw mut descriptor,
                std::ptr::null_mut(),
            )
        })?;
        let mut attributes =
            SECURITY_ATTRIBUTES { lpSecurityDescriptor: descriptor, ..SECURITY_ATTRIBUTES::default() };
        attributes.nLength = length(&attributes);
        Ok(Self { attributes })
    }
}

impl Drop for Security {
    fn drop(&mut self) {
        // SAFETY: it is one block of local memory that nobody else knows.
        unsafe { LocalFree(self.attributes.lpSecurityDescriptor) };
    }
}

/// Who we are, as `S-1-5-…`.
pub(super) fn sid() -> io::Result<String> {
    let mut token = std::ptr::null_mut();
    // SAFETY: the token is made by the call.
    worked(unsafe { OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &raw mut token) })?;
    let token = owned(token)?;
    // Room for the structure and the longest SID behind it, aligned for both.
    let mut buffer = [0_u64; 16];
    let mut needed = 0_u32;
    // SAFETY: the buffer is as long as the call is told.
    worked(unsafe {
        GetTokenInformation(
            token.as_raw_handle(),
            TokenUser,
            buffer.as_mut_ptr().cast(),
            length(&buffer),
            &raw mut needed,
        )
    })?;
    let mut text = std::ptr::null_mut();
    // SAFETY: the call above filled in the structure, whose SID stands behind it in the same buffer; the
    // text is made by the call, ends in a zero, and is freed after it was copied.
    unsafe {
        let user: *const TOKEN_USER = buffer.as_ptr().cast();
        worked(ConvertSidToStringSidW((*user).User.Sid, &raw mut text))?;
        let sid = super::args::copy(text);
        LocalFree(text.cast());
        Ok(sid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn we_have_a_sid() {
        assert!(sid().unwrap().starts_with("S-1-"));
    }
}
