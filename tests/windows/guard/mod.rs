//! The guard and its promise: whatever happens to client, guard or server, nothing is left.
//!
//! Every story of the matrix is told `SHIMKEEPER_ROUNDS` times for each kind of server.

mod bytes;
mod client_killed;
mod ctrl_c;
mod ended_launchers;
mod guard_killed;
mod input_closed;
mod lent_input;
mod politeness;
pub(crate) mod process;
mod refusals;
mod restart;
mod scene;
mod scripts;
mod server_exits;
mod terminal;
