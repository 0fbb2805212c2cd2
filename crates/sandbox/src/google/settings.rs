//! The switches that decide which of Google's habits the sandbox shows.

use serde::{Deserialize, Serialize};

use crate::profile::RefreshPolicy;

/// What `GET /google/certs` says about how long its answer is good, in seconds.
const CERTS_MAX_AGE_S: u32 = 24_873;

/// Google's habits, as set at the moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GoogleSettings {
    /// Whether the authorization response carries `iss` (RFC 9207).
    pub send_iss: bool,
    /// Whether discovery says so. Google sends it and does not say so.
    pub advertise_iss: bool,
    /// Whether every code that was asked for offline brings a refresh token, not the first alone.
    pub always_refresh_token: bool,
    /// How long a client may keep the signing keys, in seconds.
    pub certs_max_age_s: u32,
    /// What a refresh does to the refresh token. Google never rotates.
    pub refresh_policy: RefreshPolicy,
}

impl Default for GoogleSettings {
    fn default() -> Self {
        Self {
            send_iss: true,
            advertise_iss: false,
            always_refresh_token: false,
            certs_max_age_s: CERTS_MAX_AGE_S,
            refresh_policy: RefreshPolicy::NeverRotate,
        }
    }
}
