//! Stories on a real desktop: a panel, a pointer, toasts, and the tray between them.
//!
//! Each runs in a world of its own, so port 3005 is used as it stands in the sentences.
//! Every state leaves a picture in `target/desktop/`. Not here: what a menu or an icon says
//! in every case (tables over values).

mod choosing;
mod cleaning;
mod colours;
mod configured;
mod costs;
mod examined;
mod failing;
mod item;
mod menu;
mod menu_protocol;
mod registering;
mod restarting;
pub(crate) mod stage;
mod starting;
mod toasting;
