//! Refreshes: claimed once, stored once, and for nobody whose session or connection ended.

use app::error::Code;
use flight::{Found, Holder, Phase, Row, Stage, Stamp, Store as _, Wrote};
use server::store::{Outcome, RefreshKey, Store};

use crate::support::{Database, ada, at_google, link, on_both, sign_in};

/// The refresh of the token `hash` in session `s1`, as it was given at the first sign-in.
fn key(hash: &str, generation: i64) -> RefreshKey {
    RefreshKey {
        session: "s1".into(),
        provider: "spotify".into(),
        epoch: "i1.0".into(),
        token_hash: hash.into(),
        generation,
    }
}

fn row(fence: u64, holder: &str, phase: Phase<Outcome>) -> Row<Outcome> {
    Row {
        fence,
        holder: Holder::new(holder),
        phase,
        written_at: 10,
    }
}

fn stamp(fence: u64, holder: &str, stage: Stage) -> Stamp {
    Stamp {
        fence,
        holder: Holder::new(holder),
        stage,
    }
}

fn tokens(superseded: bool) -> Phase<Outcome> {
    Phase::Landed(Outcome::Tokens {
        sealed: "v1.k.sealed".into(),
        superseded,
    })
}

async fn look(store: &Store, key: &RefreshKey) -> Found<Outcome> {
    store.refresh(key).look().await.expect("an answer")
}

async fn insert(store: &Store, key: &RefreshKey, holder: &str) -> Wrote {
    let claim = row(1, holder, Phase::Claimed);
    store.refresh(key).insert(&claim).await.expect("an answer")
}

async fn swap(store: &Store, key: &RefreshKey, from: Stamp, to: &Row<Outcome>) -> Wrote {
    store.refresh(key).swap(&from, to).await.expect("an answer")
}

/// Claims, marks and lands, all by `me`.
async fn land(store: &Store, key: &RefreshKey, phase: Phase<Outcome>, at: i64) {
    assert_eq!(insert(store, key, "me").await, Wrote::Done);
    let sending = row(1, "me", Phase::Sending);
    let wrote = swap(store, key, stamp(1, "me", Stage::Claimed), &sending).await;
    assert_eq!(wrote, Wrote::Done);
    let landed = Row {
        written_at: at,
        ..row(1, "me", phase)
    };
    let wrote = swap(store, key, stamp(1, "me", Stage::Sending), &landed).await;
    assert_eq!(wrote, Wrote::Done);
}

on_both! {
    async fn a_refresh_is_claimed_marked_and_landed(database: Database) {
        let store = &database.store;
        sign_in(store, &ada(&["id:ada"]), 1).await;
        let key = key("h", 0);
        assert_eq!(look(store, &key).await, Found::Row(None));
        land(store, &key, tokens(true), 10).await;
        let other = database.again().await;
        assert_eq!(look(&other, &key).await, Found::Row(Some(row(1, "me", tokens(true)))));
    }

    async fn a_failure_is_kept_with_its_code(database: Database) {
        let store = &database.store;
        sign_in(store, &ada(&["id:ada"]), 1).await;
        let failed = Phase::Failed {
            result: Outcome::Failed(Code::ProviderError),
            retry_at: 15,
        };
        land(store, &key("h", 0), failed.clone(), 10).await;
        let found = look(store, &key("h", 0)).await;
        assert_eq!(found, Found::Row(Some(row(1, "me", failed))));
    }

    async fn two_claims_are_one(database: Database) {
        let store = &database.store;
        sign_in(store, &ada(&["id:ada"]), 1).await;
        let key = key("h", 0);
        let claims = (0..20).map(|n| {
            let key = key.clone();
            async move { insert(store, &key, &n.to_string()).await }
        });
        let claims = futures::future::join_all(claims).await;
        assert_eq!(claims.iter().filter(|wrote| **wrote == Wrote::Done).count(), 1);
    }

    async fn a_row_that_moved_is_not_replaced(database: Database) {
        let store = &database.store;
        sign_in(store, &ada(&["id:ada"]), 1).await;
        let key = key("h", 0);
        insert(store, &key, "me").await;
        let taken = row(2, "other", Phase::Claimed);
        let stale = [
            stamp(2, "me", Stage::Claimed),
            stamp(1, "other", Stage::Claimed),
            stamp(1, "me", Stage::Sending),
        ];
        for from in stale {
            assert_eq!(swap(store, &key, from, &taken).await, Wrote::Refused);
        }
        assert_eq!(swap(store, &key, stamp(1, "me", Stage::Claimed), &taken).await, Wrote::Done);
        // Who held the claim before comes late with its result.
        let result = row(1, "me", tokens(true));
        let late = swap(store, &key, stamp(1, "me", Stage::Sending), &result).await;
        assert_eq!(late, Wrote::Refused);
    }

    async fn nothing_is_claimed_or_stored_for_a_session_that_ended(database: Database) {
        let store = &database.store;
        sign_in(store, &ada(&["id:ada"]), 1).await;
        let key = key("h", 0);
        insert(store, &key, "me").await;
        store.end_session("s1", 20).await.expect("ended");
        assert_eq!(look(store, &key).await, Found::Gone);
        let sending = row(1, "me", Phase::Sending);
        let wrote = swap(store, &key, stamp(1, "me", Stage::Claimed), &sending).await;
        assert_eq!(wrote, Wrote::Refused);
        assert_eq!(insert(store, &key, "me").await, Wrote::Refused);
        assert_eq!(database.number("SELECT COUNT(*) FROM refresh").await, 0);
    }

    async fn nothing_is_claimed_or_stored_for_a_connection_that_ended(database: Database) {
        let store = &database.store;
        sign_in(store, &ada(&["id:ada"]), 1).await;
        let first = key("h", 0);
        insert(store, &first, "me").await;
        assert!(store.disconnect("a1", "spotify", 20).await.expect("an answer"));
        assert_eq!(database.number("SELECT COUNT(*) FROM refresh").await, 0);
        assert_eq!(look(store, &first).await, Found::Gone);
        assert_eq!(insert(store, &first, "me").await, Wrote::Refused);
        // What is granted from now on is of the next epoch.
        let next = RefreshKey { epoch: "i1.1".into(), ..first.clone() };
        assert_eq!(insert(store, &next, "me").await, Wrote::Done);
        // A claim that was let in before the end is not moved on after it.
        let sending = row(1, "me", Phase::Sending);
        let wrote = swap(store, &first, stamp(1, "me", Stage::Claimed), &sending).await;
        assert_eq!(wrote, Wrote::Refused);
    }

    async fn a_connection_to_another_provider_goes_on(database: Database) {
        let store = &database.store;
        sign_in(store, &ada(&["id:ada"]), 1).await;
        link(store, &at_google("ada"), "a1", 2).await;
        insert(store, &key("h", 0), "me").await;
        assert!(store.disconnect("a1", "google", 20).await.expect("an answer"));
        assert!(matches!(look(store, &key("h", 0)).await, Found::Row(Some(_))));
        assert!(!store.disconnect("a1", "acme", 20).await.expect("an answer"));
    }

    async fn an_identity_that_came_back_is_another_epoch(database: Database) {
        let store = &database.store;
        sign_in(store, &ada(&["id:ada"]), 1).await;
        link(store, &at_google("ada"), "a1", 2).await;
        store.unlink("a1", "spotify", "s1", 3).await.expect("an answer");
        link(store, &ada(&["id:ada"]), "a1", 4).await;
        assert_eq!(look(store, &key("h", 0)).await, Found::Gone);
    }

    async fn a_superseded_token_is_not_claimed_under_another_generation(database: Database) {
        let store = &database.store;
        sign_in(store, &ada(&["id:ada"]), 1).await;
        land(store, &key("h", 3), tokens(true), 10).await;
        let found = look(store, &key("h", 2)).await;
        assert!(matches!(
            found,
            Found::Row(Some(Row { phase: Phase::Landed(Outcome::Over), .. }))
        ));
        assert_eq!(insert(store, &key("h", 2), "me").await, Wrote::Refused);
        assert_eq!(insert(store, &key("other", 2), "me").await, Wrote::Done);
    }

    async fn a_token_that_stays_is_claimed_for_each_generation(database: Database) {
        let store = &database.store;
        sign_in(store, &ada(&["id:ada"]), 1).await;
        land(store, &key("h", 0), tokens(false), 10).await;
        assert_eq!(insert(store, &key("h", 1), "me").await, Wrote::Done);
    }

    async fn results_past_their_time_go_and_what_they_superseded_stays_known(database: Database) {
        let store = &database.store;
        sign_in(store, &ada(&["id:ada"]), 1).await;
        land(store, &key("old", 0), tokens(true), 100).await;
        land(store, &key("kept", 1), tokens(false), 100).await;
        land(store, &key("new", 2), tokens(true), 200).await;
        store.purge_refreshes(200).await.expect("purged");
        let old = look(store, &key("old", 0)).await;
        assert_eq!(old, Found::Row(Some(Row {
            written_at: 100,
            ..row(1, "me", Phase::Landed(Outcome::Over))
        })));
        assert_eq!(insert(store, &key("old", 7), "me").await, Wrote::Refused);
        // A token that stayed good is claimed anew.
        assert_eq!(look(store, &key("kept", 1)).await, Found::Row(None));
        assert_eq!(insert(store, &key("kept", 1), "me").await, Wrote::Done);
        assert!(matches!(
            look(store, &key("new", 2)).await,
            Found::Row(Some(Row { phase: Phase::Landed(Outcome::Tokens { .. }), .. }))
        ));
    }

    async fn a_consent_follows_on_all_but_tokens(database: Database) {
        let store = &database.store;
        sign_in(store, &ada(&["id:ada"]), 1).await;
        let consent = Outcome::Tokens { sealed: "v1.k.consent".into(), superseded: true };
        insert(store, &key("flying", 0), "me").await;
        land(store, &key("over", 0), Phase::Landed(Outcome::Over), 10).await;
        land(store, &key("landed", 0), tokens(true), 10).await;
        let mut results = Vec::new();
        for hash in ["none", "flying", "over", "landed"] {
            let key = key(hash, 0);
            store.replace_refresh(&key, &consent, 20).await.expect("an answer");
            let Found::Row(Some(row)) = look(store, &key).await else {
                panic!("{hash} is there");
            };
            results.push(row.phase == Phase::Landed(consent.clone()));
        }
        assert_eq!(results, [true, true, true, false]);
        let sending = row(1, "me", Phase::Sending);
        let from = stamp(1, "me", Stage::Claimed);
        assert_eq!(swap(store, &key("flying", 0), from, &sending).await, Wrote::Refused);
    }
}
