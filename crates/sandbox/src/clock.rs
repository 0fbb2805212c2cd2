//! The sandbox's own time: the system's plus an offset that a test sets.

use std::time::{SystemTime, UNIX_EPOCH};

/// A clock that can be moved.
#[derive(Debug, Default)]
pub(crate) struct Clock {
    offset_s: i64,
}

impl Clock {
    /// Now, in unix seconds.
    pub(crate) fn now(&self) -> i64 {
        self.now_ms().div_euclid(1000)
    }

    /// Now, in unix milliseconds.
    pub(crate) fn now_ms(&self) -> i64 {
        system_ms().saturating_add(self.offset_s.saturating_mul(1000))
    }

    /// The seconds that are added to the system's time.
    pub(crate) fn offset_s(&self) -> i64 {
        self.offset_s
    }

    /// Sets the offset; it does not add to the one before.
    pub(crate) fn set_offset_s(&mut self, offset_s: i64) {
        self.offset_s = offset_s;
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one place where the sandbox reads the system clock"
)]
fn system_ms() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .ok()
        .and_then(|age| i64::try_from(age.as_millis()).ok())
        .unwrap_or_default()
}
