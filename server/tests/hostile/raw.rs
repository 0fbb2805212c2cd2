//! HTTP/1.1 spoken by hand, so that an answer can be as wrong as bytes can be: late, endless,
//! longer or shorter than announced, broken off, or no HTTP at all.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// Endless answers end here after all: the other side should have hung up long before.
const ENDLESS_BYTES: usize = 64 * 1024 * 1024;

/// A request, read whole.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) method: String,
    /// Path and query as they came.
    pub(crate) target: String,
    /// Names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Asked {
    /// The path without the query.
    pub(crate) fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    /// A header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known == name)?;
        Some(&found.1)
    }

    /// A field of the form in the body; it must be there once.
    pub(crate) fn field(&self, name: &str) -> Option<String> {
        let mut values =
            form_urlencoded::parse(self.body.as_bytes()).filter(|(known, _)| known == name);
        let value = values.next()?.1.into_owned();
        values.next().is_none().then_some(value)
    }
}

/// What is answered.
#[derive(Debug, Clone)]
pub(crate) enum Reply {
    /// An honest answer.
    Http {
        status: u16,
        headers: Vec<(String, String)>,
        body: Vec<u8>,
    },
    /// Exactly these bytes, then the end of the connection.
    Bytes(Vec<u8>),
    /// These bytes, then the same piece again and again until the other side hangs up.
    Endless { head: Vec<u8>, piece: Vec<u8> },
    /// These bytes at once, the others one at a time with a pause before each.
    Drip {
        head: Vec<u8>,
        rest: Vec<u8>,
        pause: Duration,
    },
    /// These bytes and then nothing, until the other side hangs up.
    Hang(Vec<u8>),
    /// The connection is reset.
    Reset,
}

impl Reply {
    /// JSON with a status.
    pub(crate) fn json(status: u16, body: &serde_json::Value) -> Self {
        Self::text(status, "application/json", body.to_string())
    }

    /// Any body with a status and a content type.
    pub(crate) fn text(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Self::Http {
            status,
            headers: vec![("content-type".into(), content_type.into())],
            body: body.into(),
        }
    }

    /// A redirect.
    pub(crate) fn redirect(status: u16, location: &str) -> Self {
        Self::json(status, &serde_json::json!({})).with("location", location)
    }

    /// The same answer with one more header.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        if let Self::Http { headers, .. } = &mut self {
            headers.push((name.to_owned(), value.to_owned()));
        }
        self
    }

    /// What an honest answer looks like on the wire.
    pub(crate) fn wire(&self) -> Vec<u8> {
        match self {
            Self::Http {
                status,
                headers,
                body,
            } => {
                let fields: String = headers
                    .iter()
                    .flat_map(|(name, value)| [name, ": ", value, "\r\n"])
                    .collect();
                let head = format!(
                    "HTTP/1.1 {status} As Told\r\nconnection: close\r\n{fields}\
                     content-length: {}\r\n\r\n",
                    body.len()
                );
                [head.as_bytes(), body].concat()
            }
            Self::Bytes(bytes) | Self::Hang(bytes) => bytes.clone(),
            Self::Endless { head, .. } | Self::Drip { head, .. } => head.clone(),
            Self::Reset => Vec::new(),
        }
    }

    async fn send(self, mut stream: TcpStream) -> std::io::Result<()> {
        let wire = self.wire();
        match self {
            Self::Http { .. } | Self::Bytes(_) => {
                stream.write_all(&wire).await?;
                stream.shutdown().await
            }
            Self::Endless { piece, .. } => {
                stream.write_all(&wire).await?;
                let mut sent = 0;
                while sent < ENDLESS_BYTES {
                    stream.write_all(&piece).await?;
                    sent += piece.len();
                }
                Ok(())
            }
            Self::Drip { rest, pause, .. } => {
                stream.write_all(&wire).await?;
                for byte in rest {
                    tokio::time::sleep(pause).await;
                    stream.write_all(&[byte]).await?;
                }
                Ok(())
            }
            Self::Hang(_) => {
                stream.write_all(&wire).await?;
                until_closed(&mut stream).await
            }
            Self::Reset => stream.set_zero_linger(),
        }
    }
}

/// Waits until the other side hangs up.
async fn until_closed(stream: &mut TcpStream) -> std::io::Result<()> {
    let mut ignored = [0; 1024];
    while stream.read(&mut ignored).await? > 0 {}
    Ok(())
}

/// Listens on loopback and answers every request with what `answer` says, until the runtime ends.
pub(crate) async fn listen(
    listener: TcpListener,
    answer: impl Fn(Asked) -> Reply + Send + Sync + 'static,
) {
    let answer = Arc::new(answer);
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            return;
        };
        let answer = Arc::clone(&answer);
        tokio::spawn(async move {
            let mut stream = stream;
            if let Ok(Some(asked)) = read(&mut stream).await {
                // The other side may hang up at any time; that is its right.
                let _ = answer(asked).send(stream).await;
            }
        });
    }
}

/// A listener that accepts connections and never says a word.
pub(crate) async fn listen_mute() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move { until_closed(&mut stream).await });
        }
    });
    address
}

async fn read(stream: &mut TcpStream) -> std::io::Result<Option<Asked>> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 8192];
    loop {
        let head_end = bytes.windows(4).position(|four| four == b"\r\n\r\n");
        if let Some(head_end) = head_end {
            let head = String::from_utf8_lossy(&bytes[..head_end]).into_owned();
            let mut lines = head.split("\r\n");
            let mut words = lines.next().unwrap_or_default().split(' ');
            let method = words.next().unwrap_or_default().to_owned();
            let target = words.next().unwrap_or_default().to_owned();
            let headers: Vec<(String, String)> = lines
                .filter_map(|line| line.split_once(':'))
                .map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()))
                .collect();
            let length = headers
                .iter()
                .find(|(name, _)| name == "content-length")
                .and_then(|(_, value)| value.parse::<usize>().ok())
                .unwrap_or(0);
            let start = head_end + 4;
            if bytes.len() >= start + length {
                let body = String::from_utf8_lossy(&bytes[start..start + length]).into_owned();
                return Ok(Some(Asked {
                    method,
                    target,
                    headers,
                    body,
                }));
            }
        }
        match stream.read(&mut buffer).await? {
            0 => return Ok(None),
            read => bytes.extend_from_slice(&buffer[..read]),
        }
    }
}
