//! The rules of a flight: by hand, and by a model of three nodes.

mod model;
mod rules;
