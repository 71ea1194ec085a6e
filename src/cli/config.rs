//! `shimkeeper config`: where it is, what holds, whether it loads, a first one.

use super::args::{ConfigArgs, ConfigWhat};
use super::context::Context;
use super::failure::Failure;
use crate::core::wording;
use crate::exit::Outcome;
use crate::platform::files;
use crate::{config, console, platform};

pub(super) fn run(context: &Context, args: &ConfigArgs) -> Result<Outcome, Failure> {
    let file = context.paths.config_file();
    match args.what {
        ConfigWhat::Path => console::say(&file.display().to_string()),
        ConfigWhat::Show => console::say(config::show(&context.config()?).trim_end()),
        ConfigWhat::Check => {
            context.config()?;
            let says = if file.exists() { wording::config_loads(&file) } else { wording::config_none(&file) };
            console::say(&says);
            for note in config::notes(&file, platform::PATH_STYLE) {
                console::say(&wording::note(&note.says(&file)));
                if let Some(hint) = &note.hint {
                    console::say(&format!("hint: {hint}"));
                }
            }
        }
        ConfigWhat::Init => {
            if file.exists() {
                let says = wording::config_there_already(&file);
                return Err(Failure::new(Outcome::Attention, says).hint(Some(wording::CONFIG_THERE_HINT)));
            }
            files::write_atomically(&file, config::TEMPLATE.as_bytes())
                .map_err(|error| Failure::new(Outcome::Attention, error.to_string()))?;
            console::say(&wording::config_written(&file));
        }
    }
    Ok(Outcome::Fine)
}
