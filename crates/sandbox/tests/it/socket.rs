//! A sandbox on a real socket.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use sandbox::{Fault, Sandbox, StartError};
use tokio::time::timeout;

/// One request over a connection of its own; blocking, so call it off the runtime.
fn get(addr: SocketAddr, path: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(addr)?;
    let port = addr.port();
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n\r\n"
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}

#[tokio::test]
async fn a_sandbox_answers_on_its_socket_until_it_is_stopped() {
    let sandbox = Sandbox::start().await;
    let addr = sandbox.addr();
    assert!(addr.ip().is_loopback());
    assert_eq!(sandbox.url(), format!("http://localhost:{}", addr.port()));

    let answer = tokio::task::spawn_blocking(move || get(addr, "/control/state"))
        .await
        .unwrap();
    assert!(
        answer.unwrap().starts_with("HTTP/1.1 200"),
        "the gate knows the real port"
    );
    let answer = tokio::task::spawn_blocking(move || get(addr, "/spotify/v1/me"))
        .await
        .unwrap();
    assert!(answer.unwrap().contains("No token provided"));
    assert_eq!(sandbox.control().log().len(), 1);

    let taken = Sandbox::start_at(addr).await;
    assert!(matches!(taken, Err(StartError::PortInUse(at)) if at == addr));

    sandbox.stop().await;
    assert!(
        tokio::task::spawn_blocking(move || get(addr, "/spotify/v1/me"))
            .await
            .unwrap()
            .is_err()
    );
    let again = Sandbox::start_at(addr)
        .await
        .expect("the port is free again");
    assert_eq!(again.addr(), addr);
}

#[tokio::test]
async fn stopping_lets_a_hanging_request_go() {
    let sandbox = Sandbox::start().await;
    let addr = sandbox.addr();
    sandbox
        .control()
        .fault(Fault::hang("/spotify/v1/me"))
        .unwrap();
    let hanging = tokio::task::spawn_blocking(move || get(addr, "/spotify/v1/me"));
    while sandbox.control().log().is_empty() {
        tokio::task::yield_now().await;
    }
    let stopped = timeout(Duration::from_secs(2), sandbox.stop()).await;
    stopped.expect("nobody has to wait for a hanging request");
    hanging
        .await
        .unwrap()
        .expect("an answer, not a cut connection");
}

#[tokio::test]
async fn an_outside_address_is_refused() {
    let outside = Sandbox::start_at(SocketAddr::from(([0, 0, 0, 0], 0))).await;
    assert!(matches!(outside, Err(StartError::NotLoopback(_))));
}
