//! The provider's answer, checked before anybody is called.
//!
//! The order is fixed: the transaction exists, is fresh, is of this provider; `state`;
//! duplicates and malformed parameters; `iss`; `error`; `code`; the verifier. Whoever fails
//! early learns nothing about what comes later.

use crate::pkce::Verifier;
use crate::tokens::AuthorizationCode;
use crate::transaction::Transaction;

mod error;
mod query;

pub use error::{AuthorizationErrorCode, CallbackError, Defect};
pub use query::{CallbackQuery, state_of};

/// The longest authorization code that is passed on, in bytes.
pub const MAX_CODE_BYTES: usize = 4096;

/// An answer that passed every check. [`check`] alone makes one, and the exchange takes
/// nothing else.
#[derive(Debug)]
pub struct ValidatedCallback {
    transaction: Transaction,
    code: AuthorizationCode,
    verifier: Verifier,
}

impl ValidatedCallback {
    /// The authorization code.
    pub fn code(&self) -> &AuthorizationCode {
        &self.code
    }

    /// The verifier, which matches the transaction's challenge.
    pub fn verifier(&self) -> &Verifier {
        &self.verifier
    }

    /// The redirect URI of the authorization request, byte for byte.
    pub fn redirect_uri(&self) -> &str {
        &self.transaction.redirect_uri
    }

    /// The transaction that this answer belongs to.
    pub fn transaction(&self) -> &Transaction {
        &self.transaction
    }

    /// The transaction, once the code has been exchanged.
    pub fn into_transaction(self) -> Transaction {
        self.transaction
    }
}

/// Holds an answer against the transaction that it claims to belong to.
///
/// * `transaction`: what the browser's sealed cookie held, if it had one;
/// * `provider`: the provider's id in the path that the answer came to;
/// * `query`: the answer, see [`CallbackQuery::parse`];
/// * `verifier`: the code verifier that the page sent along;
/// * `iss_advertised`: the provider's metadata says that it sends `iss`;
/// * `now`: unix seconds.
///
/// # Errors
/// The first check that fails, in the order of this module (RFC 6749 §4.1.2, RFC 9207 §2.4,
/// RFC 9700 §4.4 to §4.8, RFC 7636 §4.6).
pub fn check(
    transaction: Option<Transaction>,
    provider: &str,
    query: CallbackQuery,
    verifier: &str,
    iss_advertised: bool,
    now: i64,
) -> Result<ValidatedCallback, CallbackError> {
    let transaction = transaction.ok_or(CallbackError::TransactionMissing)?;
    if !transaction.is_fresh(now) {
        return Err(CallbackError::TransactionExpired);
    }
    if transaction.provider != provider {
        return Err(CallbackError::ProviderMismatch);
    }
    if !query.has_state(&transaction.state) {
        return Err(CallbackError::StateMismatch);
    }
    if let Some(defect) = query.defect {
        return Err(CallbackError::BadRequest(defect));
    }
    check_issuer(&transaction, query.iss.as_deref(), iss_advertised)?;
    check_error(&query)?;
    let code = read_code(query.code)?;
    let verifier = Verifier::parse(verifier).map_err(|_| CallbackError::VerifierMismatch)?;
    if !transaction.challenge.matches(&verifier) {
        return Err(CallbackError::VerifierMismatch);
    }
    Ok(ValidatedCallback {
        transaction,
        code,
        verifier,
    })
}

/// RFC 9207 §2.4. An `iss` that nobody advertised is held against the issuer all the same:
/// Google sends one that its metadata does not mention, and a foreign one is a mix-up.
fn check_issuer(
    transaction: &Transaction,
    iss: Option<&str>,
    advertised: bool,
) -> Result<(), CallbackError> {
    match iss {
        // Byte for byte: no case, no port, no trailing slash is forgiven.
        Some(iss) if iss == transaction.issuer => Ok(()),
        None if !advertised => Ok(()),
        _ => Err(CallbackError::IssuerMismatch),
    }
}

/// RFC 6749 §4.1.2.1. An answer is either a code or an error, never both.
fn check_error(query: &CallbackQuery) -> Result<(), CallbackError> {
    match (&query.error, &query.code) {
        (None, _) => Ok(()),
        (Some(_), Some(_)) => Err(CallbackError::BadRequest(Defect::CodeAndError)),
        (Some(error), None) if error == "access_denied" => Err(CallbackError::AccessDenied),
        (Some(error), None) => Err(CallbackError::ProviderError(AuthorizationErrorCode::read(
            error,
        ))),
    }
}

/// The code is checked here, long before it stands in a form field.
fn read_code(code: Option<String>) -> Result<AuthorizationCode, CallbackError> {
    let code = code.ok_or(CallbackError::BadRequest(Defect::NoCode))?;
    if code.len() > MAX_CODE_BYTES {
        return Err(CallbackError::BadRequest(Defect::Code));
    }
    AuthorizationCode::new(code).map_err(|_| CallbackError::BadRequest(Defect::Code))
}
