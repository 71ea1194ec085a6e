//! Puts our guard into the configurations of MCP clients, and takes it out again.
//!
//! The way through: `clients` says which clients there are, a row each, `locate` where their files are, `form` how
//! servers stand in them, `server` what each is, `runs` and `away` what a server runs and where, `rules` what somebody
//! has laid down about commands, `wrap` and `unwrap` which stretches of the text change, `exai` which wrapper gives way,
//! `change` and `draft` make the new text and read it again, `store` writes it, `troubles` says what became of it. Everything between reading and
//! writing is text in, text out. A file is never written anew: what is not part of an edit keeps its bytes.

mod away;
mod change;
mod client;
mod clients;
mod comments;
mod diff;
mod draft;
mod edit;
mod exai;
mod form;
mod json;
mod listed;
mod living;
mod locate;
mod masked;
mod outcome;
mod parse;
mod record;
mod refusal;
mod row;
mod rules;
mod runs;
mod server;
mod store;
mod toml;
mod tree;
mod troubles;
mod unread;
mod unwrap;
mod work;
mod wrap;

pub use change::{unwrapped, wrapped};
pub use client::Client;
pub use listed::{Listed, ListedGuard, ListedKind, Listing, homes, is_gone, list, on_path};
pub use living::{Living, living};
pub use locate::{Here, Keeper, Place};
pub use outcome::{Change, Done, Objects, Outcome, Restored, Selection, Surroundings, Wrapper};
pub use record::Record;
pub use refusal::Refusal;
pub use rules::Policy;
pub use runs::is_ours;
pub use store::{ConfigLock, lock};
pub use troubles::{Trouble, TroubleKind, forget_missing, is_missing, troubles};
pub use work::{Ground, Planned, plan_unwrap, plan_wrap};
pub use wrap::Guard;
