#![doc = include_str!("../README.md")]

mod fly;
mod pilot;
mod row;

pub use fly::{Crew, Found, Store, Wrote, fly};
pub use pilot::{Action, End, Event, Pilot, Time};
pub use row::{Holder, Phase, Row, Stage, Stamp};

use std::time::Duration;

/// A claim whose holder has not begun to send after this long is taken over.
pub const CLAIM_LEASE: Duration = Duration::from_secs(2);

/// A holder that sends has this long for the request and for all that its answer needs.
pub const SEND_DEADLINE: Duration = Duration::from_secs(8);

/// A claim that is sending is taken over after this long, which is later than [`SEND_DEADLINE`].
pub const SEND_LEASE: Duration = Duration::from_secs(9);

/// Whoever has no result by then ends without one.
pub const GIVE_UP: Duration = Duration::from_secs(13);

/// Whoever has sent nothing waits this long for a store that fails.
pub const STORE_PATIENCE: Duration = Duration::from_secs(5);

/// A result that the store did not take is offered to it for this long.
pub const HOLD_ON: Duration = Duration::from_mins(1);

/// How far the clocks of two nodes may be apart, in seconds.
pub const SKEW_S: i64 = 120;
