//! How far the user's clock is ahead of UTC, by the C library's time zone (`TZ`, `/etc/localtime`).
#![expect(unsafe_code, reason = "rustix has no call for time zones")]

use crate::core::UnixTime;

pub(crate) fn local_offset(at: UnixTime) -> i32 {
    let Ok(seconds) = libc::time_t::try_from(at.0) else { return 0 };
    let mut parts = std::mem::MaybeUninit::<libc::tm>::zeroed();
    // SAFETY: both point to values of ours; all zeros is a valid `tm`.
    let parts = unsafe {
        libc::localtime_r(&raw const seconds, parts.as_mut_ptr());
        parts.assume_init()
    };
    i32::try_from(parts.tm_gmtoff).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    #[test]
    fn it_is_the_zone_that_date_shows_in_summer_and_in_winter() {
        for second in [1_767_268_800, 1_782_993_600] {
            let date = Command::new("date").args(["-d", &format!("@{second}"), "+%:::z"]).output().unwrap();
            let hours: i32 =
                String::from_utf8(date.stdout).unwrap().trim().split(':').next().unwrap().parse().unwrap();
            assert_eq!(local_offset(UnixTime(second)) / 3600, hours);
        }
    }
}
