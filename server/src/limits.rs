//! Rate limits per client address and per session: generous for people, tight enough that one
//! visitor cannot spend everybody's share.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::num::NonZeroU32;

use app::error::{ApiError, Code};
use axum::http::{HeaderMap, HeaderName};
use governor::clock::{Clock as _, DefaultClock, QuantaInstant};
use governor::{DefaultKeyedRateLimiter, NotUntil, Quota, RateLimiter};

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The limits of this node.
#[derive(Debug)]
pub struct Limits {
    enabled: bool,
    trusted_proxies: Vec<IpAddr>,
    sign_in: DefaultKeyedRateLimiter<IpAddr>,
    catalogue: DefaultKeyedRateLimiter<IpAddr>,
    calls: DefaultKeyedRateLimiter<IpAddr>,
    sessions: DefaultKeyedRateLimiter<String>,
}

/// A kind of request with a limit of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Steps of a sign-in.
    SignIn,
    /// Catalogue calls with the app's own token, whose quota everybody shares.
    Catalogue,
    /// Calls with a person's token, of however many sessions.
    Call,
}

/// Too many; another try makes sense after `retry_after_s` seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many requests; {retry_after_s} s to wait")]
pub struct Limited {
    /// Seconds to wait.
    pub retry_after_s: u32,
}

impl From<Limited> for ApiError {
    fn from(limited: Limited) -> Self {
        Self::new(Code::RateLimited).retry_after(limited.retry_after_s)
    }
}

impl Limited {
    fn by(not_until: &NotUntil<QuantaInstant>) -> Self {
        let wait = not_until.wait_time_from(DefaultClock::default().now());
        Self {
            retry_after_s: u32::try_from(wait.as_secs())
                .unwrap_or(u32::MAX)
                .saturating_add(1),
        }
    }
}

impl Limits {
    /// The limits, switched off where `enabled` is false.
    pub fn new(enabled: bool, trusted_proxies: Vec<IpAddr>) -> Self {
        let quota = |burst: NonZeroU32, per_minute: NonZeroU32| {
            Quota::per_minute(per_minute).allow_burst(burst)
        };
        Self {
            enabled,
            trusted_proxies,
            sign_in: RateLimiter::keyed(quota(nonzero(90), nonzero(60))),
            catalogue: RateLimiter::keyed(quota(nonzero(60), nonzero(120))),
            // A whole office may come from one address.
            calls: RateLimiter::keyed(quota(nonzero(600), nonzero(600))),
            // A page may ask for fifty things at once, and the next page for fifty more.
            sessions: RateLimiter::keyed(quota(nonzero(150), nonzero(150))),
        }
    }

    /// Counts one request.
    ///
    /// # Errors
    /// [`Limited`] where it is one too many.
    pub fn check(&self, kind: Kind, client: IpAddr) -> Result<(), Limited> {
        if !self.enabled {
            return Ok(());
        }
        let limiter = match kind {
            Kind::SignIn => &self.sign_in,
            Kind::Catalogue => &self.catalogue,
            Kind::Call => &self.calls,
        };
        limiter
            .check_key(&network(client))
            .map_err(|not_until| Limited::by(&not_until))
    }

    /// Counts one call with a person's token, by address and by session.
    ///
    /// # Errors
    /// [`Limited`] where it is one too many for either.
    pub fn check_call(&self, session: &str, client: IpAddr) -> Result<(), Limited> {
        if !self.enabled {
            return Ok(());
        }
        // The session first: what it has too many must not be counted for its neighbours.
        self.sessions
            .check_key(&session.to_owned())
            .map_err(|not_until| Limited::by(&not_until))?;
        self.check(Kind::Call, client)
    }

    /// Forgets addresses that have not been seen for long.
    pub fn tidy(&self) {
        self.sign_in.retain_recent();
        self.catalogue.retain_recent();
        self.calls.retain_recent();
        self.sessions.retain_recent();
    }

    /// The client's address: the peer's, or, where the peer is a trusted proxy, the last address
    /// in `X-Forwarded-For` that is not one.
    pub fn client(&self, peer: Option<SocketAddr>, headers: &HeaderMap) -> IpAddr {
        let peer = peer.map_or(IpAddr::V6(Ipv6Addr::UNSPECIFIED), |peer| {
            peer.ip().to_canonical()
        });
        if !self.trusted_proxies.contains(&peer) {
            return peer;
        }
        let lines: Vec<&str> = headers
            .get_all(FORWARDED_FOR)
            .iter()
            .filter_map(|line| line.to_str().ok())
            .collect();
        lines
            .join(",")
            .split(',')
            .rev()
            .map(|item| {
                item.trim()
                    .parse::<IpAddr>()
                    .map(|address| address.to_canonical())
            })
            .take_while(Result::is_ok)
            .flatten()
            .find(|address| !self.trusted_proxies.contains(address))
            .unwrap_or(peer)
    }
}

const fn nonzero(count: u32) -> NonZeroU32 {
    match NonZeroU32::new(count) {
        Some(count) => count,
        None => NonZeroU32::MIN,
    }
}

/// One subscriber has a whole /64 of IPv6.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    fn forwarded(text: &'static str) -> HeaderMap {
        [(FORWARDED_FOR, text.parse().expect("a header"))]
            .into_iter()
            .collect()
    }

    #[test]
    fn a_thousand_sign_ins_in_a_row_are_limited() {
        let limits = Limits::new(true, Vec::new());
        let refused = (0..1000)
            .filter(|_| limits.check(Kind::SignIn, address("192.0.2.1")).is_err())
            .count();
        assert!(refused > 900, "{refused}");
        assert!(
            limits.check(Kind::SignIn, address("192.0.2.2")).is_ok(),
            "another address is not affected"
        );
        assert!(
            limits.check(Kind::Catalogue, address("192.0.2.1")).is_ok(),
            "another kind is not affected"
        );
    }

    #[test]
    fn fifty_calls_at_once_pass_and_a_thousand_do_not() {
        let limits = Limits::new(true, Vec::new());
        let calls = |session: &str, address: IpAddr, count: usize| {
            (0..count)
                .filter(|_| limits.check_call(session, address).is_ok())
                .count()
        };
        let home = address("192.0.2.1");
        assert_eq!(calls("a", home, 50), 50);
        assert_eq!(calls("a", home, 50), 50, "and the next page");
        assert!(calls("a", home, 1000) < 100);
        assert_eq!(calls("b", home, 50), 50, "a neighbour is not affected");
        assert_eq!(calls("c", address("192.0.2.2"), 50), 50);
    }

    #[test]
    fn many_sessions_of_one_address_share_its_limit() {
        let limits = Limits::new(true, Vec::new());
        let passed = (0..2000)
            .filter(|number| {
                let session = (number / 100).to_string();
                limits.check_call(&session, address("192.0.2.1")).is_ok()
            })
            .count();
        assert!((600..700).contains(&passed), "{passed}");
        assert!(limits.check_call("0", address("192.0.2.2")).is_ok());
    }

    #[test]
    fn where_limits_are_off_everything_passes() {
        let limits = Limits::new(false, Vec::new());
        for _ in 0..2000 {
            for kind in [Kind::SignIn, Kind::Catalogue, Kind::Call] {
                assert_eq!(limits.check(kind, address("192.0.2.1")), Ok(()));
            }
            assert_eq!(limits.check_call("a", address("192.0.2.1")), Ok(()));
        }
    }

    #[test]
    fn a_whole_slash_64_shares_one_limit() {
        let limits = Limits::new(true, Vec::new());
        for n in 0..90 {
            limits
                .check(Kind::SignIn, address(&format!("2001:db8::{n:x}")))
                .expect("within the limit");
        }
        assert!(
            limits
                .check(Kind::SignIn, address("2001:db8::ffff"))
                .is_err()
        );
        assert!(
            limits
                .check(Kind::SignIn, address("2001:db8:0:1::1"))
                .is_ok()
        );
    }

    #[test]
    fn forwarded_addresses_count_from_trusted_peers_alone() {
        let limits = Limits::new(true, vec![address("10.0.0.1"), address("10.0.0.2")]);
        let peer = |text: &str| Some(SocketAddr::new(address(text), 1));
        let headers = forwarded("203.0.113.9, 198.51.100.7, 10.0.0.2");
        assert_eq!(
            limits.client(peer("192.0.2.1"), &headers),
            address("192.0.2.1")
        );
        assert_eq!(
            limits.client(peer("10.0.0.1"), &headers),
            address("198.51.100.7")
        );
        assert_eq!(
            limits.client(peer("10.0.0.1"), &forwarded("nonsense")),
            address("10.0.0.1")
        );
    }
}
