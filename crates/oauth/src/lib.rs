#![doc = include_str!("../README.md")]

pub mod callback;
#[cfg(feature = "client")]
pub mod client;
mod percent;
pub mod pkce;
pub mod return_to;
mod secret;
pub mod state;
pub mod tokens;
pub mod transaction;

#[cfg(feature = "oidc")]
mod address;
#[cfg(feature = "oidc")]
mod claims;
#[cfg(feature = "oidc")]
pub mod id_token;
#[cfg(feature = "oidc")]
pub mod jose;
#[cfg(feature = "oidc")]
pub mod jwk;
#[cfg(feature = "oidc")]
pub mod logout_token;
#[cfg(feature = "oidc")]
pub mod metadata;
#[cfg(feature = "oidc")]
pub mod profile;
#[cfg(feature = "oidc")]
mod strict_json;
#[cfg(feature = "oidc")]
pub mod userinfo;
