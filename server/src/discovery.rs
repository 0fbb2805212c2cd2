//! What a provider says of itself (`OpenID` Connect Discovery 1.0 §4): asked for when first needed,
//! kept, asked for again with growing pauses while it is away.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use app::error::{ApiError, Code};
use axum::http::{self, header};
use oauth::metadata::{Metadata, MetadataError, discovery_url};
use url::Url;

use crate::egress::{Egress, EgressError};
use crate::freshness::life_s;
use crate::provider::{Endpoints, EndpointsError};

/// Metadata is kept at least this long, in seconds.
const FLOOR_S: i64 = 300;
/// Without a word of the provider, this long.
const USUAL_S: i64 = 3600;
/// And never longer than this, also where the provider cannot be reached.
const CAP_S: i64 = 86_400;
/// The first pause after a failure, in seconds, counted from the begin of a try that takes up to ten.
/// It doubles with each further one.
const PAUSE_S: i64 = 15;
/// The longest pause.
const PAUSE_MAX_S: i64 = 300;

/// The metadata of one provider.
#[derive(Debug)]
pub struct Discovery {
    issuer: String,
    url: Url,
    loopback_allowed: bool,
    state: Mutex<State>,
    /// Held while the metadata is fetched, so that there is one request for all who wait.
    flight: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct State {
    known: Option<Known>,
    trouble: Option<Trouble>,
}

#[derive(Debug)]
struct Known {
    endpoints: Arc<Endpoints>,
    at: i64,
    until: i64,
}

#[derive(Debug, Clone, Copy)]
struct Trouble {
    failures: u32,
    at: i64,
    retry_at: i64,
    /// Whether it answered, but nothing that can be used.
    nonsense: bool,
}

/// What is known of a provider without asking it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Nothing was asked yet.
    Unknown,
    /// It can be used; its metadata, where it has some, was read at this time.
    Ready(Option<i64>),
    /// It could not be used at this time, and nothing older is good.
    Down(i64),
}

/// A provider cannot be used now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the provider cannot be used now")]
pub struct Down {
    nonsense: bool,
    /// Seconds until another try makes sense.
    pub retry_after_s: u32,
}

impl Down {
    /// What the person is told.
    pub fn answer(&self) -> ApiError {
        let code = if self.nonsense {
            Code::ProviderError
        } else {
            Code::ProviderUnavailable
        };
        ApiError::new(code).retry_after(self.retry_after_s)
    }
}

/// Why metadata was not taken.
#[derive(Debug, thiserror::Error)]
enum FetchError {
    #[error("the metadata did not arrive")]
    Egress(#[from] EgressError),
    #[error("the provider answered {0} to the request for its metadata")]
    Status(u16),
    #[error("the metadata cannot be used")]
    Metadata(#[from] MetadataError),
    #[error("the endpoints cannot be used")]
    Endpoints(#[from] EndpointsError),
    #[error("the request for the metadata cannot be made")]
    Request(#[from] http::Error),
}

impl FetchError {
    /// Whether an answer came that cannot be used, in contrast to none or an excuse.
    fn is_nonsense(&self) -> bool {
        match self {
            Self::Egress(error) => {
                !matches!(error, EgressError::Unreachable(_) | EgressError::TimedOut)
            }
            Self::Status(status) => !matches!(status, 429 | 500..),
            Self::Metadata(_) | Self::Endpoints(_) | Self::Request(_) => true,
        }
    }
}

impl Discovery {
    /// The metadata of `issuer`, not asked for yet.
    ///
    /// # Errors
    /// [`MetadataError`] where no address can be made of the issuer.
    pub fn new(issuer: &str, loopback_allowed: bool) -> Result<Self, MetadataError> {
        Ok(Self {
            issuer: issuer.to_owned(),
            url: discovery_url(issuer)?,
            loopback_allowed,
            state: Mutex::default(),
            flight: tokio::sync::Mutex::default(),
        })
    }

    /// The endpoints that `read` makes of the metadata, as they are kept or asked for now.
    ///
    /// # Errors
    /// [`Down`] where the provider cannot be used; the cause was logged when it was learnt.
    pub async fn endpoints(
        &self,
        read: impl Fn(Metadata) -> Result<Endpoints, EndpointsError>,
        egress: &Egress,
        now: i64,
    ) -> Result<Arc<Endpoints>, Down> {
        if let Some(kept) = self.kept(now) {
            return kept;
        }
        let _flight = self.flight.lock().await;
        if let Some(kept) = self.kept(now) {
            return kept;
        }
        let fetched = self.fetch(&read, egress).await;
        let mut state = self.state();
        match fetched {
            Ok((endpoints, life_s)) => {
                let endpoints = Arc::new(endpoints);
                *state = State {
                    known: Some(Known {
                        endpoints: Arc::clone(&endpoints),
                        at: now,
                        until: now.saturating_add(life_s),
                    }),
                    trouble: None,
                };
                Ok(endpoints)
            }
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    issuer = self.issuer,
                    "the metadata of a provider cannot be had"
                );
                let failures = state.trouble.map_or(0, |trouble| trouble.failures);
                let pause = PAUSE_S
                    .saturating_mul(1 << failures.min(10))
                    .min(PAUSE_MAX_S);
                let trouble = Trouble {
                    failures: failures.saturating_add(1),
                    at: now,
                    retry_at: now.saturating_add(pause),
                    nonsense: error.is_nonsense(),
                };
                state.trouble = Some(trouble);
                state.usable(now).ok_or_else(|| trouble.down(now))
            }
        }
    }

    /// What is known without asking.
    pub fn standing(&self, now: i64) -> Standing {
        let state = self.state();
        match (state.usable(now), &state.known, &state.trouble) {
            (Some(_), Some(known), _) => Standing::Ready(Some(known.at)),
            (_, _, Some(trouble)) => Standing::Down(trouble.at),
            _ => Standing::Unknown,
        }
    }

    /// Whether a sign-in can be tried now: it is not in a pause after a failure.
    pub fn is_available(&self, now: i64) -> bool {
        !matches!(self.kept(now), Some(Err(_)))
    }

    /// What is kept and need not be asked for now; `None` where it must be.
    fn kept(&self, now: i64) -> Option<Result<Arc<Endpoints>, Down>> {
        let state = self.state();
        if let Some(known) = &state.known
            && known.at <= now
            && now < known.until
        {
            return Some(Ok(Arc::clone(&known.endpoints)));
        }
        // A clock that went back must not make the pause longer.
        let trouble = state
            .trouble
            .filter(|trouble| trouble.at <= now && now < trouble.retry_at)?;
        Some(state.usable(now).ok_or_else(|| trouble.down(now)))
    }

    async fn fetch(
        &self,
        read: &impl Fn(Metadata) -> Result<Endpoints, EndpointsError>,
        egress: &Egress,
    ) -> Result<(Endpoints, i64), FetchError> {
        let request = http::Request::get(self.url.as_str())
            .header(header::ACCEPT, "application/json")
            .body(Vec::new())?;
        let response = egress.send(request).await?;
        if response.status() != http::StatusCode::OK {
            return Err(FetchError::Status(response.status().as_u16()));
        }
        let metadata = Metadata::parse(response.body(), &self.issuer, self.loopback_allowed)?;
        let life_s = life_s(response.headers(), FLOOR_S, USUAL_S, CAP_S);
        Ok((read(metadata)?, life_s))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// What was read before, past its time too, but not past a day.
    fn usable(&self, now: i64) -> Option<Arc<Endpoints>> {
        self.known
            .as_ref()
            .filter(|known| now.saturating_sub(known.at) < CAP_S)
            .map(|known| Arc::clone(&known.endpoints))
    }
}

impl Trouble {
    fn down(self, now: i64) -> Down {
        let wait = self.retry_at.saturating_sub(now).clamp(1, PAUSE_MAX_S);
        Down {
            nonsense: self.nonsense,
            retry_after_s: u32::try_from(wait).unwrap_or(1),
        }
    }
}
