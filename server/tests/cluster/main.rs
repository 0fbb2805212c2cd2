//! Three programs over one `PostgreSQL`: what one of them starts the next carries on, whatever
//! becomes of it.
//!
//! The tests stand where the balancer stands: each request goes to the next node, and one that no
//! node took goes to the one after.

mod browser;
mod cluster;
mod database;
mod ends;
mod load;
mod lost;
mod node;
mod refresh;
mod restart;
