//! What measurements share: processes that are waited for, figures, a server that answers at once.

pub(crate) mod echo;
pub(crate) mod figures;
pub(crate) mod machine;
pub(crate) mod running;
