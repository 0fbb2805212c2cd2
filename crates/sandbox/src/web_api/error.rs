//! Errors of the Web API: nested JSON, and two that are plain text.

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use thiserror::Error;

/// Why a call of the Web API is refused; the texts are the provider's.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(crate) enum ApiError {
    #[error("No token provided")]
    NoToken,
    #[error("Only valid bearer authentication supported")]
    NotBearer,
    #[error("Invalid access token")]
    InvalidToken,
    #[error("The access token expired")]
    ExpiredToken,
    #[error("This request requires user authentication.")]
    NoListener,
    #[error("Insufficient client scope")]
    MissingScope,
    #[error("Forbidden")]
    Forbidden,
    #[error("You cannot add tracks to a playlist you don't own.")]
    NotOwnPlaylist,
    #[error("You cannot create a playlist for another user")]
    NotOneself,
    #[error("Request body too large")]
    TooLarge,
    #[error("User not registered in the Developer Dashboard")]
    NotAllowListed,
    #[error(
        "Active premium subscription required for the owner of the app. When the subscription \
         status changes, it can take a few hours before requests are allowed again."
    )]
    OwnerPremiumLapsed,
    #[error("{0}")]
    BadRequest(String),
    #[error("Resource not found")]
    NoResource,
    #[error("Service not found")]
    NotFound,
    #[error("Method not allowed")]
    MethodNotAllowed,
}

impl ApiError {
    /// 400 with this message.
    pub(crate) fn bad(message: &str) -> Self {
        Self::BadRequest(message.to_owned())
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::NotBearer | Self::BadRequest(_) => StatusCode::BAD_REQUEST,
            Self::NoToken | Self::InvalidToken | Self::ExpiredToken | Self::NoListener => {
                StatusCode::UNAUTHORIZED
            }
            Self::MissingScope
            | Self::Forbidden
            | Self::NotOwnPlaylist
            | Self::NotOneself
            | Self::NotAllowListed
            | Self::OwnerPremiumLapsed => StatusCode::FORBIDDEN,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::NoResource | Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
        }
    }

    /// The two that break clients which always read JSON.
    fn is_plain_text(&self) -> bool {
        matches!(self, Self::NotAllowListed | Self::OwnerPremiumLapsed)
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let status = self.status();
        let message = self.to_string();
        let mut response = if self.is_plain_text() {
            (status, message).into_response()
        } else {
            let body = json!({ "error": { "status": status.as_u16(), "message": message } });
            (status, Json(body)).into_response()
        };
        if status == StatusCode::UNAUTHORIZED || self == Self::NotBearer {
            response.headers_mut().insert(
                header::WWW_AUTHENTICATE,
                header::HeaderValue::from_static("Bearer realm=\"spotify\""),
            );
        }
        response
    }
}

/// Any path that is not there.
pub(crate) async fn unknown_path() -> ApiError {
    ApiError::NotFound
}

/// A method that a path does not have.
pub(crate) async fn unknown_method() -> ApiError {
    ApiError::MethodNotAllowed
}
