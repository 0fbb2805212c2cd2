//! The switches that decide which of the provider's habits the sandbox shows.

use serde::{Deserialize, Serialize};

/// Which kind of registered app the client is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Profile {
    /// Development mode, registered since 2026-02-11: fewer fields, search gives at most ten.
    #[default]
    #[serde(rename = "dev-2026")]
    Dev2026,
    /// Development mode, older: the removed fields and limits are still there.
    DevLegacy,
    /// Extended quota: no allow list, and the owner's Premium does not matter.
    Extended,
}

impl Profile {
    /// Every profile, the default first.
    pub const ALL: [Self; 3] = [Self::Dev2026, Self::DevLegacy, Self::Extended];

    /// The name the control API uses.
    pub fn name(self) -> &'static str {
        match self {
            Self::Dev2026 => "dev-2026",
            Self::DevLegacy => "dev-legacy",
            Self::Extended => "extended",
        }
    }

    /// Whether the allow list and the owner's Premium count.
    pub(crate) fn is_development(self) -> bool {
        self != Self::Extended
    }

    /// Whether the fields that were documented as removed in February 2026 are still sent.
    pub(crate) fn keeps_removed_fields(self) -> bool {
        self != Self::Dev2026
    }

    /// Whether the endpoints that were removed in February 2026 are still there.
    pub(crate) fn keeps_removed_endpoints(self) -> bool {
        self != Self::Dev2026
    }

    /// The usual and the most releases of an artist on one page.
    pub(crate) fn discography_limits(self) -> (usize, usize) {
        match self {
            Self::Dev2026 | Self::DevLegacy => (5, 10),
            Self::Extended => (20, 50),
        }
    }

    /// The most and the usual number of search results of one type.
    pub(crate) fn search_limits(self) -> (usize, usize) {
        match self {
            Self::Dev2026 => (10, 5),
            Self::DevLegacy | Self::Extended => (50, 20),
        }
    }
}

/// What a refresh does to the refresh token.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RefreshPolicy {
    /// No new refresh token; the old one stays valid. How the provider behaves since July 2026.
    #[default]
    NeverRotate,
    /// A new refresh token each time; the one before is dead at once.
    RotateSingleUse,
    /// Every second refresh of a connection rotates, beginning with the second.
    Sometimes,
    /// As `rotate-single-use`, and whoever sends a superseded token ends the whole connection: the
    /// newest token dies, too (RFC 9700 §4.14.2).
    RotateKillFamily,
}

impl RefreshPolicy {
    /// Every policy, the default first.
    pub const ALL: [Self; 4] = [
        Self::NeverRotate,
        Self::RotateSingleUse,
        Self::Sometimes,
        Self::RotateKillFamily,
    ];

    /// The name the control API uses.
    pub fn name(self) -> &'static str {
        match self {
            Self::NeverRotate => "never-rotate",
            Self::RotateSingleUse => "rotate-single-use",
            Self::Sometimes => "sometimes",
            Self::RotateKillFamily => "rotate-kill-family",
        }
    }

    /// Whether the refresh with this number, counted from 1, rotates.
    pub(crate) fn rotates(self, number: u64) -> bool {
        match self {
            Self::NeverRotate => false,
            Self::RotateSingleUse | Self::RotateKillFamily => true,
            Self::Sometimes => number.is_multiple_of(2),
        }
    }

    /// Whether a superseded token ends what came after it.
    pub(crate) fn kills_family(self) -> bool {
        self == Self::RotateKillFamily
    }
}
