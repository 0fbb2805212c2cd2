//! The one way out: every request to a provider leaves through here.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use app::error::{ApiError, Code};
use axum::body::Bytes;
use axum::http;
use futures::StreamExt as _;

/// Until a connection stands.
const CONNECT: Duration = Duration::from_secs(2);
/// A whole request with its answer; for a streamed answer, until its head is there and between two pieces.
const WHOLE: Duration = Duration::from_secs(10);
/// The longest answer that is read whole, after decompression.
const WHOLE_BYTES: usize = 512 * 1024;

/// The client for providers. It follows no redirect, sends no cookie and uses no proxy of the environment.
#[derive(Debug, Clone)]
pub struct Egress {
    http: reqwest::Client,
}

/// No usable answer came.
#[derive(Debug, thiserror::Error)]
pub enum EgressError {
    /// The provider cannot be reached, or the connection broke.
    #[error("the provider cannot be reached")]
    Unreachable(#[source] reqwest::Error),
    /// It took too long.
    #[error("the provider took too long")]
    TimedOut,
    /// The answer is larger than it may be.
    #[error("the provider's answer is too large")]
    TooLarge,
    /// The request itself could not be made.
    #[error("the request cannot be made")]
    Request(#[source] reqwest::Error),
}

impl EgressError {
    /// What the person is told.
    pub fn answer(&self) -> ApiError {
        match self {
            Self::Unreachable(_) | Self::TimedOut => Code::ProviderUnavailable.into(),
            Self::TooLarge => Code::ProviderError.into(),
            Self::Request(_) => Code::Unexpected.into(),
        }
    }
}

/// An answer on its way.
pub type Sent =
    std::pin::Pin<Box<dyn Future<Output = Result<http::Response<Vec<u8>>, EgressError>> + Send>>;

impl Egress {
    /// A client; `https_only` unless providers on http loopback are allowed. Then names that lead
    /// into a private network lead nowhere: the address that was looked at is the one that is used,
    /// so a second answer of the name server changes nothing.
    ///
    /// # Errors
    /// [`reqwest::Error`] where the TLS configuration cannot be made.
    pub fn new(https_only: bool) -> Result<Self, reqwest::Error> {
        #[expect(clippy::disallowed_methods, reason = "this is the one egress client")]
        let mut builder = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT)
            .read_timeout(WHOLE)
            .no_proxy()
            .https_only(https_only)
            .referer(false)
            .user_agent(concat!("stagedoor/", env!("CARGO_PKG_VERSION")));
        if https_only {
            builder = builder.dns_resolver(std::sync::Arc::new(PublicOnly));
        }
        Ok(Self {
            http: builder.build()?,
        })
    }

    /// Sends a request and reads the answer whole: at most ten seconds and 512 kB.
    ///
    /// # Errors
    /// [`EgressError`].
    pub async fn send(
        &self,
        request: http::Request<Vec<u8>>,
    ) -> Result<http::Response<Vec<u8>>, EgressError> {
        let whole = async {
            let response = self.head(request).await?;
            let mut answer = http::Response::new(Vec::new());
            *answer.status_mut() = response.status();
            *answer.headers_mut() = response.headers().clone();
            let mut stream = response.bytes_stream();
            while let Some(piece) = stream.next().await {
                let piece = piece.map_err(unreachable)?;
                if answer.body().len() + piece.len() > WHOLE_BYTES {
                    return Err(EgressError::TooLarge);
                }
                answer.body_mut().extend_from_slice(&piece);
            }
            Ok(answer)
        };
        tokio::time::timeout(WHOLE, whole)
            .await
            .map_err(|_| EgressError::TimedOut)?
    }

    /// [`Egress::send`] as the transport of the protocol: it owns what it needs, so that an exchange
    /// can move into a task.
    pub fn transport(&self) -> impl Fn(http::Request<Vec<u8>>) -> Sent + Send + Sync + use<> {
        let egress = self.clone();
        move |request| {
            let egress = egress.clone();
            Box::pin(async move { egress.send(request).await })
        }
    }

    /// Sends a request and hands the answer on once its head is there. Its body is bound by ten
    /// seconds between two pieces and by `max_bytes`.
    ///
    /// # Errors
    /// [`EgressError`].
    pub async fn stream(
        &self,
        request: http::Request<Vec<u8>>,
        max_bytes: usize,
    ) -> Result<
        http::Response<impl futures::Stream<Item = Result<Bytes, EgressError>> + Send + use<>>,
        EgressError,
    > {
        let response = tokio::time::timeout(WHOLE, self.head(request))
            .await
            .map_err(|_| EgressError::TimedOut)??;
        let (status, headers) = (response.status(), response.headers().clone());
        let body = response.bytes_stream().scan(0_usize, move |read, piece| {
            let piece = piece.map_err(unreachable).and_then(|piece| {
                *read += piece.len();
                if *read > max_bytes {
                    Err(EgressError::TooLarge)
                } else {
                    Ok(piece)
                }
            });
            std::future::ready(Some(piece))
        });
        let mut answer = http::Response::new(body);
        *answer.status_mut() = status;
        *answer.headers_mut() = headers;
        Ok(answer)
    }

    async fn head(
        &self,
        request: http::Request<Vec<u8>>,
    ) -> Result<reqwest::Response, EgressError> {
        let request = reqwest::Request::try_from(request).map_err(EgressError::Request)?;
        self.http.execute(request).await.map_err(unreachable)
    }
}

/// Whether an address is one of the public internet (the registries of RFC 6890).
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => {
            if let Some(mapped) = address.to_ipv4() {
                return is_public_v4(mapped);
            }
            let segments = address.segments();
            // 2000::/3 is what is handed out; 6to4 and NAT64 carry an IPv4 address inside.
            segments[0] & 0xe000 == 0x2000
                && segments[0] != 0x2002
                && !(segments[0] == 0x2001 && segments[1] < 0x0200)
                && !(segments[0] == 0x2001 && segments[1] == 0x0db8)
        }
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    !(address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_documentation()
        || address.is_broadcast()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 198 && (b == 18 || b == 19)))
}

/// Resolves names as the system does, and keeps the public addresses alone.
struct PublicOnly;

impl reqwest::dns::Resolve for PublicOnly {
    fn resolve(&self, name: reqwest::dns::Name) -> reqwest::dns::Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let public: Vec<SocketAddr> = found.filter(|address| is_public(address.ip())).collect();
            if public.is_empty() {
                return Err("the name leads to no public address".into());
            }
            let addresses: reqwest::dns::Addrs = Box::new(public.into_iter());
            Ok(addresses)
        })
    }
}

/// The error without its URL: a query may hold what a log must not.
fn unreachable(error: reqwest::Error) -> EgressError {
    if error.is_timeout() {
        EgressError::TimedOut
    } else if error.is_builder() {
        EgressError::Request(error.without_url())
    } else {
        EgressError::Unreachable(error.without_url())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_addresses_are_refused() {
        for address in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "255.255.255.255",
            "198.18.0.1",
            "224.0.0.1",
            "240.0.0.1",
            "::1",
            "::",
            "fe80::1",
            "fc00::1",
            "fd12::1",
            "ff02::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::127.0.0.1",
            "2002:7f00:1::",
            "64:ff9b::7f00:1",
            "2001::1",
            "2001:db8::1",
        ] {
            assert!(!is_public(address.parse().unwrap()), "{address}");
        }
    }

    #[test]
    fn public_addresses_are_known() {
        for address in [
            "8.8.8.8",
            "172.15.0.1",
            "100.63.0.1",
            "2a00:1450:4001::200e",
            "2001:4860:4860::8888",
        ] {
            assert!(is_public(address.parse().unwrap()), "{address}");
        }
    }

    #[tokio::test]
    async fn a_name_of_the_private_network_is_refused() {
        use reqwest::dns::Resolve as _;
        let name = "localhost".parse().unwrap();
        assert!(PublicOnly.resolve(name).await.is_err());
    }
}
