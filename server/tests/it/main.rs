//! The whole router through `oneshot`, with a manual clock, a seeded rng and a sandbox on loopback.

mod accounts;
mod admin;
mod cookies;
mod database;
mod google;
mod guard;
mod headers;
mod interrupted;
mod jwks;
mod law;
mod logs;
mod nodes;
mod pages;
mod permissions;
mod provider_trouble;
mod proxy;
mod refresh;
mod requests;
mod session;
mod sign_in_begin;
mod sign_in_complete;
mod support;
