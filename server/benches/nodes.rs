//! Three real nodes over one `PostgreSQL`: a thousand requests at once whose token is due beside one
//! such request alone; the memory of a node before and after 100,000 sessions; a call through the
//! proxy beside the same call straight to the sandbox and by nginx.
//! `STAGEDOOR_TEST_POSTGRES=postgres://… cargo bench -p server --bench nodes`.

#[expect(dead_code, reason = "the tests do more with it")]
#[path = "../tests/cluster/browser.rs"]
mod browser;
#[expect(dead_code, reason = "the tests do more with it")]
#[path = "../tests/cluster/cluster.rs"]
mod cluster;
#[expect(dead_code, reason = "the tests do more with it")]
#[path = "../tests/cluster/database.rs"]
mod database;
#[expect(dead_code, reason = "the tests do more with it")]
#[path = "../tests/cluster/node.rs"]
mod node;

use std::io::Write as _;
use std::net::TcpListener;
use std::path::Path;
use std::time::{Duration, Instant};

use axum::http::Method;
use futures::StreamExt as _;
use futures::future::join_all;
use sandbox::RefreshPolicy;
use seal::KeyRing;
use server::clock::Clock;
use server::session_token::SessionTokens;
use tokio::process::{Child, Command};

use crate::browser::{ME, SESSION};
use crate::cluster::{Cluster, FIRST_KEY, HOST, ORIGIN};

/// How many requests at once.
const AT_ONCE: usize = 1000;
/// How often that is done.
const ROUNDS: usize = 5;
/// How often one request is made alone.
const ALONE: usize = 20;
/// How many sessions come by one node.
const SESSIONS: usize = 100_000;
/// How many of them before its memory is looked at for the first time.
const WARM_UP: usize = 2000;
/// How many at once.
const BROWSERS: usize = 16;
/// How many calls of each kind, one after the other.
const CALLS: usize = 2000;
/// How many of a kind in a row.
const IN_A_ROW: usize = 50;

type Failure = Box<dyn std::error::Error>;

#[tokio::main]
async fn main() {
    cluster::alone_with(|cluster| async move {
        thousand(&cluster).await.expect("a thousand requests");
        memory(&cluster).await.expect("the memory of a node");
        proxied(&cluster).await.expect("proxied calls");
    })
    .await;
}

/// One refresh for one request, and one for a thousand.
#[expect(clippy::disallowed_methods, reason = "a benchmark measures time")]
async fn thousand(cluster: &Cluster) -> Result<(), Failure> {
    let (mut alone, mut together, mut most) = (Vec::new(), Vec::new(), 0);
    for round in 0..ALONE + ROUNDS {
        let browser = cluster.due(RefreshPolicy::RotateKillFamily).await;
        cluster.control().clear_log();
        let (count, times) = if round < ALONE {
            (1, &mut alone)
        } else {
            (AT_ONCE, &mut together)
        };
        let asked = (0..count).map(|_| {
            let mut browser = browser.clone();
            async move {
                let started = Instant::now();
                browser.get(ME).await.is_ok();
                started.elapsed()
            }
        });
        times.extend(join_all(asked).await);
        most = most.max(cluster.refreshes().len());
    }
    let mut out = std::io::stdout();
    writeln!(
        out,
        "one request whose token is due      {}",
        told(&mut alone)
    )?;
    writeln!(
        out,
        "{AT_ONCE} of them at once, on three nodes  {}",
        told(&mut together)
    )?;
    writeln!(out, "refreshes upstream for one token    {most} at most")?;
    Ok(())
}

/// What one node takes when many people come by.
async fn memory(cluster: &Cluster) -> Result<(), Failure> {
    let cookies = sessions(cluster).await?;
    let node = &cluster.nodes()[0];
    let mut out = std::io::stdout();
    let visit = |cookies: Vec<String>| {
        let request = cluster.browser().request(Method::GET, "/api/session", None);
        futures::stream::iter(cookies).for_each_concurrent(BROWSERS, move |cookies| {
            let mut request = request.clone();
            request.cookies = cookies;
            async move {
                let answer = cluster.ask(node, &request).await.expect("an answer");
                assert_eq!(answer.json()["signed_in"], true, "{answer:?}");
            }
        })
    };
    let (first, rest) = cookies.split_at(WARM_UP);
    visit(first.to_vec()).await;
    let before = resident_kb(node.id().await)?;
    visit(rest.to_vec()).await;
    let after = resident_kb(node.id().await)?;
    writeln!(
        out,
        "memory of a node                    {:.1} MB after {WARM_UP} sessions, {:.1} MB after {SESSIONS}",
        before / 1024.0,
        after / 1024.0
    )?;
    Ok(())
}

/// Writes the sessions into the database, and signs their tokens: a hundred thousand sign-ins take
/// longer than anybody waits. Answers their `Cookie` headers.
async fn sessions(cluster: &Cluster) -> Result<Vec<String>, Failure> {
    let now = Clock::system().now();
    cluster
        .database()
        .fill(&format!(
            "INSERT INTO account (id, name, created_at)
             SELECT 'account-' || n, 'Listener ' || n, {now} FROM generate_series(1, {SESSIONS}) n;
             INSERT INTO identity
             (id, account_id, provider, issuer, subject, name, linked_at, seen_at)
             SELECT 'identity-' || n, 'account-' || n, 'spotify', 'bench', 'listener-' || n,
             'Listener ' || n, {now}, {now} FROM generate_series(1, {SESSIONS}) n;
             INSERT INTO session (id, account_id, created_at, seen_at, provider)
             SELECT 'session-' || n, 'account-' || n, {now}, {now}, 'spotify'
             FROM generate_series(1, {SESSIONS}) n;
             INSERT INTO session_login (session_id, identity_id)
             SELECT 'session-' || n, 'identity-' || n FROM generate_series(1, {SESSIONS}) n;"
        ))
        .await;
    let tokens = SessionTokens::new(&KeyRing::parse(FIRST_KEY)?, ORIGIN)?;
    let cookies = (1..=SESSIONS).map(|n| {
        let (account, session) = (format!("account-{n}"), format!("session-{n}"));
        let token = tokens.sign(&account, &session, &[], now, now + 86_400)?;
        Ok(format!("{SESSION}={token}"))
    });
    cookies.collect()
}

/// `VmRSS` of a process, where the system tells.
fn resident_kb(id: i32) -> Result<f64, Failure> {
    let status = std::fs::read_to_string(format!("/proc/{id}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line.and_then(|line| line.split_whitespace().next());
    Ok(number.ok_or("it does not say")?.parse()?)
}

/// One way to make a call.
struct Way {
    name: &'static str,
    url: String,
    headers: Vec<(&'static str, String)>,
    times: Vec<Duration>,
}

/// The same call by three ways, in turns.
#[expect(clippy::disallowed_methods, reason = "a benchmark measures time")]
async fn proxied(cluster: &Cluster) -> Result<(), Failure> {
    let mut browser = cluster.signed_in("ada").await;
    cluster.control().clear_log();
    browser.get(ME).await.is_ok();
    let log = cluster.control().log();
    let bearer = log
        .iter()
        .find_map(|entry| entry.headers.get("authorization"));
    let bearer = (
        "authorization",
        bearer.ok_or("the call was not seen")?.clone(),
    );
    let folder = tempfile::tempdir()?;
    let api = url::Url::parse(&cluster.settings().variables()["SPOTIFY_API_URL"])?;
    let nginx = Nginx::start(folder.path(), api.authority()).await?;
    let mut ways = vec![
        Way {
            name: "straight to the sandbox",
            url: format!("{api}/v1/me"),
            headers: vec![bearer.clone()],
            times: Vec::new(),
        },
        Way {
            name: "through a node",
            url: format!("http://{}{ME}", cluster.nodes()[0].address),
            headers: vec![
                ("host", HOST.to_owned()),
                ("x-stagedoor-csrf", "1".to_owned()),
                ("sec-fetch-site", "same-origin".to_owned()),
                ("cookie", browser.request(Method::GET, ME, None).cookies),
            ],
            times: Vec::new(),
        },
    ];
    if let Some(nginx) = &nginx {
        ways.push(Way {
            name: "through nginx",
            url: format!("http://{}/spotify/v1/me", nginx.address),
            headers: vec![bearer],
            times: Vec::new(),
        });
    }
    let client = reqwest::Client::builder().no_proxy().build()?;
    for round in 0..=CALLS / IN_A_ROW {
        for way in &mut ways {
            for _ in 0..IN_A_ROW {
                let headers = way.headers.iter();
                let request = headers.fold(client.get(&way.url), |request, (name, value)| {
                    request.header(*name, value)
                });
                let started = Instant::now();
                request.send().await?.error_for_status()?.bytes().await?;
                // The first round makes connections.
                if round > 0 {
                    way.times.push(started.elapsed());
                }
            }
        }
    }
    let mut out = std::io::stdout();
    for way in &mut ways {
        writeln!(out, "{:<35} {}", way.name, told(&mut way.times))?;
    }
    let [straight, node, ..] = &ways[..] else {
        return Ok(());
    };
    let of = |way: &Way, share| milliseconds(percentile(&way.times, share));
    writeln!(
        out,
        "a node adds                         {:.2} ms (p50), {:.2} ms (p99)",
        of(node, 50) - of(straight, 50),
        of(node, 99) - of(straight, 99)
    )?;
    match ways.get(2) {
        Some(nginx) => writeln!(
            out,
            "a node to nginx                     {:.2} times (p50), {:.2} times (p99)",
            of(node, 50) / of(nginx, 50),
            of(node, 99) / of(nginx, 99)
        )?,
        None => writeln!(out, "nginx is not installed, and was left out")?,
    }
    Ok(())
}

/// nginx in front of the sandbox, with connections that are kept, as a node keeps them.
struct Nginx {
    address: std::net::SocketAddr,
    _program: Child,
}

impl Nginx {
    async fn start(folder: &Path, sandbox: &str) -> Result<Option<Self>, Failure> {
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let configuration = format!(
            "daemon off; master_process off; pid nginx.pid; error_log stderr;
             events {{ }}
             http {{
                 access_log off;
                 client_body_temp_path body; proxy_temp_path answers;
                 fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
                 keepalive_requests 1000000;
                 upstream sandbox {{ server {sandbox}; keepalive 16; keepalive_requests 1000000; }}
                 server {{
                     listen {address};
                     location / {{
                         proxy_pass http://sandbox;
                         proxy_http_version 1.1;
                         proxy_set_header Connection \"\";
                     }}
                 }}
             }}"
        );
        let file = folder.join("nginx.conf");
        std::fs::write(&file, configuration)?;
        let program = ["nginx", "/usr/sbin/nginx"].into_iter().find_map(|nginx| {
            let mut command = Command::new(nginx);
            command.arg("-p").arg(folder).arg("-c").arg(&file);
            command
                .args(["-e", "stderr"])
                .kill_on_drop(true)
                .spawn()
                .ok()
        });
        let Some(program) = program else {
            return Ok(None);
        };
        while tokio::net::TcpStream::connect(address).await.is_err() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(Some(Self {
            address,
            _program: program,
        }))
    }
}

/// Half of the times are below the first, and 99 of 100 below the second.
fn told(times: &mut [Duration]) -> String {
    times.sort();
    format!(
        "{:>8.2} ms (p50) {:>8.2} ms (p99)",
        milliseconds(percentile(times, 50)),
        milliseconds(percentile(times, 99))
    )
}

/// Of sorted times.
fn percentile(times: &[Duration], share: usize) -> Duration {
    let index = (times.len() * share / 100).min(times.len().saturating_sub(1));
    times.get(index).copied().unwrap_or_default()
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
