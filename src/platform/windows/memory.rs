//! Reads what another process was started with, out of its own memory.
//!
//! The layouts are undocumented and unchanged since 64-bit Windows began. Whatever cannot be read
//! is an error, never an empty answer.
#![expect(unsafe_code, reason = "another process's memory is read by native calls")]

use std::io;
use std::os::windows::io::{AsRawHandle, OwnedHandle};

use windows_sys::Wdk::System::Threading::{NtQueryInformationProcess, ProcessBasicInformation};
use windows_sys::Win32::Foundation::{NTSTATUS, RtlNtStatusToDosError};
use windows_sys::Win32::System::Diagnostics::Debug::ReadProcessMemory;
use windows_sys::Win32::System::Threading::{
    PROCESS_BASIC_INFORMATION, PROCESS_QUERY_LIMITED_INFORMATION, PROCESS_VM_READ,
};

use super::handle::{open, worked};
use super::text::{code, length};
use crate::core::{Pid, wording};

/// Where things stand in `RTL_USER_PROCESS_PARAMETERS`.
const CONSOLE: usize = 0x10;
const INPUT: usize = 0x20;
const OUTPUT: usize = 0x28;
const ERRORS: usize = 0x30;
const FOLDER: usize = 0x38;
const COMMAND_LINE: usize = 0x70;
const ENVIRONMENT: usize = 0x80;
const PARAMETERS_END: usize = 0x88;
const ENVIRONMENT_SIZE: u64 = 0x3f0;

/// Where the parameters' address stands in a `PEB`.
const PEB_PARAMETERS: u64 = 0x20;

/// More than any environment or command line has.
const MOST: u64 = 4 << 20;

/// The parameters of a process, read when this was made.
pub(crate) struct Parameters {
    process: OwnedHandle,
    address: u64,
    bytes: [u8; PARAMETERS_END],
}

impl Parameters {
    /// Reads them; `None` where there is no such process.
    pub(crate) fn of(pid: Pid) -> io::Result<Option<Self>> {
        let Some(process) = open(pid, PROCESS_QUERY_LIMITED_INFORMATION | PROCESS_VM_READ)? else {
            return Ok(None);
        };
        let mut basic = PROCESS_BASIC_INFORMATION::default();
        // SAFETY: the handle is open and the structure is as long as the call is told.
        let status = unsafe {
            NtQueryInformationProcess(
                process.as_raw_handle(),
                ProcessBasicInformation,
                (&raw mut basic).cast(),
                length(&basic),
                std::ptr::null_mut(),
            )
        };
        if status < 0 {
            return Err(native_error(status));
        }
        let peb = u64::try_from(basic.PebBaseAddress.addr()).map_err(io::Error::other)?;
        if peb == 0 {
            return Err(io::Error::other(wording::NO_MEMORY));
        }
        let mut address = [0; 8];
        read(&process, peb + PEB_PARAMETERS, &mut address)?;
        let address = u64::from_le_bytes(address);
        if address == 0 {
            return Err(io::Error::other(wording::JUST_BEGUN));
        }
        let mut bytes = [0; PARAMETERS_END];
        read(&process, address, &mut bytes)?;
        Ok(Some(Self { process, address, bytes }))
    }

    /// The handle of its console; zero where it has none.
    pub(crate) fn console(&self) -> u64 {
        self.number(CONSOLE)
    }

    /// The handles of standard input and output, as numbers in that process.
    pub(crate) fn streams(&self) -> [u64; 2] {
        [self.number(INPUT), self.number(OUTPUT)]
    }

    /// The handle of standard error.
    pub(crate) fn errors(&self) -> u64 {
        self.number(ERRORS)
    }

    /// The working folder.
    pub(crate) fn folder(&self) -> io::Result<Vec<u8>> {
        self.text(FOLDER)
    }

    /// The command line.
    pub(crate) fn command_line(&self) -> io::Result<Vec<u8>> {
        self.text(COMMAND_LINE)
    }

    /// The environment, as UTF-16 in bytes.
    pub(crate) fn environment(&self) -> io::Result<Vec<u8>> {
        let mut size = [0; 8];
        read(&self.process, self.address + ENVIRONMENT_SIZE, &mut size)?;
        self.block(self.number(ENVIRONMENT), u64::from_le_bytes(size))
    }

    fn number(&self, at: usize) -> u64 {
        let bytes = self.bytes.get(at..at + 8).and_then(|bytes| bytes.try_into().ok());
        bytes.map_or(0, u64::from_le_bytes)
    }

    /// A `UNICODE_STRING`: length in bytes, capacity, address.
    fn text(&self, at: usize) -> io::Result<Vec<u8>> {
        self.block(self.number(at + 8), self.number(at) & 0xffff)
    }

    fn block(&self, address: u64, size: u64) -> io::Result<Vec<u8>> {
        if address == 0 || size > MOST {
            return Err(io::ErrorKind::InvalidData.into());
        }
        let mut bytes = vec![0; usize::try_from(size).map_err(io::Error::other)?];
        read(&self.process, address, &mut bytes)?;
        Ok(bytes)
    }
}

fn read(process: &OwnedHandle, address: u64, into: &mut [u8]) -> io::Result<()> {
    if into.is_empty() {
        return Ok(());
    }
    let address = usize::try_from(address).map_err(io::Error::other)?;
    // SAFETY: the address is of the other process and is checked by the call; `into` is ours and as
    // long as it says. A partial copy is a failure.
    worked(unsafe {
        ReadProcessMemory(
            process.as_raw_handle(),
            std::ptr::without_provenance(address),
            into.as_mut_ptr().cast(),
            into.len(),
            std::ptr::null_mut(),
        )
    })
}

/// The error of a native call as other calls would give it.
pub(crate) fn native_error(status: NTSTATUS) -> io::Error {
    // SAFETY: no pointers are passed.
    io::Error::from_raw_os_error(code(unsafe { RtlNtStatusToDosError(status) }))
}
