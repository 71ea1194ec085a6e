//! `shimkeeper guard`: runs a server so that it cannot outlive its client.
//!
//! [`run`] starts, waits and performs; [`policy`] decides, and is pure; [`relay`] carries bytes both ways and, by
//! [`conversation`], remembers just enough of what was said to put a new server behind the same pipes. Deliberately
//! without any output of its own on standard output: that belongs to the server.

mod asking;
mod before;
mod belongs;
mod chunk;
mod client;
mod conversation;
mod ending;
mod events;
mod hands;
mod id;
mod ids;
mod inward;
mod lines;
mod lists;
mod lives;
mod message;
mod moves;
mod news;
mod orders;
mod outflow;
mod outward;
mod own;
mod passage;
mod policy;
mod relay;
mod relay_property;
mod relay_stage;
mod relay_stories;
mod replies;
mod rest;
mod run;
mod scan;
mod starved_stories;
mod state;
mod successor;
mod telling;
mod times;
mod wishes;

pub use before::Cleans;
pub use belongs::{name_of, watch_of};
pub(crate) use conversation::Conversation;
pub use events::OnFailure;
pub(crate) use id::Id;
pub(crate) use lines::Lines;
pub use orders::Orders;
pub use run::run;
