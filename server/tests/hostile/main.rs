//! The server against an `OpenID` provider that lies: every relying-party module of the `OpenID`
//! Foundation's suite that applies, and every attack of our own list on ID tokens, discovery, key
//! sets, endpoints, accounts, refresh and logout. What came of it is in `target/conformance.md`.

mod accounts;
mod conformance;
mod discovery;
mod endpoints;
mod id_token;
mod independent;
mod jose;
mod keys;
mod logout;
mod provider;
mod raw;
mod refresh;
mod report;
mod rows;
mod stage;
