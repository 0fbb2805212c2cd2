//! The store, on both databases.

mod accounts;
mod address;
mod feed;
mod links;
mod migrations;
mod nodes;
mod outage;
mod refreshes;
mod replay;
mod sessions;
mod support;
