//! Who can still speak to an instance: by its standard input, or by a socket on which it listens.
//!
//! Its own processes do not count. What could not be told is an answer of its own, and speaks for it.

use super::identity::Pid;
use super::snapshot::{Callers, Door, OtherEnd};
use super::unseen::Trait;

/// What one fact says about whether somebody outside uses an instance.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Use {
    /// Somebody has the other end of its input.
    SpokenToBy(Pid),
    /// Somebody is connected; `None` where nobody can tell who.
    CalledBy(Option<Pid>, Door),
    /// Somebody may use it.
    Perhaps(Trait),
    /// The other end of its input is closed.
    Nobody,
    /// It says nothing: its own processes, no channel, or not asked.
    NotTold,
}

impl Use {
    /// How much it says: what is known and named before what is not.
    const fn weight(&self) -> u8 {
        match self {
            Self::SpokenToBy(_) => 5,
            Self::CalledBy(Some(_), _) => 4,
            Self::CalledBy(None, _) => 3,
            Self::Perhaps(_) => 2,
            Self::Nobody => 1,
            Self::NotTold => 0,
        }
    }

    /// What says most of all these.
    pub fn most(all: impl IntoIterator<Item = Self>) -> Self {
        // Of equals the first one.
        all.into_iter().fold(Self::NotTold, |most, one| if one.weight() > most.weight() { one } else { most })
    }
}

/// What the other end of its input says about an instance with these members.
pub fn by_input(end: &OtherEnd, is_a_member: impl Fn(Pid) -> bool) -> Use {
    match end {
        OtherEnd::NotAsked | OtherEnd::NoChannel => Use::NotTold,
        OtherEnd::Nobody { .. } => Use::Nobody,
        OtherEnd::Unknown => Use::Perhaps(Trait::Speaker),
        OtherEnd::Somebody(who) if who.is_empty() => Use::Perhaps(Trait::Speaker),
        OtherEnd::Somebody(who) => {
            who.iter().find(|pid| !is_a_member(**pid)).map_or(Use::NotTold, |pid| Use::SpokenToBy(*pid))
        }
    }
}

/// What the connections to one of its processes say.
pub fn by_callers(callers: &Callers, is_a_member: impl Fn(Pid) -> bool) -> Use {
    match callers {
        Callers::NotAsked | Callers::NotListening => Use::NotTold,
        Callers::Unknown => Use::Perhaps(Trait::Caller),
        Callers::Known(callers) => Use::most(callers.iter().map(|caller| {
            let outsider = caller.who.iter().find(|pid| !is_a_member(**pid));
            match outsider {
                Some(pid) => Use::CalledBy(Some(*pid), caller.at.clone()),
                None if caller.who.is_empty() => Use::CalledBy(None, caller.at.clone()),
                None => Use::NotTold,
            }
        })),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::snapshot::Caller;
    use crate::core::testing::pid;

    #[test]
    fn what_is_known_and_named_says_more_than_what_is_not() {
        let at = Door::Port(3005);
        let all = [
            Use::NotTold,
            Use::Nobody,
            Use::Perhaps(Trait::Caller),
            Use::CalledBy(None, at.clone()),
            Use::CalledBy(Some(pid(7)), at),
            Use::SpokenToBy(pid(8)),
        ];
        for (at, most) in all.iter().enumerate() {
            assert_eq!(Use::most(all[..=at].iter().rev().cloned()), *most);
        }
    }

    #[test]
    fn members_are_nobody_and_one_outsider_is_enough() {
        let is_a_member = |one: Pid| one.get() < 100;
        let end = |who: &[u32]| OtherEnd::Somebody(who.iter().map(|one| pid(*one)).collect());
        assert_eq!(by_input(&end(&[7]), is_a_member), Use::NotTold);
        assert_eq!(by_input(&end(&[7, 200]), is_a_member), Use::SpokenToBy(pid(200)));
        let at = Door::Port(3005);
        let callers = |all: &[&[u32]]| {
            let caller =
                |who: &&[u32]| Caller { at: at.clone(), who: who.iter().map(|one| pid(*one)).collect() };
            Callers::Known(all.iter().map(caller).collect())
        };
        assert_eq!(by_callers(&callers(&[]), is_a_member), Use::NotTold);
        assert_eq!(by_callers(&callers(&[&[7], &[8]]), is_a_member), Use::NotTold);
        assert_eq!(by_callers(&callers(&[&[7], &[]]), is_a_member), Use::CalledBy(None, at.clone()));
        let named = Use::CalledBy(Some(pid(200)), at.clone());
        assert_eq!(by_callers(&callers(&[&[], &[7, 200]]), is_a_member), named);
    }
}
