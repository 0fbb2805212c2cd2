//! One refresh on all nodes, whatever becomes of the node that asks for it.

use std::time::Duration;

use axum::http::StatusCode;
use futures::future::join_all;
use sandbox::{Fault, RefreshPolicy};
use serde_json::json;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::browser::{Answer, Browser, ME};
use crate::cluster::{self, Cluster};
use crate::node::Node;

/// The token endpoint of the sandbox.
const TOKEN: &str = "/spotify/api/token";
/// Nobody waits longer than this.
const LONGEST: Duration = Duration::from_secs(15);
/// A request to a provider is given up within this.
const EGRESS_DEADLINE_MS: i64 = 8000;
/// How often something is looked at.
const POLL: Duration = Duration::from_millis(20);

async fn until_asked(cluster: &Cluster) {
    let asked = async {
        while cluster.refreshes().is_empty() {
            tokio::time::sleep(POLL).await;
        }
    };
    let in_time = tokio::time::timeout(LONGEST, asked).await;
    in_time.expect("the provider is asked");
}

/// Delays the provider's next answer to a refresh, which it has given already.
fn answer_late(cluster: &Cluster, delay_ms: u64) {
    let fault = Fault::delay(TOKEN, delay_ms)
        .grant_type("refresh_token")
        .after();
    cluster.control().fault(fault).expect("a fault");
}

/// Asks in the background.
fn asks(
    browser: &Browser,
    node: usize,
    cluster: &Cluster,
) -> JoinHandle<(Browser, Option<Answer>)> {
    let (mut browser, cluster) = (browser.clone(), cluster.clone());
    tokio::spawn(async move {
        let answer = browser.try_get_from(&cluster.nodes()[node], ME).await;
        (browser, answer)
    })
}

/// Asks some nodes ten times each at once; no answer may take too long, and all of them must be the
/// same.
async fn all_say(browser: &Browser, nodes: &[Node]) -> (Vec<Browser>, StatusCode, String) {
    let requests = nodes.iter().cycle().take(10 * nodes.len()).map(|node| {
        let mut browser = browser.clone();
        async move {
            let started = Instant::now();
            let answer = browser.get_from(node, ME).await;
            assert!(started.elapsed() < LONGEST, "{answer:?}");
            (browser, answer)
        }
    });
    let (browsers, answers): (Vec<_>, Vec<_>) = join_all(requests).await.into_iter().unzip();
    let said: Vec<_> = answers
        .iter()
        .map(|answer| {
            let code = if answer.status == StatusCode::OK {
                String::new()
            } else {
                answer.code()
            };
            (answer.status, code)
        })
        .collect();
    let (status, code) = said[0].clone();
    assert!(
        said.iter().all(|one| *one == said[0]),
        "they disagree: {said:?}"
    );
    (browsers, status, code)
}

/// Asserts that the connection is over and the account is not, and that a sign-in mends it.
async fn is_mended_by_a_sign_in(mut browser: Browser) {
    let session = browser.get("/api/session").await.json();
    assert_eq!(session["signed_in"], true);
    browser.sign_in(None, "ada").await;
    browser.get(ME).await.is_ok();
}

// The sandbox takes a thousand connections while the browsers make as many.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_requests_at_once_are_one_refresh() {
    cluster::alone_with(|cluster| async move {
        let browser = cluster.due(RefreshPolicy::RotateKillFamily).await;
        let asked = (0..1000).map(|_| {
            let mut browser = browser.clone();
            async move {
                browser.get(ME).await.is_ok();
                browser
            }
        });
        let answered = join_all(asked).await;
        assert_eq!(cluster.refreshes().len(), 1);
        // The cookies of every answer lead on.
        for some in answered.chunks(100) {
            let asked = some.iter().cloned().map(|mut browser| async move {
                browser.get(ME).await.is_ok();
            });
            join_all(asked).await;
        }
        assert_eq!(cluster.refreshes().len(), 1);
        // So do the cookies that none of them reached.
        browser.clone().get(ME).await.is_ok();
        assert_eq!(cluster.refreshes().len(), 1);
        assert_eq!(cluster.control().superseded_sent(), (0, 0));
    })
    .await;
}

#[tokio::test]
async fn a_node_that_is_killed_before_it_sends_is_followed_by_another() {
    cluster::with(|cluster| async move {
        let browser = cluster.due(RefreshPolicy::RotateKillFamily).await;
        let mut gate = cluster.database().gate("sending").await;
        let first = asks(&browser, 0, &cluster);
        gate.until_somebody_waits().await;
        let others = {
            let (browser, cluster) = (browser.clone(), cluster.clone());
            tokio::spawn(async move { all_say(&browser, &cluster.nodes()[1..]).await })
        };
        cluster.nodes()[0].kill().await;
        gate.turn_away().await;
        gate.open().await;
        assert!(first.await.expect("an end").1.is_none(), "it was killed");
        let (browsers, status, code) = others.await.expect("answers");
        assert_eq!((status, code.as_str()), (StatusCode::OK, ""));
        assert_eq!(cluster.refreshes().len(), 1);
        for mut browser in browsers {
            browser.get(ME).await.is_ok();
        }
        assert_eq!(cluster.refreshes().len(), 1);
    })
    .await;
}

/// How the node that sends is lost.
#[derive(Clone, Copy, PartialEq)]
enum Loss {
    Killed,
    Paused,
}

/// The first node asks the provider, and is lost before it hears the answer. What the others say,
/// and how much later than the first request the second was sent.
async fn lose_the_sender(
    cluster: &Cluster,
    browser: &Browser,
    loss: Loss,
) -> (Vec<Browser>, StatusCode, String) {
    let [sender, others @ ..] = cluster.nodes() else {
        panic!("three nodes");
    };
    let first = asks(browser, 0, cluster);
    until_asked(cluster).await;
    match loss {
        Loss::Killed => sender.kill().await,
        Loss::Paused => sender.pause().await,
    }
    let said = all_say(browser, others).await;
    let asked = cluster.refreshes();
    assert_eq!(asked.len(), 2, "one further attempt");
    assert!(asked[1].at - asked[0].at >= EGRESS_DEADLINE_MS, "{asked:?}");
    if loss == Loss::Paused {
        let stored = cluster.database().refreshes().await;
        sender.go_on().await;
        let (_, late) = first.await.expect("an end");
        // Whoever waited there gets what the others got.
        if let Some(late) = late {
            assert_eq!(late.status, said.1, "{late:?}");
        }
        let (_, status, code) = all_say(browser, cluster.nodes()).await;
        assert_eq!((status, &code), (said.1, &said.2));
        assert_eq!(
            cluster.database().refreshes().await,
            stored,
            "the newer stays"
        );
        assert_eq!(cluster.refreshes().len(), 2);
    }
    said
}

#[tokio::test]
async fn a_node_that_is_killed_while_it_sends_costs_one_more_attempt() {
    cluster::with(|cluster| async move {
        let browser = cluster.due(RefreshPolicy::RotateKillFamily).await;
        // The provider never comes to handle it.
        let fault = Fault::delay(TOKEN, 3000);
        cluster.control().fault(fault).expect("a fault");
        let (browsers, status, code) = lose_the_sender(&cluster, &browser, Loss::Killed).await;
        assert_eq!((status, code.as_str()), (StatusCode::OK, ""));
        for mut browser in browsers {
            browser.get(ME).await.is_ok();
        }
        assert_eq!(cluster.refreshes().len(), 2);
    })
    .await;
}

#[tokio::test]
async fn an_answer_that_nobody_heard_ends_in_success_where_the_token_stays_good() {
    cluster::with(|cluster| async move {
        let browser = cluster.due(RefreshPolicy::NeverRotate).await;
        answer_late(&cluster, 3000);
        let (browsers, status, code) = lose_the_sender(&cluster, &browser, Loss::Killed).await;
        assert_eq!((status, code.as_str()), (StatusCode::OK, ""));
        for mut browser in browsers {
            browser.get(ME).await.is_ok();
        }
    })
    .await;
}

#[tokio::test]
async fn an_answer_that_nobody_heard_is_one_reconnect_where_the_token_is_used_up() {
    cluster::with(|cluster| async move {
        let browser = cluster.due(RefreshPolicy::RotateKillFamily).await;
        answer_late(&cluster, 3000);
        let (browsers, status, code) = lose_the_sender(&cluster, &browser, Loss::Killed).await;
        assert_eq!(
            (status, code.as_str()),
            (StatusCode::UNAUTHORIZED, "reauthorize")
        );
        let browser = browsers.into_iter().next().expect("a browser");
        is_mended_by_a_sign_in(browser).await;
    })
    .await;
}

#[tokio::test]
async fn a_paused_node_stores_nothing_over_a_newer_result() {
    cluster::with(|cluster| async move {
        let browser = cluster.due(RefreshPolicy::NeverRotate).await;
        answer_late(&cluster, 1000);
        let (_, status, code) = lose_the_sender(&cluster, &browser, Loss::Paused).await;
        assert_eq!((status, code.as_str()), (StatusCode::OK, ""));
    })
    .await;
}

#[tokio::test]
async fn a_paused_node_whose_token_was_used_up_is_one_reconnect() {
    cluster::with(|cluster| async move {
        let browser = cluster.due(RefreshPolicy::RotateKillFamily).await;
        answer_late(&cluster, 1000);
        let (browsers, status, code) = lose_the_sender(&cluster, &browser, Loss::Paused).await;
        assert_eq!(
            (status, code.as_str()),
            (StatusCode::UNAUTHORIZED, "reauthorize")
        );
        let browser = browsers.into_iter().next().expect("a browser");
        is_mended_by_a_sign_in(browser).await;
    })
    .await;
}

#[tokio::test]
async fn an_answer_past_the_lease_is_not_waited_for() {
    for policy in [RefreshPolicy::NeverRotate, RefreshPolicy::RotateKillFamily] {
        cluster::with(|cluster| async move {
            let browser = cluster.due(policy).await;
            answer_late(&cluster, 12_000);
            let (_, status, code) = all_say(&browser, cluster.nodes()).await;
            assert_eq!(
                (status, code.as_str()),
                (StatusCode::SERVICE_UNAVAILABLE, "provider_unavailable")
            );
            assert_eq!(cluster.refreshes().len(), 1);
            // Another try is worth while after the pause that the answer names.
            let until = Instant::now() + LONGEST;
            while browser.clone().get(ME).await.status == StatusCode::SERVICE_UNAVAILABLE {
                assert!(Instant::now() < until, "it is never tried again");
                tokio::time::sleep(POLL).await;
            }
            let (_, status, code) = all_say(&browser, cluster.nodes()).await;
            let expected = if policy == RefreshPolicy::NeverRotate {
                (StatusCode::OK, "")
            } else {
                (StatusCode::UNAUTHORIZED, "reauthorize")
            };
            assert_eq!((status, code.as_str()), expected);
            let asked = cluster.refreshes();
            assert_eq!(asked.len(), 2);
        })
        .await;
    }
}

/// What becomes of the database.
#[derive(Clone, Copy)]
enum Outage {
    /// It takes no connections for a while.
    Shut,
    /// Its processes are killed, and it starts again from its log.
    Crashed,
}

#[tokio::test]
async fn a_database_that_is_away_meanwhile_loses_no_token() {
    cluster::with(|cluster| a_refresh_over(cluster, Outage::Shut)).await;
}

#[tokio::test]
async fn a_database_that_crashes_meanwhile_loses_no_token() {
    // It is everybody's.
    cluster::alone_with(|cluster| a_refresh_over(cluster, Outage::Crashed)).await;
}

/// The database fails while a refresh is with the provider.
async fn a_refresh_over(cluster: Cluster, outage: Outage) {
    let browser = cluster.due(RefreshPolicy::RotateKillFamily).await;
    answer_late(&cluster, 1000);
    let asking: Vec<_> = (0..30).map(|n| asks(&browser, n % 3, &cluster)).collect();
    until_asked(&cluster).await;
    match outage {
        Outage::Shut => {
            cluster.database().shut().await;
            for node in cluster.nodes() {
                node.until_not_ready().await;
            }
            cluster.database().reopen().await;
        }
        Outage::Crashed => {
            cluster.database().crash().await;
            cluster.database().until_back().await;
        }
    }
    let mut browsers = Vec::new();
    for asked in asking {
        let (browser, answer) = asked.await.expect("an end");
        let answer = answer.expect("an answer");
        // Whoever gave up was told so; nobody met a defect, and nobody was signed out.
        if answer.status != StatusCode::OK {
            assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{answer:?}");
        }
        browsers.push(browser);
    }
    for node in cluster.nodes() {
        node.until_ready().await;
    }
    for mut browser in browsers {
        browser.get(ME).await.is_ok();
    }
    assert_eq!(cluster.refreshes().len(), 1);
}

#[tokio::test]
async fn a_sign_out_while_a_refresh_is_in_flight_stays() {
    cluster::with(|cluster| async move {
        for node in [0, 1] {
            let browser = cluster.due(RefreshPolicy::RotateKillFamily).await;
            cluster.control().clear_log();
            answer_late(&cluster, 2000);
            let asked = asks(&browser, 0, &cluster);
            until_asked(&cluster).await;
            let node = &cluster.nodes()[node];
            let body = json!({});
            browser
                .clone()
                .post_to(node, "/api/sign-out", body)
                .await
                .is_ok();
            let (late, answer) = asked.await.expect("an end");
            let answer = answer.expect("an answer");
            assert_eq!(answer.code(), "signed_out", "{answer:?}");
            assert_eq!(cluster.refreshes().len(), 1);
            // Neither the older cookies nor what came late opens anything, on any node.
            for one in [&browser, &late] {
                for node in cluster.nodes() {
                    let answer = one.clone().get_from(node, ME).await;
                    assert_eq!(answer.code(), "signed_out", "{answer:?}");
                    let answer = one.clone().get_from(node, "/api/session").await;
                    assert_eq!(answer.json()["signed_in"], false);
                }
            }
            assert_eq!(cluster.refreshes().len(), 1);
            assert!(cluster.database().refreshes().await.is_empty());
        }
    })
    .await;
}
