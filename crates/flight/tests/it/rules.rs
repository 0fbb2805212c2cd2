//! One pilot, told by hand what happens.

use std::time::Duration;

use flight::{
    Action, CLAIM_LEASE, End, Event, GIVE_UP, HOLD_ON, Holder, Phase, Pilot, Row, SEND_DEADLINE,
    SEND_LEASE, SKEW_S, STORE_PATIENCE, Stage, Stamp, Time,
};

fn at(elapsed: Duration) -> Time {
    Time { elapsed, now: 1000 }
}

fn soon() -> Time {
    at(Duration::ZERO)
}

fn pilot() -> Pilot<u8> {
    let mut pilot = Pilot::new(Holder::new("me"));
    assert_eq!(pilot.next(Event::Go, soon()), Action::Look);
    pilot
}

fn row(fence: u64, holder: &str, phase: Phase<u8>) -> Row<u8> {
    Row {
        fence,
        holder: Holder::new(holder),
        phase,
        written_at: 1000,
    }
}

fn found(row: Row<u8>) -> Event<u8> {
    Event::Found(Some(row))
}

fn swap(from: (u64, &str, Stage), to: Row<u8>) -> Action<u8> {
    let (fence, holder, stage) = from;
    Action::Swap {
        from: Stamp {
            fence,
            holder: Holder::new(holder),
            stage,
        },
        to,
    }
}

/// A pilot that has sent its request.
fn sent() -> Pilot<u8> {
    let mut pilot = pilot();
    pilot.next(Event::Found(None), soon());
    pilot.next(Event::Written, soon());
    assert_eq!(
        pilot.next(Event::Written, soon()),
        Action::Send { fence: 1 }
    );
    pilot
}

#[test]
fn a_flight_alone_claims_marks_sends_and_lands() {
    let mut pilot = pilot();
    assert_eq!(
        pilot.next(Event::Found(None), soon()),
        Action::Insert(row(1, "me", Phase::Claimed))
    );
    assert_eq!(
        pilot.next(Event::Written, soon()),
        swap((1, "me", Stage::Claimed), row(1, "me", Phase::Sending))
    );
    assert_eq!(
        pilot.next(Event::Written, soon()),
        Action::Send { fence: 1 }
    );
    assert_eq!(
        pilot.next(Event::Answered(Phase::Landed(7)), soon()),
        swap((1, "me", Stage::Sending), row(1, "me", Phase::Landed(7)))
    );
    assert_eq!(
        pilot.next(Event::Written, soon()),
        Action::End(End::Landed(7))
    );
}

#[test]
fn who_comes_late_gets_what_landed() {
    let landed = row(3, "other", Phase::Landed(7));
    assert_eq!(
        pilot().next(found(landed), soon()),
        Action::End(End::Landed(7))
    );
}

#[test]
fn a_claim_of_others_is_waited_for() {
    let mut pilot = pilot();
    let claimed = row(1, "other", Phase::Claimed);
    let almost = at(CLAIM_LEASE.saturating_sub(Duration::from_millis(1)));
    for time in [soon(), almost] {
        assert_eq!(pilot.next(found(claimed.clone()), time), Action::Pause);
        assert_eq!(pilot.next(Event::Go, time), Action::Look);
    }
    assert_eq!(
        pilot.next(found(claimed), at(CLAIM_LEASE)),
        swap((1, "other", Stage::Claimed), row(2, "me", Phase::Claimed))
    );
}

#[test]
fn a_request_of_others_is_waited_for_longer() {
    let mut pilot = pilot();
    let sending = row(1, "other", Phase::Sending);
    for time in [soon(), at(CLAIM_LEASE), at(SEND_DEADLINE)] {
        assert_eq!(pilot.next(found(sending.clone()), time), Action::Pause);
        assert_eq!(pilot.next(Event::Go, time), Action::Look);
    }
    assert_eq!(
        pilot.next(found(sending), at(SEND_LEASE)),
        swap((1, "other", Stage::Sending), row(2, "me", Phase::Claimed))
    );
}

#[test]
fn a_row_that_moves_is_waited_for_anew() {
    let mut pilot = pilot();
    pilot.next(found(row(1, "other", Phase::Sending)), soon());
    pilot.next(Event::Go, soon());
    let moved = row(2, "third", Phase::Sending);
    assert_eq!(
        pilot.next(found(moved), at(SEND_LEASE)),
        Action::Pause,
        "it was seen for the first time just now"
    );
}

#[test]
fn a_row_that_no_clock_can_make_young_is_taken_over_at_once() {
    let old = Row {
        written_at: 1000 - SKEW_S - 9,
        ..row(1, "other", Phase::Sending)
    };
    assert_eq!(
        pilot().next(found(old.clone()), soon()),
        swap((1, "other", Stage::Sending), row(2, "me", Phase::Claimed))
    );
    let younger = Row {
        written_at: old.written_at + 1,
        ..old
    };
    assert_eq!(pilot().next(found(younger), soon()), Action::Pause);
}

#[test]
fn a_failure_is_told_until_another_try_makes_sense() {
    let failed = |retry_at| {
        let phase = Phase::Failed {
            result: 5,
            retry_at,
        };
        row(1, "other", phase)
    };
    assert_eq!(
        pilot().next(found(failed(1001)), soon()),
        Action::End(End::Failed {
            result: 5,
            retry_at: 1001
        })
    );
    assert_eq!(
        pilot().next(found(failed(1000)), soon()),
        swap((1, "other", Stage::Failed), row(2, "me", Phase::Claimed))
    );
}

#[test]
fn a_mark_that_was_written_late_sends_nothing() {
    let mut pilot = pilot();
    pilot.next(Event::Found(None), soon());
    pilot.next(Event::Written, soon());
    let late = at(SEND_LEASE.saturating_sub(SEND_DEADLINE) + Duration::from_millis(1));
    assert_eq!(
        pilot.next(Event::Written, late),
        swap((1, "me", Stage::Sending), row(2, "me", Phase::Claimed))
    );
}

#[test]
fn a_claim_whose_answer_was_lost_goes_on() {
    let mut pilot = pilot();
    pilot.next(Event::Found(None), soon());
    assert_eq!(pilot.next(Event::Unknown, soon()), Action::Pause);
    assert_eq!(pilot.next(Event::Go, soon()), Action::Look);
    assert_eq!(
        pilot.next(found(row(1, "me", Phase::Claimed)), soon()),
        swap((1, "me", Stage::Claimed), row(1, "me", Phase::Sending))
    );
}

#[test]
fn a_mark_whose_answer_was_lost_is_never_sent() {
    let mut pilot = pilot();
    pilot.next(Event::Found(None), soon());
    pilot.next(Event::Written, soon());
    assert_eq!(pilot.next(Event::Unknown, soon()), Action::Pause);
    assert_eq!(pilot.next(Event::Go, soon()), Action::Look);
    assert_eq!(
        pilot.next(found(row(1, "me", Phase::Sending)), soon()),
        swap((1, "me", Stage::Sending), row(2, "me", Phase::Claimed))
    );
}

#[test]
fn a_result_is_offered_until_the_store_takes_it() {
    let mut pilot = sent();
    let land = swap((1, "me", Stage::Sending), row(1, "me", Phase::Landed(7)));
    assert_eq!(pilot.next(Event::Answered(Phase::Landed(7)), soon()), land);
    for time in [
        soon(),
        at(GIVE_UP),
        at(HOLD_ON.saturating_sub(Duration::from_secs(1))),
    ] {
        assert_eq!(pilot.next(Event::Unknown, time), Action::Pause);
        assert_eq!(pilot.next(Event::Go, soon()), land);
    }
    assert_eq!(
        pilot.next(Event::Unknown, at(HOLD_ON)),
        Action::End(End::GivenUp)
    );
}

#[test]
fn an_older_result_is_never_stored_over_a_newer_one() {
    let mut pilot = sent();
    pilot.next(Event::Answered(Phase::Landed(7)), soon());
    assert_eq!(pilot.next(Event::Refused, soon()), Action::Look);
    assert_eq!(
        pilot.next(found(row(2, "other", Phase::Landed(8))), soon()),
        Action::End(End::Landed(8))
    );
}

#[test]
fn what_ended_is_not_claimed_sent_or_stored_for() {
    let gone = Action::End(End::Gone);
    assert_eq!(pilot().next(Event::Gone, soon()), gone);
    let mut claiming = pilot();
    claiming.next(Event::Found(None), soon());
    assert_eq!(claiming.next(Event::Gone, soon()), gone);
    let mut landing = sent();
    landing.next(Event::Answered(Phase::Landed(7)), soon());
    assert_eq!(landing.next(Event::Gone, soon()), gone);
    assert_eq!(landing.next(Event::Go, soon()), gone);
}

#[test]
fn a_store_that_fails_is_waited_for_a_while() {
    let mut pilot = pilot();
    let second = Duration::from_secs(1);
    for time in [second, STORE_PATIENCE] {
        assert_eq!(pilot.next(Event::Unknown, at(time)), Action::Pause);
        assert_eq!(pilot.next(Event::Go, at(time)), Action::Look);
    }
    // It answered once in between.
    pilot.next(found(row(1, "other", Phase::Sending)), at(STORE_PATIENCE));
    pilot.next(Event::Go, at(STORE_PATIENCE));
    let later = STORE_PATIENCE + second;
    assert_eq!(pilot.next(Event::Unknown, at(later)), Action::Pause);
    assert_eq!(pilot.next(Event::Go, at(later)), Action::Look);
    assert_eq!(
        pilot.next(Event::Unknown, at(later + STORE_PATIENCE)),
        Action::End(End::GivenUp)
    );
}

#[test]
fn nobody_waits_for_ever() {
    let mut waiting = pilot();
    waiting.next(found(row(1, "other", Phase::Sending)), soon());
    waiting.next(Event::Go, soon());
    let moved = row(2, "third", Phase::Claimed);
    assert_eq!(
        waiting.next(found(moved), at(GIVE_UP)),
        Action::End(End::GivenUp)
    );
    assert_eq!(
        pilot().next(Event::Unknown, at(GIVE_UP)),
        Action::End(End::GivenUp)
    );
    let mut slow = pilot();
    slow.next(Event::Found(None), soon());
    slow.next(Event::Written, soon());
    assert_eq!(
        slow.next(Event::Written, at(GIVE_UP)),
        Action::End(End::GivenUp),
        "a store that takes its time with every write"
    );
}
