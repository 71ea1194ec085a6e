//! What a guard does when somebody has gone on in the place of a launcher, and ends.
#![cfg(test)]

use super::stories::Told;
use super::*;

#[test]
fn who_went_on_for_a_launcher_may_fail_though_the_launcher_did_not() {
    let failed = |gone| Event::ServerEnded { code: 0, last: 139, gone };
    let mut told = Told::running();
    told.check(failed(true), &[Effect::Drain]);
    told.check(Event::Drained, &[Effect::Exit(0)]);
    let mut told = Told::with(OnFailure::StartAgain);
    told.check(failed(false), &[Effect::HoldClient, Effect::AskTheRest]);
    told.check(failed(true), &[]);
    told.later(&[Effect::Start]);
    told.check(Event::Started, &[]);
    told.check(Event::Introduced, &[]);
}
