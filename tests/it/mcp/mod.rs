//! `shimkeeper mcp`: the guard in the configurations of MCP clients, and out of them again to the byte.
//!
//! Every command runs with a home of the test's own; no file of the person who runs the tests is looked
//! at. What the guard does when a client starts it is not tested here.

mod called;
mod clients;
mod elsewhere;
mod exai;
mod fixtures;
mod formats;
mod forms;
mod left_alone;
mod page;
mod planted;
mod random;
mod refusals;
mod rights;
mod safety;
mod shown;
mod since;
mod user;
