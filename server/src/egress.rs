//! The one way out: every request to a provider leaves through here.

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
    /// A client; `https_only` unless providers on http loopback are allowed.
    ///
    /// # Errors
    /// [`reqwest::Error`] where the TLS configuration cannot be made.
    pub fn new(https_only: bool) -> Result<Self, reqwest::Error> {
        #[expect(clippy::disallowed_methods, reason = "this is the one egress client")]
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT)
            .read_timeout(WHOLE)
            .no_proxy()
            .https_only(https_only)
            .referer(false)
            .user_agent(concat!("stagedoor/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self { http })
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
