//! The environment of a process, secrets included.

use std::ffi::OsString;
use std::io;
use std::os::windows::ffi::OsStringExt;

use super::memory::Parameters;
use super::text::units;
use crate::core::Pid;

pub(crate) fn environment(pid: Pid) -> io::Result<Vec<(OsString, OsString)>> {
    let parameters = Parameters::of(pid)?.ok_or(io::ErrorKind::NotFound)?;
    Ok(pairs(&units(&parameters.environment()?)))
}

/// `NAME=value` texts, each with a zero behind. Names that begin with `=` are the folders that
/// `cmd.exe` remembers for each drive; they are no variables.
fn pairs(block: &[u16]) -> Vec<(OsString, OsString)> {
    let texts = block.split(|unit| *unit == 0).take_while(|text| !text.is_empty());
    texts
        .filter_map(|text| {
            let at = text.iter().position(|unit| *unit == u16::from(b'=')).filter(|at| *at > 0)?;
            Some((OsString::from_wide(&text[..at]), OsString::from_wide(&text[at + 1..])))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drives_are_no_variables_and_nothing_follows_the_end() {
        let block: Vec<u16> = "=C:=C:\\x\0PATH=a=b\0EMPTY=\0\0LEFT=over\0".encode_utf16().collect();
        let pair = |name: &str, value: &str| (OsString::from(name), OsString::from(value));
        assert_eq!(pairs(&block), [pair("PATH", "a=b"), pair("EMPTY", "")]);
    }

    #[test]
    fn our_own_environment_is_read() {
        let me = Pid::new(std::process::id()).unwrap();
        let found = environment(me).unwrap();
        let path = found.iter().find(|(name, _)| name.eq_ignore_ascii_case("PATH"));
        assert_eq!(path.map(|(_, value)| value.clone()), std::env::var_os("PATH"));
    }
}
