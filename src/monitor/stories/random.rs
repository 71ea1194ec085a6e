//! Any events in any order: what must hold whatever happens.

use proptest::prelude::*;

use super::scene::{Story, begins_cleanup, begins_restart, in_use, orphans, quiet, report};
use crate::act::toast::{Button, Reply};
use crate::config::Config;
use crate::core::Verdict;
use crate::core::control::Request;
use crate::monitor::{Choice, Effect, Event, Face};

/// What can happen, small enough to be shown when a run fails.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Happens {
    Quiet,
    InUse,
    Orphaned(u32),
    Suspected,
    Cleanup,
    Restart,
    Asked,
    Pause,
    Automatic,
    ToastClicked,
    Cleaned,
    Restarted,
    Broken,
    Mended,
}

use Happens::{
    Asked, Automatic, Broken, Cleaned, Cleanup, InUse, Mended, Orphaned, Pause, Quiet, Restart, Restarted,
    Suspected, ToastClicked,
};

impl Happens {
    fn event(self) -> Event {
        match self {
            Quiet => Event::Looked(vec![quiet().look()]),
            InUse => Event::Looked(vec![in_use().look()]),
            Orphaned(pid) => Event::Looked(vec![orphans([pid]).look()]),
            Suspected => Event::Looked(vec![orphans([600]).first_look()]),
            Cleanup => Event::Chosen(Choice::Cleanup),
            Restart => Event::Chosen(Choice::Restart),
            Asked => Event::Asked { id: 1, request: Request::Restart { watch: Some("exai-mcp".into()) } },
            Pause => Event::Chosen(Choice::Pause),
            Automatic => Event::Chosen(Choice::AutoCleanup),
            ToastClicked => Event::Toast(Reply::Clicked(Button::CleanUp)),
            Cleaned => Event::Cleaned(Ok(report(&orphans([600]).look(), quiet().look()))),
            Restarted => Event::Restarted(Ok("done".into())),
            Broken => Event::Configured(Box::new(Err("broken".into()))),
            Mended => Event::Configured(Box::new(Ok(Config::standard()))),
        }
    }
}

fn happens() -> impl Strategy<Value = Happens> {
    prop_oneof![
        Just(Quiet),
        Just(InUse),
        (600_u32..620).prop_map(Orphaned),
        Just(Suspected),
        Just(Cleanup),
        Just(Restart),
        Just(Asked),
        Just(Pause),
        Just(Automatic),
        Just(ToastClicked),
        Just(Cleaned),
        Just(Restarted),
        Just(Broken),
        Just(Mended),
    ]
}

proptest! {
    #[test]
    fn one_thing_at_a_time_few_toasts_and_no_green_lie(script in prop::collection::vec(happens(), 1..80)) {
        let mut story = Story::new();
        let (mut works, mut broken, mut told) = (false, false, Vec::new());
        for (second, happens) in (1..).zip(script) {
            // Nobody says that work is done which was not begun.
            if matches!(happens, Cleaned | Restarted) && !works {
                continue;
            }
            let effects = story.at(second).step(happens.event());
            let begun = begins_cleanup(&effects) || begins_restart(&effects);
            prop_assert!(!(begun && works), "{happens:?} began while something was at work");
            works = begun || (works && !matches!(happens, Cleaned | Restarted));
            broken = happens == Broken || (broken && happens != Mended);
            let view = story.view();
            prop_assert_eq!(view.busy, works);
            prop_assert_eq!(view.face == Face::Busy, works);
            let well = matches!(view.face, Face::Verdict(Verdict::Healthy | Verdict::Idle));
            prop_assert!(!(well && broken), "green over a broken configuration");
            prop_assert!(matches!(effects.last(), Some(Effect::Show(shown)) if **shown == view));
            let orphan_toasts = effects.iter().filter(|effect| {
                matches!(effect, Effect::Toast(toast) if toast.title.contains("rphaned"))
            });
            told.extend(orphan_toasts.map(|_| second));
        }
        // All of it happens within ten minutes.
        prop_assert!(told.len() <= 4, "{} toasts about orphans: {:?}", told.len(), told);
    }
}
