//! A pilot in the world.

use crate::pilot::{Action, End, Event, Pilot, Time};
use crate::row::{Holder, Phase, Row, Stamp};

/// The row of one flight, in a store that all nodes share. Each call is one statement or one
/// transaction: it takes place as a whole or not at all.
pub trait Store<R>: Sync {
    /// The store failed.
    type Error: Send;

    /// Reads the row.
    fn look(&self) -> impl Future<Output = Result<Found<R>, Self::Error>> + Send;

    /// Writes the row where there is none.
    fn insert(&self, row: &Row<R>) -> impl Future<Output = Result<Wrote, Self::Error>> + Send;

    /// Replaces the row where fence, holder and stage are those of `from`.
    fn swap(
        &self,
        from: &Stamp,
        to: &Row<R>,
    ) -> impl Future<Output = Result<Wrote, Self::Error>> + Send;
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found<R> {
    /// The row, where there is one.
    Row(Option<Row<R>>),
    /// The session or the connection has ended.
    Gone,
}

/// What came of a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrote {
    /// It took place.
    Done,
    /// The row was another.
    Refused,
    /// The session or the connection has ended.
    Gone,
}

/// What a flight needs of its node. `E` is an error of the store.
pub trait Crew<R, E>: Sync {
    /// The time.
    fn time(&self) -> Time;

    /// Waits a moment, or until a row may have changed.
    fn pause(&self) -> impl Future<Output = ()> + Send;

    /// Sends the request and reads its answer, within [`SEND_DEADLINE`](crate::SEND_DEADLINE).
    /// The result is [`Phase::Failed`] or [`Phase::Landed`].
    fn send(&self, fence: u64) -> impl Future<Output = Phase<R>> + Send;

    /// The store failed; the flight goes on.
    fn trouble(&self, error: E);
}

/// Flies to the end. Run it in a task of its own: once the request was sent, nobody may drop it.
pub async fn fly<R, S, C>(store: &S, crew: &C, me: Holder) -> End<R>
where
    R: Clone + Send + Sync,
    S: Store<R>,
    C: Crew<R, S::Error>,
{
    let mut pilot = Pilot::new(me);
    let mut action = pilot.next(Event::Go, crew.time());
    loop {
        let event = match action {
            Action::Look => match store.look().await {
                Ok(Found::Row(row)) => Event::Found(row),
                Ok(Found::Gone) => Event::Gone,
                Err(error) => unknown(crew, error),
            },
            Action::Pause => {
                crew.pause().await;
                Event::Go
            }
            Action::Insert(row) => wrote(crew, store.insert(&row).await),
            Action::Swap { from, to } => wrote(crew, store.swap(&from, &to).await),
            Action::Send { fence } => Event::Answered(crew.send(fence).await),
            Action::End(end) => return end,
        };
        action = pilot.next(event, crew.time());
    }
}

fn wrote<R, E>(crew: &impl Crew<R, E>, result: Result<Wrote, E>) -> Event<R> {
    match result {
        Ok(Wrote::Done) => Event::Written,
        Ok(Wrote::Refused) => Event::Refused,
        Ok(Wrote::Gone) => Event::Gone,
        Err(error) => unknown(crew, error),
    }
}

fn unknown<R, E>(crew: &impl Crew<R, E>, error: E) -> Event<R> {
    crew.trouble(error);
    Event::Unknown
}
