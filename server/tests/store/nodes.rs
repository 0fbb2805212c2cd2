//! Two nodes over one database.

use std::collections::BTreeMap;

use axum::http::{HeaderMap, HeaderValue, header};
use server::clock::Clock;
use server::cookies::Jar;
use server::rng::Rng;
use server::sessions::Who;
use server::settings::Settings;
use server::store::{Person, Store};
use server::world::World;

use crate::support::{Database, ada, on_both, sign_in};

/// When these tests happen; sign-ins of [`sign_in`] are a little after.
const NOW: i64 = 100;

pub(crate) async fn node(store: Store) -> World {
    let variables: BTreeMap<String, String> = [
        (
            "STAGEDOOR_KEYS",
            "a:AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=",
        ),
        ("STAGEDOOR_ALLOW_LOOPBACK", "true"),
        ("STAGEDOOR_LIMITS", "off"),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .collect();
    let (settings, _) = Settings::read(&variables).expect("the settings are right");
    World::with_store(settings, Clock::manual(NOW), Rng::seeded(1), store)
        .await
        .expect("a world")
}

/// What a browser with a fresh token of this session carries.
fn jar(world: &World, account: &str, session: &str) -> Jar {
    let token = world
        .session_tokens
        .sign(account, session, &[], NOW, NOW + 1000)
        .expect("a token");
    let cookie = format!("__Host-Http-session={token}");
    let mut headers = HeaderMap::new();
    let value = HeaderValue::from_str(&cookie).expect("a header");
    headers.insert(header::COOKIE, value);
    Jar::read(&headers)
}

async fn name(world: &World, jar: &Jar) -> Option<String> {
    let (view, _) = world.peek_session(jar).await.expect("a view");
    view.account?.name
}

on_both! {
    async fn an_ending_on_one_node_is_refused_on_the_other(database: Database) {
        let (here, there) = (node(database.again().await).await, node(database.again().await).await);
        sign_in(&here.store, &ada(&["id:ada"]), 1).await;
        let jar = jar(&there, "a1", "s1");
        assert!(matches!(there.who(&jar).await, Ok(Who::Session(_))));
        assert_eq!(name(&there, &jar).await.as_deref(), Some("Ada"));
        assert!(here.end_for_good("s1").await);
        // Its token is fresh and speaks for itself, until this node hears of it.
        assert!(matches!(there.who(&jar).await, Ok(Who::Session(_))));
        there.follow_once().await.expect("followed");
        assert!(matches!(there.who(&jar).await, Ok(Who::Over)));
        assert_eq!(name(&there, &jar).await, None);
        // Hearing of it again does no harm.
        there.follow_once().await.expect("followed");
        assert!(matches!(there.who(&jar).await, Ok(Who::Over)));
    }

    async fn a_change_on_one_node_drops_the_view_of_the_other(database: Database) {
        let (here, there) = (node(database.again().await).await, node(database.again().await).await);
        sign_in(&here.store, &ada(&["id:ada"]), 1).await;
        let jar = jar(&there, "a1", "s1");
        there.follow_once().await.expect("followed");
        for n in ["one", "two", "three"] {
            let before = name(&there, &jar).await;
            let renamed = Person { name: Some(n.into()), ..ada(&["id:ada"]) };
            // All within one second.
            here.store.update_person(&renamed, "a1", NOW).await.expect("an answer");
            assert_eq!(name(&there, &jar).await, before, "it is kept");
            there.follow_once().await.expect("followed");
            assert_eq!(name(&there, &jar).await.as_deref(), Some(n));
        }
    }

    async fn a_change_of_one_account_leaves_the_views_of_others(database: Database) {
        let world = node(database.again().await).await;
        sign_in(&world.store, &ada(&["id:ada"]), 1).await;
        let jar = jar(&world, "a1", "s1");
        assert_eq!(name(&world, &jar).await.as_deref(), Some("Ada"));
        let renamed = Person { name: Some("new".into()), ..ada(&["id:ada"]) };
        world.store.update_person(&renamed, "a1", NOW).await.expect("an answer");
        world.note_changed("a2");
        assert_eq!(name(&world, &jar).await.as_deref(), Some("Ada"));
        world.note_changed("a1");
        assert_eq!(name(&world, &jar).await.as_deref(), Some("new"));
    }

    async fn a_deleted_account_is_over_on_the_other_node(database: Database) {
        let (here, there) = (node(database.again().await).await, node(database.again().await).await);
        sign_in(&here.store, &ada(&["id:ada"]), 1).await;
        let jar = jar(&there, "a1", "s1");
        assert_eq!(name(&there, &jar).await.as_deref(), Some("Ada"));
        here.store.delete_account("a1", NOW).await.expect("an answer");
        there.follow_once().await.expect("followed");
        assert!(matches!(there.who(&jar).await, Ok(Who::Over)));
    }

    async fn a_late_ending_is_not_missed(database: Database) {
        let (here, there) = (node(database.again().await).await, node(database.again().await).await);
        sign_in(&here.store, &ada(&["id:ada"]), 1).await;
        there.follow_once().await.expect("followed");
        // It was written under an earlier time than the one this node has followed to.
        here.store.end_session("s1", NOW - 20).await.expect("ended");
        there.follow_once().await.expect("followed");
        assert!(there.ended.contains("s1"));
    }

    async fn a_node_that_follows_hears_by_itself(database: Database) {
        let (here, there) = (node(database.again().await).await, node(database.again().await).await);
        sign_in(&here.store, &ada(&["id:ada"]), 1).await;
        let heard = async {
            assert!(here.end_for_good("s1").await);
            while !there.ended.contains("s1") {
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            () = there.follow() => {}
            () = heard => {}
        }
        assert!(there.ended.contains("s1"));
    }
}
