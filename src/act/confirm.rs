//! The proof that a process is still the one that was judged.
//!
//! The check and everything that follows go through one grip (a pidfd or handle), so that the
//! number cannot change hands in between.

use crate::core::{Identity, Member, Refusal};
use crate::platform::{self, Held};

/// A process that is held and was found to be the one that was judged.
#[derive(Debug)]
pub struct Confirmed {
    pub(super) held: Held,
    pub(super) identity: Identity,
}

/// What a confirmation can find.
#[derive(Debug)]
pub(super) enum Confirmation {
    /// It is the one.
    Same(Confirmed),
    /// It has ended, which is all that was wanted.
    AlreadyGone,
    /// It must not be touched.
    Refused(Refusal),
}

/// Takes hold of a process and compares it with what was judged.
pub(super) fn confirm(wanted: &Member) -> Confirmation {
    let pid = wanted.identity.pid;
    let held = match Held::open(pid) {
        Ok(Some(held)) => held,
        Ok(None) => return Confirmation::AlreadyGone,
        Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => {
            return Confirmation::Refused(Refusal::NotPermitted);
        }
        Err(_) => return Confirmation::Refused(Refusal::CannotTell),
    };
    // Read in this order: if the birth is right after the command line was read, both are of the
    // process that we hold.
    let args = wanted.args.as_ref().map(|wanted| (wanted, platform::args(pid)));
    match platform::birth(pid) {
        Ok(Some(birth)) if birth == wanted.identity.birth => {}
        Ok(Some(_)) => return Confirmation::Refused(Refusal::PidReused),
        Ok(None) => return Confirmation::AlreadyGone,
        Err(_) => return Confirmation::Refused(Refusal::CannotTell),
    }
    match args {
        None => {}
        Some((wanted, Ok(Some(found)))) if found == *wanted => {}
        // A process on its way out has given its command line back already.
        Some((_, Ok(None))) => return Confirmation::AlreadyGone,
        Some((_, Ok(Some(found)))) if found.is_empty() && held.has_ended().unwrap_or(false) => {
            return Confirmation::AlreadyGone;
        }
        Some((_, Ok(Some(_)))) => return Confirmation::Refused(Refusal::AnotherProgram),
        Some((_, Err(_))) => return Confirmation::Refused(Refusal::CannotTell),
    }
    Confirmation::Same(Confirmed { held, identity: wanted.identity })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::{Birth, Pid};

    fn ourselves() -> Member {
        let pid = Pid::new(std::process::id()).unwrap();
        let birth = platform::birth(pid).unwrap().unwrap();
        let args = platform::args(pid).unwrap();
        Member { identity: Identity { pid, birth }, name: "test".into(), args }
    }

    #[test]
    fn the_same_process_is_confirmed() {
        assert!(matches!(confirm(&ourselves()), Confirmation::Same(_)));
    }

    #[test]
    fn a_reused_number_is_refused() {
        let mut stranger = ourselves();
        stranger.identity.birth =
            Birth { token: stranger.identity.birth.token - 1, ..stranger.identity.birth };
        assert!(matches!(confirm(&stranger), Confirmation::Refused(Refusal::PidReused)));
    }

    #[test]
    fn another_program_under_the_same_identity_is_refused() {
        let mut other = ourselves();
        other.args = Some(vec!["python".into(), "run_ws_shim.py".into()]);
        assert!(matches!(confirm(&other), Confirmation::Refused(Refusal::AnotherProgram)));
    }

    #[test]
    fn what_is_gone_needs_no_end() {
        let mut gone = ourselves();
        gone.identity.pid = Pid::new(4_194_304).unwrap();
        assert!(matches!(confirm(&gone), Confirmation::AlreadyGone));
    }
}
