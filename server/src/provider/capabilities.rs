//! What a provider can do, as one value. The engine derives from it what must be checked.

/// What a provider can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a yes or no of its own; together they are the provider"
)]
pub struct Capabilities {
    /// It answers an exchange with an ID token. Then one must come and hold; else none is looked at.
    pub id_token: bool,
    /// It echoes `nonce` in the ID token. Then the echo must be there and equal.
    pub nonce: bool,
    /// It holds the exchange against the PKCE challenge. We do that ourselves in any case; this says
    /// that a code stolen on its way cannot be exchanged elsewhere either.
    pub pkce: bool,
    /// It promised to send `iss` with its answers (RFC 9207). Then an answer without one is refused;
    /// one that comes unpromised must equal the issuer all the same.
    pub iss: bool,
    /// A refresh may bring another refresh token and end the one before.
    pub rotation: bool,
    /// It gives a refresh token for the first consent only. Then an exchange without one is no loss
    /// of what an earlier sign-in brought, and asking again needs a consent.
    pub refresh_token_on_first_consent_only: bool,
    /// Whether, and how far, it takes a grant back when told to.
    pub revocation: Revocation,
    /// It has a place where its own session is ended.
    pub end_session: bool,
    /// It tells when its session ended (`OpenID` Connect Back-Channel Logout 1.0).
    pub back_channel_logout: bool,
}

/// How far a revocation reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Revocation {
    /// There is none; the person can take the grant back at the provider alone.
    None,
    /// The token and what was derived of it (RFC 7009 §2.1).
    Token,
    /// Everything that any app of the same project was granted: never at a sign-out.
    Project,
}

/// Two capabilities cannot both be true, or leave a door open together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Contradiction {
    /// A code could be injected: nothing ties it to its transaction at the provider.
    #[error("without PKCE and nonce, nothing ties a code to the sign-in it was issued for")]
    NothingTiesTheCode,
    /// An ID token that is tied to nothing could be replayed.
    #[error("an ID token without nonce could be one of another sign-in")]
    IdTokenWithoutNonce,
    /// There is no place for the nonce.
    #[error("a nonce has no place without an ID token")]
    NonceWithoutIdToken,
    /// These two belong to `OpenID` Connect.
    #[error("logout at the provider and by the provider want ID tokens")]
    LogoutWithoutIdToken,
    /// The one refresh token would be gone with its first use.
    #[error("a refresh token that is given once and replaced at each use would be lost")]
    RotationOfTheOnlyOne,
}

impl Capabilities {
    /// Refuses what does not go together.
    ///
    /// # Errors
    /// The first [`Contradiction`].
    pub fn check(&self) -> Result<(), Contradiction> {
        if !self.pkce && !self.nonce {
            Err(Contradiction::NothingTiesTheCode)
        } else if self.id_token && !self.nonce {
            Err(Contradiction::IdTokenWithoutNonce)
        } else if self.nonce && !self.id_token {
            Err(Contradiction::NonceWithoutIdToken)
        } else if (self.end_session || self.back_channel_logout) && !self.id_token {
            Err(Contradiction::LogoutWithoutIdToken)
        } else if self.rotation && self.refresh_token_on_first_consent_only {
            Err(Contradiction::RotationOfTheOnlyOne)
        } else {
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::{google, open_id, spotify};

    #[test]
    fn the_providers_we_know_are_sound() {
        for capabilities in [
            spotify::CAPABILITIES,
            google::CAPABILITIES,
            open_id::CAPABILITIES,
        ] {
            assert_eq!(capabilities.check(), Ok(()));
        }
    }

    #[test]
    fn contradictory_capabilities_are_refused() {
        let (plain, open_id) = (spotify::CAPABILITIES, open_id::CAPABILITIES);
        let contradictions = [
            (
                Capabilities {
                    pkce: false,
                    ..plain
                },
                Contradiction::NothingTiesTheCode,
            ),
            (
                Capabilities {
                    id_token: true,
                    ..plain
                },
                Contradiction::IdTokenWithoutNonce,
            ),
            (
                Capabilities {
                    nonce: true,
                    ..plain
                },
                Contradiction::NonceWithoutIdToken,
            ),
            (
                Capabilities {
                    end_session: true,
                    ..plain
                },
                Contradiction::LogoutWithoutIdToken,
            ),
            (
                Capabilities {
                    back_channel_logout: true,
                    ..plain
                },
                Contradiction::LogoutWithoutIdToken,
            ),
            (
                Capabilities {
                    rotation: true,
                    refresh_token_on_first_consent_only: true,
                    ..open_id
                },
                Contradiction::RotationOfTheOnlyOne,
            ),
        ];
        for (capabilities, contradiction) in contradictions {
            assert_eq!(capabilities.check(), Err(contradiction));
        }
    }
}
