//! Our session token: a JWT (RFC 7519) signed with Ed25519 (RFC 8037), in a cookie.

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use seal::KeyRing;
use serde::{Deserialize, Serialize};

/// How long a token speaks for itself, in seconds.
pub const LIFE_S: i64 = 600;

const TYPE: &str = "stagedoor+jwt";
const LABEL: &str = "stagedoor/v1/session-token";
/// The clock of another node may be ahead of ours by this much.
const SKEW_S: i64 = 60;
/// Ours are about 400 bytes; a longer one is not ours.
const MAX_BYTES: usize = 4096;

/// What a session token says. Times are unix seconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claims {
    /// The public origin.
    pub iss: String,
    /// The public origin.
    pub aud: String,
    /// The account id.
    pub sub: String,
    /// The session id.
    pub sid: String,
    /// What the account may do in this app.
    pub roles: Vec<String>,
    /// When it was issued.
    pub iat: i64,
    /// Until when others may trust it.
    pub exp: i64,
}

impl Claims {
    /// Whether the token speaks for itself at `now`.
    pub fn is_fresh(&self, now: i64) -> bool {
        now < self.exp
    }
}

/// Signs and verifies session tokens with the keys of the ring.
pub struct SessionTokens {
    origin: String,
    signing: EncodingKey,
    header: Header,
    verifying: Vec<(String, DecodingKey, String)>,
    validation: Validation,
}

impl std::fmt::Debug for SessionTokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SessionTokens")
            .field("origin", &self.origin)
            .finish_non_exhaustive()
    }
}

/// A token is not worth anything here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Another node may know the key, during a rotation; the cookie must not be cleared for it.
    #[error("the session token names a key that is not known here")]
    UnknownKey,
    /// Anything else.
    #[error("the session token does not hold")]
    Rejected,
}

/// The keys could not be used for signing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the session signing key cannot be made")]
pub struct SigningError;

impl SessionTokens {
    /// The keys for `origin`: the first of the ring signs, all verify.
    ///
    /// # Errors
    /// [`SigningError`] where a key pair cannot be made of the derived seed.
    pub fn new(ring: &KeyRing, origin: &str) -> Result<Self, SigningError> {
        let mut signing = None;
        let mut verifying = Vec::new();
        for id in ring.ids() {
            let seed = ring.derive_for(id, LABEL).ok_or(SigningError)?;
            let pair =
                Ed25519KeyPair::from_seed_unchecked(seed.secret()).map_err(|_| SigningError)?;
            let x = URL_SAFE_NO_PAD.encode(pair.public_key().as_ref());
            if signing.is_none() {
                let document = pair.to_pkcs8().map_err(|_| SigningError)?;
                let mut header = Header::new(Algorithm::EdDSA);
                header.typ = Some(TYPE.to_owned());
                header.kid = Some(id.to_string());
                signing = Some((EncodingKey::from_ed_der(document.as_ref()), header));
            }
            let key = DecodingKey::from_ed_components(&x).map_err(|_| SigningError)?;
            verifying.push((id.to_string(), key, x));
        }
        let (signing, header) = signing.ok_or(SigningError)?;
        let mut validation = Validation::new(Algorithm::EdDSA);
        // The library reads the system clock; times are checked here, against the clock that is given.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        validation.required_spec_claims.clear();
        validation.set_issuer(&[origin]);
        validation.set_audience(&[origin]);
        Ok(Self {
            origin: origin.to_owned(),
            signing,
            header,
            verifying,
            validation,
        })
    }

    /// A token for a session, good for ten minutes from `now` but not beyond `ends_at`.
    ///
    /// # Errors
    /// [`SigningError`] where the signature fails.
    pub fn sign(
        &self,
        account: &str,
        session: &str,
        roles: &[String],
        now: i64,
        ends_at: i64,
    ) -> Result<String, SigningError> {
        let claims = Claims {
            iss: self.origin.clone(),
            aud: self.origin.clone(),
            sub: account.to_owned(),
            sid: session.to_owned(),
            roles: roles.to_vec(),
            iat: now,
            exp: ends_at.min(now + LIFE_S),
        };
        jsonwebtoken::encode(&self.header, &claims, &self.signing).map_err(|_| SigningError)
    }

    /// The claims of a token that is ours. It may have expired: [`Claims::is_fresh`] tells.
    ///
    /// # Errors
    /// [`TokenError`].
    pub fn verify(&self, token: &str, now: i64) -> Result<Claims, TokenError> {
        if token.len() > MAX_BYTES {
            return Err(TokenError::Rejected);
        }
        let header = jsonwebtoken::decode_header(token).map_err(|_| TokenError::Rejected)?;
        if header.alg != Algorithm::EdDSA || header.typ.as_deref() != Some(TYPE) {
            return Err(TokenError::Rejected);
        }
        let id = header.kid.as_deref().ok_or(TokenError::Rejected)?;
        let (_, key, _) = self
            .verifying
            .iter()
            .find(|(known, ..)| known == id)
            .ok_or(TokenError::UnknownKey)?;
        let claims = jsonwebtoken::decode::<Claims>(token, key, &self.validation)
            .map_err(|_| TokenError::Rejected)?
            .claims;
        let sane = claims.iat <= now.saturating_add(SKEW_S)
            && claims
                .exp
                .checked_sub(claims.iat)
                .is_some_and(|life| (1..=LIFE_S).contains(&life));
        if sane {
            Ok(claims)
        } else {
            Err(TokenError::Rejected)
        }
    }

    /// The public keys, as a JWK set (RFC 7517, RFC 8037 §2).
    pub fn jwks(&self) -> serde_json::Value {
        let keys: Vec<serde_json::Value> = self
            .verifying
            .iter()
            .map(|(id, _, x)| {
                serde_json::json!({"kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": id, "x": x})
            })
            .collect();
        serde_json::json!({ "keys": keys })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORIGIN: &str = "http://127.0.0.1:3000";
    const RING: &str = "a:AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=";
    const TWO: &str = "b:IQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=,a:AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=";

    fn tokens(ring: &str) -> SessionTokens {
        SessionTokens::new(&KeyRing::parse(ring).expect("a ring"), ORIGIN).expect("keys")
    }

    #[test]
    fn a_signed_token_verifies_and_ages() {
        let tokens = tokens(RING);
        let token = tokens
            .sign("account", "session", &[], 1000, i64::MAX)
            .expect("signed");
        let claims = tokens.verify(&token, 1000).expect("ours");
        assert_eq!(
            (claims.sub.as_str(), claims.sid.as_str(), claims.exp),
            ("account", "session", 1600)
        );
        assert!(claims.is_fresh(1599) && !claims.is_fresh(1600));
        assert!(
            tokens.verify(&token, 1_000_000).is_ok(),
            "age alone does not make it foreign"
        );
    }

    #[test]
    fn a_token_does_not_outlive_its_session() {
        let tokens = tokens(RING);
        let token = tokens
            .sign("account", "session", &[], 1000, 1010)
            .expect("signed");
        assert_eq!(tokens.verify(&token, 1000).expect("ours").exp, 1010);
    }

    #[test]
    fn rotation_keeps_old_tokens() {
        let (old, new) = (tokens(RING), tokens(TWO));
        let token = old
            .sign("account", "session", &[], 1000, i64::MAX)
            .expect("signed");
        assert!(new.verify(&token, 1000).is_ok());
        let token = new
            .sign("account", "session", &[], 1000, i64::MAX)
            .expect("signed");
        assert_eq!(old.verify(&token, 1000), Err(TokenError::UnknownKey));
        assert_eq!(new.jwks()["keys"].as_array().map(Vec::len), Some(2));
    }

    #[test]
    fn every_flipped_character_is_refused() {
        let tokens = tokens(RING);
        let token = tokens
            .sign("account", "session", &[], 1000, i64::MAX)
            .expect("signed");
        for index in 0..token.len() {
            let mut bytes = token.clone().into_bytes();
            bytes[index] = if bytes[index] == b'A' { b'B' } else { b'A' };
            let flipped = String::from_utf8(bytes).expect("text");
            assert!(tokens.verify(&flipped, 1000).is_err(), "character {index}");
            assert!(
                tokens.verify(&token[..index], 1000).is_err(),
                "cut at {index}"
            );
        }
    }

    #[test]
    fn a_token_of_another_origin_is_refused() {
        let ring = KeyRing::parse(RING).expect("a ring");
        let other = SessionTokens::new(&ring, "https://elsewhere.example").expect("keys");
        let token = other
            .sign("account", "session", &[], 1000, i64::MAX)
            .expect("signed");
        assert_eq!(tokens(RING).verify(&token, 1000), Err(TokenError::Rejected));
    }

    #[test]
    fn a_token_from_the_future_is_refused() {
        let tokens = tokens(RING);
        let token = tokens
            .sign("account", "session", &[], 1061, i64::MAX)
            .expect("signed");
        assert_eq!(tokens.verify(&token, 1000), Err(TokenError::Rejected));
    }

    fn forged(tokens: &SessionTokens, header: &Header, claims: &serde_json::Value) -> String {
        jsonwebtoken::encode(header, claims, &tokens.signing).expect("signed")
    }

    #[test]
    fn wrong_types_and_headers_are_refused() {
        let tokens = tokens(RING);
        let good = serde_json::json!({"iss": ORIGIN, "aud": ORIGIN, "sub": "a", "sid": "s", "roles": [], "iat": 1000, "exp": 1600});
        assert!(
            tokens
                .verify(&forged(&tokens, &tokens.header, &good), 1000)
                .is_ok()
        );
        let mutations = [
            ("exp", serde_json::json!("1600")),
            ("exp", serde_json::json!(1601)),
            ("exp", serde_json::json!(1e300)),
            ("exp", serde_json::json!(i64::MAX)),
            ("exp", serde_json::json!(-1)),
            ("exp", serde_json::Value::Null),
            ("iat", serde_json::json!(true)),
            ("iat", serde_json::json!(i64::MIN)),
            ("iss", serde_json::json!([ORIGIN])),
            ("aud", serde_json::json!("another")),
            ("sid", serde_json::json!(7)),
            ("extra", serde_json::json!(1)),
        ];
        for (member, value) in mutations {
            let mut claims = good.clone();
            claims[member] = value;
            assert_eq!(
                tokens.verify(&forged(&tokens, &tokens.header, &claims), 1000),
                Err(TokenError::Rejected),
                "{member}"
            );
        }
        for member in ["iss", "aud", "sub", "sid", "roles", "iat", "exp"] {
            let mut claims = good.clone();
            claims.as_object_mut().expect("an object").remove(member);
            assert_eq!(
                tokens.verify(&forged(&tokens, &tokens.header, &claims), 1000),
                Err(TokenError::Rejected),
                "{member}"
            );
        }
        let mut header = tokens.header.clone();
        header.typ = Some("JWT".into());
        assert_eq!(
            tokens.verify(&forged(&tokens, &header, &good), 1000),
            Err(TokenError::Rejected)
        );
        header = tokens.header.clone();
        header.kid = None;
        assert_eq!(
            tokens.verify(&forged(&tokens, &header, &good), 1000),
            Err(TokenError::Rejected)
        );
    }

    #[test]
    fn alg_none_and_shared_secret_are_refused() {
        let tokens = tokens(RING);
        let claims = serde_json::json!({"iss": ORIGIN, "aud": ORIGIN, "sub": "a", "sid": "s", "roles": [], "iat": 1000, "exp": 1600});
        let body = URL_SAFE_NO_PAD.encode(claims.to_string());
        for alg in ["none", "None", ""] {
            let header = URL_SAFE_NO_PAD.encode(format!(
                r#"{{"alg":"{alg}","typ":"stagedoor+jwt","kid":"a"}}"#
            ));
            assert!(tokens.verify(&format!("{header}.{body}."), 1000).is_err());
        }
        let mut header = Header::new(Algorithm::HS256);
        header.typ = Some(TYPE.into());
        header.kid = Some("a".into());
        let public = tokens.jwks()["keys"][0]["x"]
            .as_str()
            .expect("x")
            .to_owned();
        let key = EncodingKey::from_secret(&URL_SAFE_NO_PAD.decode(public).expect("base64url"))
            .expect("a key");
        let token = jsonwebtoken::encode(&header, &claims, &key).expect("signed");
        assert_eq!(tokens.verify(&token, 1000), Err(TokenError::Rejected));
    }
}
