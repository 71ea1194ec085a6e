//! The guard with real processes: nothing outlives its client, no byte is changed, no port is fought over.
//!
//! Every story of the matrix is told `SHIMKEEPER_ROUNDS` times for each kind of server. Not here: what the
//! guard decides (tables over its policy) and its part on Windows (`tests/windows/guard`).

mod along;
mod anew;
mod both_killed;
mod bytes;
mod client_and_guard_killed;
mod client_killed;
mod closed_streams;
mod costs;
mod ctrl_c;
mod earlier_children;
mod ended_launchers;
mod exit_codes;
mod failures;
mod few_files;
mod few_processes;
mod guard_killed;
mod handed_over;
mod hang_up;
mod headless;
mod held_keeper;
mod help;
mod ignored_children;
mod inheritance;
mod input_closed;
mod keeper_killed;
mod kept_output;
mod launchers;
mod load;
mod long_answers;
mod mcp_client;
mod nonblocking;
mod passing_by;
mod pressure;
mod privacy;
mod quiet;
mod race;
mod restart;
mod scene;
mod second_server;
mod server_exits;
mod signals;
mod slow_restart;
mod sockets;
mod spared;
mod spared_family;
mod stopped_keeper;
mod stuck_errors;
mod taken_port;
mod terminal;
mod waiting;
