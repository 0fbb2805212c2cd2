//! The rules of one flight, as a state machine that is told what happened and says what to do.

use std::time::Duration;

use crate::row::{Holder, Phase, Row, Stage, Stamp};
use crate::{CLAIM_LEASE, GIVE_UP, HOLD_ON, SEND_DEADLINE, SEND_LEASE, SKEW_S, STORE_PATIENCE};

/// The time of an event.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Time {
    /// Since the flight began, by a clock that never goes back.
    pub elapsed: Duration,
    /// Unix seconds, by this node's clock.
    pub now: i64,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Event<R> {
    /// The flight begins, or a pause is over.
    Go,
    /// What the store has.
    Found(Option<Row<R>>),
    /// The session or the connection ended: nothing may be claimed, sent or stored for it.
    Gone,
    /// A write took place.
    Written,
    /// A write did not take place: the row was another.
    Refused,
    /// The store failed. A write may have taken place or not.
    Unknown,
    /// What came of the request: [`Phase::Failed`] or [`Phase::Landed`].
    Answered(Phase<R>),
}

/// What to do.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Action<R> {
    /// Read the row.
    Look,
    /// Wait a little, or until somebody says that something changed.
    Pause,
    /// Write a row where there is none.
    Insert(Row<R>),
    /// Replace the row where it is as it was seen.
    Swap {
        /// As it was seen.
        from: Stamp,
        /// What takes its place.
        to: Row<R>,
    },
    /// Send the request. It happens once for a fence.
    Send {
        /// The fence.
        fence: u64,
    },
    /// Nothing more.
    End(End<R>),
}

/// How a flight ended.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum End<R> {
    /// With the stored result.
    Landed(R),
    /// It did not get through; another try makes sense at `retry_at`.
    Failed {
        /// Why.
        result: R,
        /// Unix seconds.
        retry_at: i64,
    },
    /// The session or the connection ended meanwhile.
    Gone,
    /// The store was away, or another node was, for too long.
    GivenUp,
}

/// One attempt of one node to take part in a flight.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Pilot<R> {
    me: Holder,
    state: State<R>,
    /// The row of others as it was last seen, and since when.
    seen: Option<(Stamp, Duration)>,
    /// Since when the store has answered nothing.
    trouble: Option<Duration>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum State<R> {
    Looking,
    Claiming { fence: u64 },
    Marking { fence: u64, asked: Duration },
    Sending { fence: u64 },
    Landing { fence: u64, phase: Phase<R> },
    Ended,
}

impl<R: Clone> Pilot<R> {
    /// A pilot of this name, which nobody else has.
    pub fn new(me: Holder) -> Self {
        Self {
            me,
            state: State::Looking,
            seen: None,
            trouble: None,
        }
    }

    /// What to do after an event.
    pub fn next(&mut self, event: Event<R>, at: Time) -> Action<R> {
        match event {
            Event::Unknown => {
                self.trouble.get_or_insert(at.elapsed);
            }
            Event::Go => {}
            _ => self.trouble = None,
        }
        match (self.state.clone(), event) {
            (State::Ended, _) | (_, Event::Gone) => self.end(End::Gone),
            (State::Landing { fence, phase }, Event::Go)
            | (State::Sending { fence }, Event::Answered(phase)) => self.land(fence, phase, at),
            (State::Landing { phase, .. }, Event::Written) => self.end(match phase {
                Phase::Failed { result, retry_at } => End::Failed { result, retry_at },
                Phase::Landed(result) => End::Landed(result),
                Phase::Claimed | Phase::Sending => End::GivenUp,
            }),
            (State::Landing { .. }, Event::Unknown) => self.pause(at, HOLD_ON),
            (State::Marking { fence, asked }, Event::Written) => {
                // Others count from when they see the mark, and a store can be slow to say that it
                // has written it: what is sent too late could meet the next one's request.
                if at.elapsed.saturating_sub(asked) <= SEND_LEASE.saturating_sub(SEND_DEADLINE) {
                    self.state = State::Sending { fence };
                    Action::Send { fence }
                } else if at.elapsed >= GIVE_UP {
                    self.end(End::GivenUp)
                } else {
                    let own = self.stamp(fence, Stage::Sending);
                    self.claim(own, at)
                }
            }
            (State::Claiming { fence }, Event::Written) => self.mark(fence, at),
            (State::Looking, Event::Found(None)) => {
                self.state = State::Claiming { fence: 1 };
                Action::Insert(self.row(1, Phase::Claimed, at))
            }
            (State::Looking, Event::Found(Some(row))) => self.consider(row, at),
            (_, Event::Unknown) => {
                self.state = State::Looking;
                let since = self.trouble.unwrap_or(at.elapsed);
                self.pause(at, GIVE_UP.min(since + STORE_PATIENCE))
            }
            // Somebody else moved the row, or the pause is over.
            _ => {
                self.state = State::Looking;
                Action::Look
            }
        }
    }

    fn consider(&mut self, row: Row<R>, at: Time) -> Action<R> {
        let stamp = row.stamp();
        let mine = row.holder == self.me;
        match row.phase {
            Phase::Landed(result) => self.end(End::Landed(result)),
            Phase::Failed { result, retry_at } if mine || at.now < retry_at => {
                self.end(End::Failed { result, retry_at })
            }
            Phase::Failed { .. } => self.claim(stamp, at),
            // The store took the claim, and its word for it was lost.
            Phase::Claimed if mine => self.mark(row.fence, at),
            // So it was with the mark. Nothing was sent for it, and nothing ever is: how long ago it
            // was written is not known.
            Phase::Sending if mine => self.claim(stamp, at),
            Phase::Claimed if self.is_stale(&stamp, row.written_at, CLAIM_LEASE, at) => {
                self.claim(stamp, at)
            }
            Phase::Sending if self.is_stale(&stamp, row.written_at, SEND_LEASE, at) => {
                self.claim(stamp, at)
            }
            Phase::Claimed | Phase::Sending => self.pause(at, GIVE_UP),
        }
    }

    /// Whether a row stood still for as long as `lease`.
    fn is_stale(&mut self, stamp: &Stamp, written_at: i64, lease: Duration, at: Time) -> bool {
        let lease_s = i64::try_from(lease.as_secs()).unwrap_or(i64::MAX);
        if at.now.saturating_sub(written_at) >= lease_s.saturating_add(SKEW_S) {
            return true;
        }
        match &self.seen {
            Some((seen, since)) if seen == stamp => at.elapsed.saturating_sub(*since) >= lease,
            _ => {
                self.seen = Some((stamp.clone(), at.elapsed));
                false
            }
        }
    }

    fn claim(&mut self, from: Stamp, at: Time) -> Action<R> {
        let fence = from.fence + 1;
        self.state = State::Claiming { fence };
        Action::Swap {
            from,
            to: self.row(fence, Phase::Claimed, at),
        }
    }

    fn mark(&mut self, fence: u64, at: Time) -> Action<R> {
        self.state = State::Marking {
            fence,
            asked: at.elapsed,
        };
        Action::Swap {
            from: self.stamp(fence, Stage::Claimed),
            to: self.row(fence, Phase::Sending, at),
        }
    }

    fn land(&mut self, fence: u64, phase: Phase<R>, at: Time) -> Action<R> {
        self.state = State::Landing {
            fence,
            phase: phase.clone(),
        };
        Action::Swap {
            from: self.stamp(fence, Stage::Sending),
            to: self.row(fence, phase, at),
        }
    }

    fn pause(&mut self, at: Time, limit: Duration) -> Action<R> {
        if at.elapsed >= limit {
            self.end(End::GivenUp)
        } else {
            Action::Pause
        }
    }

    fn end(&mut self, end: End<R>) -> Action<R> {
        self.state = State::Ended;
        Action::End(end)
    }

    fn stamp(&self, fence: u64, stage: Stage) -> Stamp {
        Stamp {
            fence,
            holder: self.me.clone(),
            stage,
        }
    }

    fn row(&self, fence: u64, phase: Phase<R>, at: Time) -> Row<R> {
        Row {
            fence,
            holder: self.me.clone(),
            phase,
            written_at: at.now,
        }
    }
}
