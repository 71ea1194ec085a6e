//! Puts our guard into the configurations of MCP clients, and takes it out again.
//!
//! The way through: `locate` says where configurations are, `client` how each is written, `server`
//! what stands in it, `runs` what a server runs, `wrap` and `unwrap` which stretches of the text
//! change, `change` makes the new text and reads it again, `store` writes it. Everything between
//! reading and writing is text in, text out. A file is never written anew: what is not part of an edit
//! keeps its bytes.

mod change;
mod client;
mod comments;
mod diff;
mod edit;
mod json;
mod locate;
mod masked;
mod record;
mod refusal;
mod runs;
mod server;
mod store;
mod toml;
mod tree;
mod unwrap;
mod work;
mod wrap;

pub use change::{Change, Done, Outcome, Restored, Selection, Surroundings, Wrapper, unwrapped, wrapped};
pub use client::Client;
pub use locate::{Here, Place};
pub use record::Record;
pub use refusal::Refusal;
pub use runs::is_ours;
pub use store::{Turn, take_turn};
pub use work::{Listed, ListedGuard, ListedKind, Planned, is_gone, list, plan_unwrap, plan_wrap};
pub use wrap::Guard;
