//! What the store knows of a flight.

/// Who holds a claim: one name for one attempt of one node, drawn at random.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Holder(String);

impl Holder {
    /// The holder of this name.
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// How far a flight is; `R` is a result.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Phase<R> {
    /// Somebody is about to send.
    Claimed,
    /// The request may be on its way.
    Sending,
    /// It did not get through.
    Failed {
        /// Why.
        result: R,
        /// When another try makes sense, in unix seconds.
        retry_at: i64,
    },
    /// It is over.
    Landed(R),
}

/// The name of a phase.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stage {
    /// [`Phase::Claimed`].
    Claimed,
    /// [`Phase::Sending`].
    Sending,
    /// [`Phase::Failed`].
    Failed,
    /// [`Phase::Landed`].
    Landed,
}

/// A flight in the store.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Row<R> {
    /// Grows by one with each claim.
    pub fence: u64,
    /// Whose claim it is, or was.
    pub holder: Holder,
    /// How far it is.
    pub phase: Phase<R>,
    /// When it was written, in unix seconds, by the clock of who wrote it.
    pub written_at: i64,
}

/// What a row must be for a write to replace it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Stamp {
    /// Its fence.
    pub fence: u64,
    /// Its holder.
    pub holder: Holder,
    /// Its stage.
    pub stage: Stage,
}

impl<R> Row<R> {
    /// The row as a write must find it.
    pub fn stamp(&self) -> Stamp {
        Stamp {
            fence: self.fence,
            holder: self.holder.clone(),
            stage: self.phase.stage(),
        }
    }
}

impl<R> Phase<R> {
    /// The name of the phase.
    pub fn stage(&self) -> Stage {
        match self {
            Self::Claimed => Stage::Claimed,
            Self::Sending => Stage::Sending,
            Self::Failed { .. } => Stage::Failed,
            Self::Landed(_) => Stage::Landed,
        }
    }
}
