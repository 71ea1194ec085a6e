//! What is asked of a text, and what comes of it.

use super::edit::Edit;
use super::locate::Keeper;
use super::record::Record;
use crate::core::wording::Complaint;
use crate::core::{PathStyle, Watch};

/// Which servers are meant.
#[derive(Clone, Copy, Debug)]
pub enum Selection<'a> {
    /// Those that run the script of a watch.
    Watched(&'a [Watch]),
    /// The one of this name, wherever it stands.
    Named(&'a str),
    /// All of them.
    All,
}

/// Why one command line must not become another.
pub type Objects<'a> = dyn Fn(&[String], &[String]) -> Option<Complaint> + 'a;

/// What the text does not say, and wrapping needs.
pub struct Surroundings<'a> {
    /// How paths are read here.
    pub style: PathStyle,
    /// Whether the script of this path is known to be missing, seen from this folder.
    pub is_missing: &'a dyn Fn(&str, Option<&str>) -> bool,
    /// Whether a file of this path is there, seen from this folder.
    pub is_file: &'a dyn Fn(&str, Option<&str>) -> bool,
    /// Why a command line must not become another, by somebody's rules.
    pub objects: &'a Objects<'a>,
    /// Whose file it is to write.
    pub keeper: Keeper,
}

impl Surroundings<'static> {
    /// Where nothing is known of files and rules.
    #[must_use]
    pub fn bare(style: PathStyle) -> Self {
        Self {
            style,
            is_missing: &|_, _| false,
            is_file: &|_, _| false,
            objects: &|_, _| None,
            keeper: Keeper::User,
        }
    }
}

/// A server with what was done to it.
#[derive(Debug)]
pub struct Done {
    /// What the client calls it.
    pub name: String,
    /// What happened.
    pub outcome: Outcome,
    /// What must be known of it, too.
    pub notes: Vec<String>,
}

/// What happened to a server.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// The guard stands in front of it.
    Wrapped(Wrapper),
    /// It did already.
    WrappedBefore {
        /// The guard's path, as the entry has it.
        program: String,
    },
    /// The guard is gone.
    Unwrapped(Restored),
    /// It was not there.
    NotWrapped,
    /// Left as it is, and why: it would be of no use, or do harm.
    LeftAlone(Complaint),
    /// It could not be done, and why.
    Refused(Complaint),
    /// It was not meant.
    NotMeant,
}

/// What became of the EXAI project's own wrapper.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wrapper {
    /// There was none.
    None,
    /// The shim that it starts stands in its place.
    Replaced,
    /// The shim is not beside it, so that it stays.
    Kept,
}

/// How sure it is that the text is what it was before.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Restored {
    /// To the byte.
    Exactly,
    /// Somebody has changed it since; our part is gone, theirs stays.
    Edited,
    /// The same, and what they have changed of our own words is gone, too.
    GuardEdited,
    /// The same, and what stood in place of the EXAI project's wrapper is gone, so that it does not come back.
    WithoutWrapper,
    /// Nothing is known of how it was before; what stands in the text decided.
    Unremembered,
}

/// A text that is to take the place of another.
#[derive(Debug)]
pub struct Change {
    /// The whole new text.
    pub text: String,
    /// What was done to each server, in their order.
    pub done: Vec<Done>,
    /// What must be remembered to undo it.
    pub record: Record,
    /// Whether somebody else has changed the file since we did.
    pub others_changed: bool,
    /// Why a text in which no server was found is not called empty.
    pub unread: Option<Complaint>,
    pub(super) edits: Vec<Edit>,
}
