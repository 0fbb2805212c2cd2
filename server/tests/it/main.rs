//! The whole router through `oneshot`, with a manual clock, a seeded rng and a sandbox on loopback.

mod accounts;
mod admin;
mod app_token;
mod cookies;
mod database;
mod google;
mod guard;
mod headers;
mod interrupted;
mod journeys;
mod jwks;
mod law;
mod library;
mod limits;
mod logs;
mod nodes;
mod pages;
mod provider_trouble;
mod proxy;
mod refresh;
mod requests;
mod session;
mod sign_in_begin;
mod sign_in_complete;
mod support;
