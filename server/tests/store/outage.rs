//! A `PostgreSQL` that goes away and comes back, behind a relay that can be cut.

use std::net::SocketAddr;
use std::path::Path;

use server::store::Store;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::nodes::node;
use crate::support::{Database, ada, on_postgres, sign_in, try_sign_in};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Line {
    /// It carries.
    Open,
    /// Connections are closed, and new ones at once.
    Cut,
    /// Connections stay, and nothing comes through any more.
    Dead,
}

/// A relay between a store and its database.
struct Relay {
    address: SocketAddr,
    line: watch::Sender<Line>,
}

impl Relay {
    async fn before(database: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let (line, watched) = watch::channel(Line::Open);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(carry(client, database, watched.clone()));
            }
        });
        Self { address, line }
    }

    /// A relay before this database, and a store beyond it.
    async fn and_store(database: &Database) -> (Self, Store) {
        let mut url = url::Url::parse(&database.url).expect("an address");
        let host = url.host_str().expect("a host").to_owned();
        let port = url.port().unwrap_or(5432);
        let mut found = tokio::net::lookup_host((host, port))
            .await
            .expect("an address");
        let relay = Self::before(found.next().expect("an address")).await;
        let ip = relay.address.ip();
        url.set_ip_host(ip).expect("a host");
        url.set_port(Some(relay.address.port())).expect("a port");
        let store = Store::open(Some(url.as_str()), Path::new("")).await;
        (relay, store.expect("a database"))
    }

    fn set(&self, line: Line) {
        self.line.send_replace(line);
    }

    /// Cuts it, and waits until every connection is closed.
    async fn cut(&self) {
        self.set(Line::Cut);
        // The last one is whoever accepts.
        while self.line.receiver_count() > 1 {
            tokio::task::yield_now().await;
        }
    }
}

async fn carry(mut client: TcpStream, database: SocketAddr, mut line: watch::Receiver<Line>) {
    let now = *line.borrow_and_update();
    let left = if now == Line::Open {
        let Ok(mut server) = TcpStream::connect(database).await else {
            return;
        };
        tokio::select! {
            _ = copy_bidirectional(&mut client, &mut server) => return,
            changed = line.wait_for(|line| *line != Line::Open) => {
                changed.map_or(Line::Cut, |line| *line)
            }
        }
    } else {
        now
    };
    if left == Line::Dead {
        // A connection that died stays dead.
        let _ = client.writable().await;
        std::future::pending::<()>().await;
    }
}

#[tokio::test]
async fn a_database_that_comes_back_is_used_again() {
    on_postgres(|database| async move {
        let (relay, store) = Relay::and_store(&database).await;
        sign_in(&store, &ada(&["id:ada"]), 1).await;
        relay.cut().await;
        assert!(store.ping().await.is_err());
        assert!(try_sign_in(&store, &ada(&["id:ada"]), 2).await.is_err());
        assert!(store.session_and_account("s1").await.is_err());
        relay.set(Line::Open);
        assert!(store.ping().await.is_ok());
        assert_eq!(sign_in(&store, &ada(&["id:ada"]), 3).await, "a1");
        let sessions = store.sessions_of("a1").await.expect("a list");
        assert_eq!(sessions.len(), 2);
    })
    .await;
}

#[tokio::test]
async fn a_database_that_says_nothing_is_an_error() {
    on_postgres(|database| async move {
        let (relay, store) = Relay::and_store(&database).await;
        relay.set(Line::Dead);
        assert!(store.ping().await.is_err());
        relay.set(Line::Open);
        assert!(store.ping().await.is_ok());
    })
    .await;
}

#[tokio::test]
async fn what_ended_during_an_outage_is_heard_after_it() {
    on_postgres(|database| async move {
        let (relay, store) = Relay::and_store(&database).await;
        let there = node(store).await;
        sign_in(&database.store, &ada(&["id:ada"]), 1).await;
        there.follow_once().await.expect("followed");
        relay.cut().await;
        database.store.end_session("s1", 100).await.expect("ended");
        assert!(there.follow_once().await.is_err());
        assert!(!there.ended.contains("s1"));
        relay.set(Line::Open);
        there.follow_once().await.expect("followed");
        assert!(there.ended.contains("s1"));
    })
    .await;
}

#[tokio::test]
async fn whoever_listened_listens_again() {
    on_postgres(|database| async move {
        let (relay, store) = Relay::and_store(&database).await;
        let mut wakes = store.listen();
        wakes.next().await;
        relay.cut().await;
        relay.set(Line::Open);
        // It was lost, and listens again.
        wakes.next().await;
        database.store.end_session("s1", 1).await.expect("ended");
        wakes.next().await;
    })
    .await;
}
