//! The whole router through `oneshot`, with a manual clock, a seeded rng and a sandbox on loopback.

mod law;
mod support;
