//! How far the user's clock is ahead of UTC.
#![expect(unsafe_code, reason = "only Win32 tells the time zone")]

use windows_sys::Win32::Foundation::FILETIME;
use windows_sys::Win32::Storage::FileSystem::FileTimeToLocalFileTime;

use crate::core::UnixTime;

/// Ticks of a FILETIME in a second, and those from 1601 to 1970.
const TICKS: u64 = 10_000_000;
const EPOCH: u64 = 116_444_736_000_000_000;

pub(crate) fn local_offset(at: UnixTime) -> i32 {
    let utc = at.0.saturating_mul(TICKS).saturating_add(EPOCH);
    let halves = |ticks: u64| FILETIME {
        dwLowDateTime: u32::try_from(ticks & u64::from(u32::MAX)).unwrap_or(0),
        dwHighDateTime: u32::try_from(ticks >> 32).unwrap_or(0),
    };
    let (time, mut local) = (halves(utc), halves(utc));
    // SAFETY: both point to values of ours. Where the call fails, the second stays as it is: UTC.
    unsafe { FileTimeToLocalFileTime(&raw const time, &raw mut local) };
    let local = u64::from(local.dwHighDateTime) << 32 | u64::from(local.dwLowDateTime);
    let ahead = i128::from(local) - i128::from(utc);
    i32::try_from(ahead / i128::from(TICKS)).unwrap_or(0)
}
