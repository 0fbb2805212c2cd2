//! Random journeys of two browsers over two nodes: whatever order things happen in, nobody calls with
//! another's tokens, nothing that ended is served, and no superseded refresh token is ever sent.

use std::time::Duration;

use axum::http::StatusCode;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestRunner};
use sandbox::RefreshPolicy;

use crate::support::{Browser, Stage};

/// Who signs in in which browser.
const LOGINS: [&str; 2] = ["ada", "hanako"];

/// What happens next. The first number is a browser, the second a node.
#[derive(Debug, Clone, Copy)]
enum Event {
    SignIn(usize, usize),
    Call(usize, usize),
    Refresh(usize, usize),
    AskSession(usize, usize),
    /// Five tabs call at once, over both nodes, and the browser keeps any of the answers' cookies.
    Tabs(usize, usize),
    SignOut(usize, usize),
    Disconnect(usize, usize),
    /// The browser takes the cookies it had a while ago for newer ones.
    TakeOld(usize),
    /// Seconds pass, in all less than the day for which a result is kept.
    Wait(i64),
    /// A node dies, and another takes its place.
    Crash(usize),
    /// The keys change places.
    Rotate,
}

fn event() -> impl Strategy<Value = Event> {
    let (browser, node) = (0..2_usize, 0..2_usize);
    let both = (browser.clone(), node.clone());
    prop_oneof![
        3 => both.clone().prop_map(|(b, n)| Event::SignIn(b, n)),
        8 => both.clone().prop_map(|(b, n)| Event::Call(b, n)),
        4 => both.clone().prop_map(|(b, n)| Event::Refresh(b, n)),
        3 => both.clone().prop_map(|(b, n)| Event::AskSession(b, n)),
        3 => (browser.clone(), 0..5_usize).prop_map(|(b, kept)| Event::Tabs(b, kept)),
        1 => both.clone().prop_map(|(b, n)| Event::SignOut(b, n)),
        1 => both.prop_map(|(b, n)| Event::Disconnect(b, n)),
        3 => browser.prop_map(Event::TakeOld),
        5 => prop_oneof![Just(10), Just(1_000), Just(2_000)].prop_map(Event::Wait),
        1 => node.prop_map(Event::Crash),
        1 => Just(Event::Rotate),
    ]
}

const KEYS: [&str; 2] = [
    "a:AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=,b:ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=",
    "b:ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=,a:AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=",
];

/// A browser, what it should be, and what it had.
struct Visitor {
    browser: Browser,
    login: &'static str,
    signed_in: bool,
    connected: bool,
    /// Cookies of this session and connection that it had a while ago.
    old: Option<Browser>,
    /// Cookies of before the session or the connection ended.
    over: Vec<(Browser, StatusCode)>,
}

struct Journey {
    nodes: [Stage; 2],
    visitors: Vec<Visitor>,
    front: usize,
    /// The node that came last; each draws its randomness from where the one before it began.
    newest: usize,
}

impl Journey {
    async fn begin() -> Self {
        let first = Stage::with_settings(&[("STAGEDOOR_KEYS", KEYS[0])]).await;
        let second = first.again_with(&[("STAGEDOOR_KEYS", KEYS[0])]).await;
        // The provider ends the whole connection when it sees a superseded token.
        first
            .control()
            .set_refresh_policy(RefreshPolicy::RotateKillFamily, false);
        let visitors = LOGINS
            .iter()
            .map(|login| Visitor {
                browser: first.browser(),
                login,
                signed_in: false,
                connected: false,
                old: None,
                over: Vec::new(),
            })
            .collect();
        Self {
            nodes: [first, second],
            visitors,
            front: 0,
            newest: 1,
        }
    }

    async fn follow(&self) {
        for node in &self.nodes {
            node.world.follow_once().await.expect("the feed");
        }
    }

    async fn replace(&mut self, node: usize) {
        let keys = [("STAGEDOOR_KEYS", KEYS[self.front])];
        self.nodes[node] = self.nodes[self.newest].again_with(&keys).await;
        self.newest = node;
    }

    async fn happen(&mut self, event: Event) {
        match event {
            Event::Wait(seconds) => self.nodes[0].advance(seconds),
            Event::Crash(node) => self.replace(node).await,
            Event::Rotate => {
                self.front = 1 - self.front;
                for node in [1 - self.newest, self.newest] {
                    self.replace(node).await;
                }
            }
            Event::SignIn(who, node) => {
                let served = self.served(who, node);
                let visitor = &mut self.visitors[who];
                if visitor.signed_in {
                    let over = (visitor.browser.clone(), StatusCode::UNAUTHORIZED);
                    visitor.over.push(over);
                }
                visitor.browser = served;
                visitor.browser.sign_in(visitor.login).await;
                visitor.signed_in = true;
                visitor.connected = true;
                visitor.old = None;
                self.follow().await;
            }
            Event::Call(who, node) => {
                let mut browser = self.served(who, node);
                self.remember(who);
                self.call(who, &mut browser).await;
                self.visitors[who].browser = browser;
            }
            Event::Refresh(who, node) => {
                let mut browser = self.served(who, node);
                self.remember(who);
                let answer = browser.refresh().await;
                assert_eq!(answer.status, self.expected(who), "{}", answer.text);
                self.visitors[who].browser = browser;
            }
            Event::AskSession(who, node) => {
                let mut browser = self.served(who, node);
                self.remember(who);
                let view = browser.session().await;
                assert_eq!(view["signed_in"], self.visitors[who].signed_in);
                let connections = view["connections"].as_array().map_or(0, Vec::len);
                assert_eq!(connections == 1, self.visitors[who].connected);
                self.visitors[who].browser = browser;
            }
            Event::Tabs(who, kept) => {
                let mut tabs: Vec<Browser> = (0..5).map(|tab| self.served(who, tab % 2)).collect();
                self.remember(who);
                let expected = self.expected(who);
                let answers = futures::future::join_all(tabs.iter_mut().map(Browser::me)).await;
                for answer in answers {
                    assert_eq!(answer.status, expected, "{}", answer.text);
                }
                self.visitors[who].browser = tabs.swap_remove(kept);
            }
            Event::SignOut(who, node) => {
                let mut browser = self.served(who, node);
                let before = browser.clone();
                browser.sign_out(false).await;
                let visitor = &mut self.visitors[who];
                if visitor.signed_in {
                    visitor.over.push((before, StatusCode::UNAUTHORIZED));
                }
                visitor.browser = browser;
                (visitor.signed_in, visitor.connected, visitor.old) = (false, false, None);
                self.follow().await;
            }
            Event::Disconnect(who, node) => {
                let mut browser = self.served(who, node);
                let before = browser.clone();
                browser.disconnect("spotify").await;
                let visitor = &mut self.visitors[who];
                if visitor.connected {
                    visitor.over.push((before, StatusCode::CONFLICT));
                }
                visitor.browser = browser;
                (visitor.connected, visitor.old) = (false, None);
                self.follow().await;
            }
            Event::TakeOld(who) => {
                if let Some(old) = self.visitors[who].old.take() {
                    self.visitors[who].browser = old;
                }
            }
        }
    }

    fn served(&self, who: usize, node: usize) -> Browser {
        self.nodes[node].served(&self.visitors[who].browser)
    }

    /// Keeps the cookies as they are, the first time since they were good for something else.
    fn remember(&mut self, who: usize) {
        let visitor = &mut self.visitors[who];
        if visitor.connected && visitor.old.is_none() {
            visitor.old = Some(visitor.browser.clone());
        }
    }

    fn expected(&self, who: usize) -> StatusCode {
        let visitor = &self.visitors[who];
        match (visitor.signed_in, visitor.connected) {
            (true, true) => StatusCode::OK,
            (true, false) => StatusCode::CONFLICT,
            (false, _) => StatusCode::UNAUTHORIZED,
        }
    }

    async fn call(&self, who: usize, browser: &mut Browser) {
        let answer = browser.me().await;
        assert_eq!(answer.status, self.expected(who), "{}", answer.text);
        if answer.status == StatusCode::OK {
            let id = answer.json()["id"].clone();
            let own = if who == 0 {
                "ada.lindqvist"
            } else {
                "hanako+yamada/北%2F1"
            };
            assert_eq!(id, own, "somebody else's tokens");
        }
    }

    /// Nothing that ended is served, on any node, whatever cookies come.
    async fn nothing_ended_is_served(&mut self) {
        self.follow().await;
        for visitor in &self.visitors {
            for (browser, expected) in &visitor.over {
                for node in &self.nodes {
                    let answer = node.served(browser).me().await;
                    // What was disconnected may have been signed out of since.
                    let status = answer.status;
                    assert!(
                        status == *expected || status == StatusCode::UNAUTHORIZED,
                        "{status} {}",
                        answer.text
                    );
                }
            }
        }
    }
}

#[test]
fn whatever_happens_tokens_are_neither_lost_nor_mixed_up() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let mut runner = TestRunner::new(Config {
        cases: 40,
        rng_seed: RngSeed::Fixed(7),
        failure_persistence: None,
        max_shrink_iters: 200,
        ..Config::default()
    });
    let journeys = prop::collection::vec(event(), 1..40);
    runner
        .run(&journeys, |events| {
            runtime.block_on(async {
                let mut journey = Journey::begin().await;
                for event in events {
                    tokio::time::timeout(Duration::from_secs(20), journey.happen(event))
                        .await
                        .expect("nobody waits for ever");
                }
                journey.nothing_ended_is_served().await;
            });
            Ok(())
        })
        .expect("every journey ends well");
}
