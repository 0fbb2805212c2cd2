//! Just enough HTTP to ask a program on this machine whether it is ready.

use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// The longest wait for one answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// An answer: its status and its body.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: String,
}

/// `GET` on loopback. `host` is what the server is called.
///
/// HTTP/1.0, so that the body ends where the connection does.
pub(crate) fn get(address: SocketAddr, host: &str, path: &str) -> io::Result<Answer> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    // In one write: a server may answer, and close, once it has seen the beginning.
    let request = format!("GET {path} HTTP/1.0\r\nHost: {host}\r\nAccept: */*\r\n\r\n");
    stream.write_all(request.as_bytes())?;
    let mut bytes = Vec::new();
    // More than this no answer here has to say.
    stream.take(1 << 20).read_to_end(&mut bytes)?;
    parse(&String::from_utf8_lossy(&bytes))
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "not an HTTP answer"))
}

fn parse(text: &str) -> Option<Answer> {
    let (head, body) = text.split_once("\r\n\r\n")?;
    let status = head
        .strip_prefix("HTTP/1.")?
        .split(' ')
        .nth(1)?
        .parse()
        .ok()?;
    Some(Answer {
        status,
        body: body.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::thread;

    use super::*;

    #[test]
    fn status_and_body_are_read() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let server = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0; 512];
            let length = stream.read(&mut request).unwrap();
            stream
                .write_all(b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok")
                .unwrap();
            String::from_utf8_lossy(&request[..length]).into_owned()
        });
        let answer = get(address, "localhost:4400", "/readyz").unwrap();
        assert_eq!((answer.status, answer.body.as_str()), (200, "ok"));
        let request = server.join().unwrap();
        assert!(request.starts_with("GET /readyz HTTP/1.0\r\nHost: localhost:4400\r\n"));
    }

    #[test]
    fn what_is_no_http_is_refused() {
        assert!(parse("SSH-2.0-OpenSSH_9.2\r\n\r\n").is_none());
        assert!(parse("").is_none());
    }
}
