//! What the step wants to have done, done.

use std::path::PathBuf;
use std::thread;

use super::{Flow, Shell};
use crate::act::open;
use crate::core::Watch;
use crate::monitor::effect::Effect;
use crate::monitor::event::Event;
use crate::monitor::hands::Seen;
use crate::monitor::memories;
use crate::{config, leases, logging};

impl Shell {
    pub(super) fn perform(&mut self, effect: Effect) -> Flow {
        match effect {
            Effect::LookIn(wait) => self.pace.look_in(wait, self.clock.now().moment),
            Effect::Show(view) => {
                if self.shown.as_ref() != Some(&*view) {
                    self.shown = Some((*view).clone());
                    (self.show)(*view);
                }
            }
            Effect::Toast(toast) => {
                self.last_toast = Some(toast.clone());
                self.toaster.show(toast);
            }
            Effect::AmendToast(toast) => self.toaster.amend(toast),
            Effect::WithdrawToast => self.toaster.withdraw(),
            Effect::TellByIcon => {
                if let Some(toast) = self.last_toast.take() {
                    (self.tell_by_icon)(toast);
                }
            }
            Effect::Cleanup { watches, stop_grace } => {
                leases::sweep_quietly(&self.paths.lease_dir(), self.clock.now().wall);
                let seen = self.seen(watches);
                self.hands.cleanup(seen, stop_grace);
            }
            Effect::Restart { watch, stop_grace, is_agreed } => {
                let seen = self.seen(vec![*watch]);
                self.hands.restart(seen, stop_grace, is_agreed);
            }
            Effect::OpenLog => self.open(logging::current_log(&self.paths.log_dir(), self.clock.now().wall)),
            Effect::OpenConfig => self.open_config(),
            Effect::KeepAutoCleanup(on) => {
                if let Err(error) = config::set_auto_cleanup(&self.paths.config_file(), on) {
                    self.monitor.tell(Event::Failed(error.to_string()));
                }
                // The next look reads the file: it may hold a change of the user's as well.
            }
            Effect::SetAutostart(on) => self.set_autostart(on),
            Effect::Log(line) => tracing::info!("{line}"),
            Effect::Answer { id, reply } => {
                let waiting = self.waiting.lock().ok().and_then(|mut waiting| waiting.remove(&id));
                if let Some(waiting) = waiting {
                    // It may have given up.
                    let _ = waiting.send(reply);
                }
            }
            Effect::Watch(watches) => {
                self.memories = memories::carried(&self.watches, &self.memories, &watches);
                self.watches = watches;
            }
            Effect::Quit => {
                self.hands.quit(self.stop_grace);
                return Flow::Quit;
            }
        }
        Flow::GoOn
    }

    /// What our looks saw of these watches: whoever acts must judge as we did.
    fn seen(&self, watches: Vec<Watch>) -> Seen {
        let memory_of = |watch: &Watch| {
            let at = self.watches.iter().position(|known| known == watch);
            at.and_then(|at| self.memories.get(at)).cloned().unwrap_or_default()
        };
        Seen { memories: watches.iter().map(memory_of).collect(), watches }
    }

    /// Some desktops take their time to open a file; the monitor does not wait for them.
    pub(super) fn open(&self, file: PathBuf) {
        let monitor = self.monitor.clone();
        let opened = thread::Builder::new().name("open".into()).spawn(move || {
            if let Err(error) = open::open(&file) {
                monitor.tell(Event::Failed(format!("{error:#}")));
            }
        });
        if let Err(error) = opened {
            self.monitor.tell(Event::Failed(error.to_string()));
        }
    }
}
