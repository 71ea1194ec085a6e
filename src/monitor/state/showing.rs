//! What the state looks like from outside, derived anew each time.

use super::{State, Work};
use crate::core::restart::restart;
use crate::core::{Diagnosis, Holder, Verdict, Watch, wording};
use crate::monitor::view::{Face, RestartOffer, View};

impl State {
    /// The watch that Restart means: the worst of those that can be restarted, else the first.
    pub(super) fn restart_watch(&self) -> Option<&Watch> {
        let able = self.diagnoses.iter().filter(|diagnosis| restart(diagnosis).is_ok());
        let worst = able.min_by_key(|diagnosis| diagnosis.verdict).or_else(|| self.diagnoses.first());
        worst.map(|diagnosis| &diagnosis.watch)
    }

    pub(super) fn restart_offer(&self, watch: &Watch) -> RestartOffer {
        let Some(diagnosis) = self.diagnoses.iter().find(|diagnosis| diagnosis.watch.name == watch.name)
        else {
            return RestartOffer::No(wording::NOT_LOOKED_YET.into());
        };
        match restart(diagnosis) {
            Ok(_) if self.is_blindfolded => RestartOffer::No(wording::CONFIG_BROKEN.to_lowercase()),
            Ok(plan) if !plan.ask.is_empty() => RestartOffer::Unnoticed,
            Ok(plan) if plan.loses.is_empty() => RestartOffer::Free,
            Ok(plan) => RestartOffer::Loses(wording::names(&plan.loses)),
            Err(why) => RestartOffer::No(wording::no_restart_in_short(&why)),
        }
    }

    /// Everything that the tray shows, derived anew.
    #[must_use]
    pub fn view(&self) -> View {
        let verdict = Verdict::worst(self.diagnoses.iter().map(|diagnosis| diagnosis.verdict));
        let face = match &self.work {
            Work::Cleanup { .. } | Work::Restart { .. } => Face::Busy,
            Work::Nothing if self.paused => Face::Paused,
            Work::Nothing if self.config_problem.is_some() && verdict > Verdict::Unseen => {
                // We watch something else than the user wrote down.
                Face::Verdict(Verdict::Unseen)
            }
            // Before the first look nothing is known, least of all that all is well.
            Work::Nothing if self.diagnoses.is_empty() => Face::Verdict(Verdict::Unseen),
            Work::Nothing => Face::Verdict(verdict),
        };
        let restart = self.restart_watch().map_or_else(
            || RestartOffer::No(wording::NOT_LOOKED_YET.into()),
            |watch| self.restart_offer(watch),
        );
        View {
            face,
            headline: self.headline(face),
            lines: self.lines(),
            rows: self.diagnoses.iter().map(|diagnosis| diagnosis.instances.len()).sum::<usize>()
                + usize::from(self.config_problem.is_some()),
            orphans: self.orphans(),
            restart,
            paused: self.paused,
            auto_cleanup: self.config.auto_cleanup,
            autostart: self.autostart.as_ref().ok().copied(),
            busy: self.work != Work::Nothing,
        }
    }

    fn headline(&self, face: Face) -> String {
        match &self.work {
            Work::Cleanup { .. } => return wording::CLEANING.into(),
            Work::Restart { .. } => return wording::RESTARTING.into(),
            Work::Nothing => {}
        }
        if face == Face::Paused {
            return wording::PAUSED.into();
        }
        let worst = self.diagnoses.iter().min_by_key(|diagnosis| diagnosis.verdict);
        match (&self.config_problem, worst) {
            (Some(_), Some(worst)) if worst.verdict <= Verdict::Unseen => self.summary(worst),
            (Some(_), _) => wording::CONFIG_BROKEN.into(),
            (None, Some(worst)) => self.summary(worst),
            (None, None) => wording::NOT_LOOKED_YET.into(),
        }
    }

    /// With several watches each line says which one it is about.
    fn summary(&self, diagnosis: &Diagnosis) -> String {
        let summary = wording::capital_but_for(&diagnosis.watch.name, &wording::summary(diagnosis));
        match self.diagnoses.len() {
            0 | 1 => summary,
            _ => format!("{}: {summary}", diagnosis.watch.name),
        }
    }

    /// First why it is so, then what else there is to know; nothing that the headline has said.
    fn lines(&self) -> Vec<String> {
        let mut lines: Vec<String> = self.config_problem.iter().map(|why| wording::in_one_row(why)).collect();
        let mut ordered: Vec<&Diagnosis> = self.diagnoses.iter().collect();
        ordered.sort_by_key(|diagnosis| diagnosis.verdict);
        let instances = || ordered.iter().flat_map(|diagnosis| &diagnosis.instances);
        lines.extend(instances().map(wording::instance_row));
        let mut all = instances();
        if let (Some(only), None) = (all.next(), all.next()) {
            lines.push(wording::runs_row(only));
        }
        lines.extend(
            ordered.first().filter(|worst| has_a_stranger(worst)).and_then(|worst| wording::port_row(worst)),
        );
        lines.extend(ordered.iter().skip(1).map(|other| self.summary(other)));
        lines.extend(self.toast_problem.as_deref().map(wording::toast_failed));
        lines.extend(self.problem.clone());
        lines.extend(self.last_row());
        lines
    }

    /// What was done last, if anything was.
    fn last_row(&self) -> Option<String> {
        let (when, what) = self.last.as_ref()?;
        Some(wording::last_row(*when, (self.offset_at)(*when), what))
    }

    /// What no state depends on.
    pub(super) fn about(&self) -> String {
        wording::about(
            &wording::pace_row(self.config.poll_interval, self.paused),
            &wording::watching_row(&self.config.watches),
            self.last_row().as_deref(),
        )
    }
}

/// Whether the port has a holder that neither the headline nor an instance's row speaks of.
fn has_a_stranger(diagnosis: &Diagnosis) -> bool {
    let is_known = |holder: &Holder| match holder {
        Holder::Known(identity) => diagnosis
            .instances
            .iter()
            .any(|instance| instance.members.iter().any(|member| member.identity == *identity)),
        Holder::Gone(_) | Holder::Hidden => false,
    };
    diagnosis.verdict != Verdict::Blocked && diagnosis.holders.iter().any(|row| !is_known(&row.holder))
}
