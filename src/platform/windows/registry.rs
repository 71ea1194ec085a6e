//! Values below `HKEY_CURRENT_USER`, and what is there for all users.
#![expect(unsafe_code, reason = "the registry is read and written by Win32 calls")]

use std::io;
use std::ptr;

use windows_sys::Win32::Foundation::{ERROR_FILE_NOT_FOUND, ERROR_MORE_DATA, ERROR_SUCCESS};
use windows_sys::Win32::System::Registry::{
    HKEY, HKEY_CURRENT_USER, HKEY_LOCAL_MACHINE, KEY_READ, REG_SZ, RRF_RT_REG_BINARY, RRF_RT_REG_SZ,
    RegCloseKey, RegDeleteKeyValueW, RegDeleteKeyW, RegDeleteTreeW, RegGetValueW, RegOpenKeyExW,
    RegQueryInfoKeyW, RegSetKeyValueW,
};

use super::text::{code, narrow, units, wide};
use crate::core::wording;

/// A text; `None` where there is no such value.
pub(crate) fn text(key: &str, name: &str) -> io::Result<Option<String>> {
    Ok(read(key, name, RRF_RT_REG_SZ)?.map(|bytes| narrow(&units(&bytes))))
}

/// Whether there is such a key for all users.
pub(crate) fn is_there_for_all(key: &str) -> io::Result<bool> {
    let name = wide(key);
    let mut raw: HKEY = ptr::null_mut();
    // SAFETY: the name ends in a zero and the place for the key is ours.
    match unsafe { RegOpenKeyExW(HKEY_LOCAL_MACHINE, name.as_ptr(), 0, KEY_READ, &raw mut raw) } {
        ERROR_FILE_NOT_FOUND => return Ok(false),
        error => done(error)?,
    }
    // SAFETY: the key is open and is not used again.
    unsafe { RegCloseKey(raw) };
    Ok(true)
}

/// Plain bytes; `None` where there is no such value.
pub(crate) fn bytes(key: &str, name: &str) -> io::Result<Option<Vec<u8>>> {
    read(key, name, RRF_RT_REG_BINARY)
}

fn read(key: &str, name: &str, kind: u32) -> io::Result<Option<Vec<u8>>> {
    let (key, name) = (wide(key), wide(name));
    let mut size = 0x400_u32;
    for _ in 0..8 {
        let mut bytes = vec![0_u8; usize::try_from(size).map_err(io::Error::other)?];
        // SAFETY: the names end in zeros; the buffer is as long as the call is told.
        let error = unsafe {
            RegGetValueW(
                HKEY_CURRENT_USER,
                key.as_ptr(),
                name.as_ptr(),
                kind,
                std::ptr::null_mut(),
                bytes.as_mut_ptr().cast(),
                &raw mut size,
            )
        };
        match error {
            ERROR_SUCCESS => {
                bytes.truncate(usize::try_from(size).map_err(io::Error::other)?);
                return Ok(Some(bytes));
            }
            ERROR_FILE_NOT_FOUND => return Ok(None),
            // The size has been set to what is needed.
            ERROR_MORE_DATA => {}
            error => return Err(io::Error::from_raw_os_error(code(error))),
        }
    }
    Err(io::Error::other(wording::GROWS_TOO_FAST))
}

/// Writes a text; the key is made if it is missing.
pub(crate) fn set_text(key: &str, name: &str, value: &str) -> io::Result<()> {
    let (key, name, value) = (wide(key), wide(name), wide(value));
    let size = u32::try_from(value.len() * 2).map_err(io::Error::other)?;
    // SAFETY: names and value end in zeros, and the value is as long as the call is told.
    let error = unsafe {
        RegSetKeyValueW(HKEY_CURRENT_USER, key.as_ptr(), name.as_ptr(), REG_SZ, value.as_ptr().cast(), size)
    };
    done(error)
}

/// Deletes a value. Fine if it is not there.
pub(crate) fn delete(key: &str, name: &str) -> io::Result<()> {
    let (key, name) = (wide(key), wide(name));
    // SAFETY: the names end in zeros.
    match unsafe { RegDeleteKeyValueW(HKEY_CURRENT_USER, key.as_ptr(), name.as_ptr()) } {
        ERROR_FILE_NOT_FOUND => Ok(()),
        error => done(error),
    }
}

/// Deletes a key with everything in it. Fine if it is not there.
pub(crate) fn delete_key(key: &str) -> io::Result<()> {
    let key = wide(key);
    // SAFETY: the name ends in a zero.
    match unsafe { RegDeleteTreeW(HKEY_CURRENT_USER, key.as_ptr()) } {
        ERROR_FILE_NOT_FOUND => Ok(()),
        error => done(error),
    }
}

/// Deletes a key that holds nothing any more. Fine if it holds something or is not there.
pub(crate) fn delete_key_if_empty(key: &str) -> io::Result<()> {
    let name = wide(key);
    let mut raw: HKEY = ptr::null_mut();
    // SAFETY: the name ends in a zero and the place for the key is ours.
    match unsafe { RegOpenKeyExW(HKEY_CURRENT_USER, name.as_ptr(), 0, KEY_READ, &raw mut raw) } {
        ERROR_FILE_NOT_FOUND => return Ok(()),
        error => done(error)?,
    }
    let (mut keys, mut values) = (0_u32, 0_u32);
    // SAFETY: the key is open and is closed right after; what is not asked for may be null.
    let asked = unsafe {
        let asked = RegQueryInfoKeyW(
            raw,
            ptr::null_mut(),
            ptr::null_mut(),
            ptr::null(),
            &raw mut keys,
            ptr::null_mut(),
            ptr::null_mut(),
            &raw mut values,
            ptr::null_mut(),
            ptr::null_mut(),
            ptr::null_mut(),
            ptr::null_mut(),
        );
        RegCloseKey(raw);
        asked
    };
    done(asked)?;
    if keys + values > 0 {
        return Ok(());
    }
    // SAFETY: the name ends in a zero. A key that got a sub-key meanwhile is refused.
    done(unsafe { RegDeleteKeyW(HKEY_CURRENT_USER, name.as_ptr()) })
}

fn done(error: u32) -> io::Result<()> {
    if error == ERROR_SUCCESS { Ok(()) } else { Err(io::Error::from_raw_os_error(code(error))) }
}
