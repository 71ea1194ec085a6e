//! The toasts that the state makes: what each says, shows and offers.

use super::{State, Work};
use crate::act::toast::{About, Button, Toast};
use crate::core::wording;
use crate::monitor::effect::Effect;
use crate::monitor::event::Panel;
use crate::monitor::toasts::Orphans;

impl State {
    pub(super) fn toast(&self, title: &str, body: &str) -> Effect {
        Effect::Toast(self.news(title, body))
    }

    pub(super) fn news(&self, title: &str, body: &str) -> Toast {
        let picture = self.view().face.word();
        let body = wording::called_as(&self.our_command, body);
        Toast { about: About::News, picture, title: title.into(), body, by_hand: None, buttons: Vec::new() }
    }

    /// What stands where orphans are told of.
    pub(super) fn told_of(&self, title: &str, body: &str) -> Toast {
        let orphans = self.orphans();
        let by_hand =
            if orphans > 0 { wording::clean_up_by_hand(orphans) } else { wording::STATE_BY_HAND.into() };
        let by_hand = wording::called_as(&self.our_command, &by_hand);
        let buttons = self.buttons();
        Toast { about: About::Orphans, by_hand: Some(by_hand), buttons, ..self.news(title, body) }
    }

    pub(super) fn of_orphans(&self, orphans: &Orphans<'_>) -> Toast {
        let (title, body) = wording::orphan_toast(orphans);
        self.told_of(&title, &body)
    }

    pub(super) fn tell(&mut self) -> Effect {
        let view = self.view();
        let body = view.lines.iter().take(4).cloned().collect::<Vec<_>>().join("\n");
        let toast = self.told_of(&view.headline, &body);
        let is_of_orphans = self.orphans() > 0 && !self.paused;
        if is_of_orphans {
            // From now on it goes with them.
            self.limit.of_all(&self.diagnoses);
        }
        Effect::Toast(Toast { about: if is_of_orphans { About::Orphans } else { About::News }, ..toast })
    }

    /// Only such as do something. Where the menu can be opened, it does the rest.
    pub(super) fn buttons(&self) -> Vec<(Button, String)> {
        let orphans = self.orphans();
        let can_clean = self.work == Work::Nothing && orphans > 0;
        let clean = can_clean.then(|| (Button::CleanUp, wording::clean_up(orphans)));
        let pause = if self.paused { wording::BUTTON_GO_ON } else { wording::ROW_PAUSE };
        let pause = self.is_without_panel.then(|| (Button::Pause, pause.to_owned()));
        let log = (Button::OpenLog, wording::BUTTON_OPEN_LOG.to_owned());
        clean.into_iter().chain(pause).chain([log]).collect()
    }

    pub(super) fn panel(&mut self, panel: Panel) -> Vec<Effect> {
        match panel {
            Panel::Shows => {
                self.is_without_panel = false;
                Vec::new()
            }
            Panel::Missing { cure, is_news } => {
                self.is_without_panel = true;
                let mut effects = vec![Effect::Log(format!("{}: {cure}", wording::PANEL_MISSING))];
                if is_news && self.config.toasts {
                    let toast = self.news(wording::NO_PANEL, &wording::no_panel(&cure));
                    effects.push(Effect::Toast(Toast { buttons: self.buttons(), ..toast }));
                }
                effects
            }
        }
    }
}
