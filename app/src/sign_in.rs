//! The start of a sign-in: the browser draws the PKCE secret, keeps it, and goes to the provider.

pub mod button;
pub mod errand;
pub mod resumption;
pub mod verifiers;
pub mod words;

use leptos::prelude::window;
use leptos::wasm_split::SplitLoaderError;
use oauth::pkce::Verifier;
use oauth::return_to::ReturnTo;

use crate::api;
use crate::error::ApiError;
use crate::page_life::{current_address, is_web_address};
use crate::sign_in::errand::{Away, Errand, Intent};

/// Why a sign-in did not start.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StartError {
    /// The session storage of the tab is switched off or full.
    #[error(
        "This browser does not let the page keep anything, so a sign-in could not be finished."
    )]
    NoStorage,
    /// The browser has no source of randomness.
    #[error("This browser cannot draw the random secret that protects a sign-in.")]
    NoRandomness,
    /// The server named an address that is not on the web.
    #[error("The sign-in service has an address that cannot be opened.")]
    ForeignAddress,
    /// The server refused, or could not be reached.
    #[error(transparent)]
    Refused(#[from] ApiError),
}

crate::later! {
    /// Starts a sign-in and leaves the page for the provider's.
    ///
    /// 32 random bytes become the verifier (RFC 7636 §4.1). Its challenge goes to the server, it itself
    /// stays in this tab under the `state` of the answer. Whoever steals the tab lacks the cookie that
    /// `begin` sets, and whoever steals the cookie lacks the tab.
    ///
    /// The person comes back to the page that `errand` names, else to the one shown now, where that is a
    /// page one can come back to.
    ///
    /// # Errors
    /// [`StartError`]; the page has not been left then, and nothing is kept.
    pub async fn start(errand: Errand) -> Result<(), StartError> in session {
        set_out(errand).await
    }
}

impl StartError {
    /// Seconds until another try makes sense, where the server said so.
    pub fn retry_after(&self) -> Option<u32> {
        match self {
            Self::Refused(error) => error.retry_after,
            Self::NoStorage | Self::NoRandomness | Self::ForeignAddress => None,
        }
    }
}

impl From<SplitLoaderError> for StartError {
    fn from(error: SplitLoaderError) -> Self {
        Self::Refused(error.into())
    }
}

async fn set_out(errand: Errand) -> Result<(), StartError> {
    // Asked first: without it the way to the provider and back would be for nothing.
    verifiers::storage().ok_or(StartError::NoStorage)?;
    let verifier = Verifier::from_bytes(random_bytes().ok_or(StartError::NoRandomness)?);
    let challenge = verifier.challenge().as_str().to_owned();
    let from = place_to_return(&current_address());
    let return_to = errand.return_to.map(str::to_owned).or_else(|| from.clone());
    let begun = api::begin(
        errand.provider.clone(),
        challenge,
        (!errand.permissions.is_empty()).then(|| errand.permissions.clone()),
        return_to.clone(),
        (errand.intent != Intent::SignIn).then(|| errand.intent.name().to_owned()),
        Some(errand.switch_account),
    )
    .await?;
    if !is_web_address(&begun.authorize_url) {
        return Err(StartError::ForeignAddress);
    }
    verifiers::keep(&begun.state, &verifier).ok_or(StartError::NoStorage)?;
    if errand.intent != Intent::SignIn {
        // Whoever is signed in while they go comes back to the same page, also where it fails, and
        // what they wanted is not in any address.
        let away = Away {
            place: return_to.unwrap_or_else(|| "/".to_owned()),
            from,
            provider: errand.provider,
            intent: errand.intent,
            permissions: errand.permissions,
            deed: errand.deed,
            account: errand.account,
        };
        verifiers::keep_away(&begun.state, &away).ok_or(StartError::NoStorage)?;
    }
    window()
        .location()
        .assign(&begun.authorize_url)
        .map_err(|_| StartError::ForeignAddress)
}

/// What of `address` one can come back to: all of it, else its path alone, else nothing. The
/// callback page is no place to return to.
fn place_to_return(address: &str) -> Option<String> {
    let path = address.split(['?', '#']).next().unwrap_or_default();
    [address, path]
        .into_iter()
        .find_map(|place| ReturnTo::parse(place).ok())
        .map(String::from)
}

fn random_bytes() -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    window()
        .crypto()
        .ok()?
        .get_random_values_with_u8_array(&mut bytes)
        .ok()?;
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::place_to_return;

    #[test]
    fn page_and_query_are_kept() {
        assert_eq!(
            place_to_return("/search?q=a%20b").as_deref(),
            Some("/search?q=a%20b")
        );
        assert_eq!(place_to_return("/").as_deref(), Some("/"));
    }

    #[test]
    fn odd_query_costs_only_the_query() {
        assert_eq!(place_to_return("/search?q=a|b").as_deref(), Some("/search"));
    }

    #[test]
    fn callback_is_no_place_to_return() {
        assert_eq!(place_to_return("/callback/spotify"), None);
        assert_eq!(place_to_return("//evil.example/"), None);
    }
}
