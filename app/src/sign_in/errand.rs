//! What somebody goes to a provider for.

use serde::{Deserialize, Serialize};

use crate::deed::Deed;

/// Why a person goes to a provider.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Intent {
    /// To come in.
    #[default]
    SignIn,
    /// To add an identity to the account they are signed in to.
    Link,
    /// To give permissions, or to have the connection renew itself.
    Grant,
}

impl Intent {
    /// The name on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::SignIn => "sign-in",
            Self::Link => "link",
            Self::Grant => "grant",
        }
    }
}

/// One way to a provider and back.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Errand {
    /// The provider id.
    pub provider: String,
    /// What for.
    pub intent: Intent,
    /// The page to come back to; the one shown now where absent.
    pub return_to: Option<&'static str>,
    /// The permissions to ask for besides who the person is.
    pub permissions: Vec<String>,
    /// What is to be done after the return.
    pub deed: Option<Deed>,
    /// The account of the person, where they are signed in.
    pub account: Option<String>,
    /// Whether the provider should let the person choose another account.
    pub switch_account: bool,
}

/// What the tab keeps of an errand of somebody who is signed in, while they are away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Away {
    /// The page to come back to.
    pub place: String,
    /// The page they went from, to go on with once a question on the other is answered.
    #[serde(default)]
    pub from: Option<String>,
    /// The provider id.
    pub provider: String,
    /// What for.
    pub intent: Intent,
    /// The permissions that are asked for.
    pub permissions: Vec<String>,
    /// What is to be done after the return.
    pub deed: Option<Deed>,
    /// Whose errand it is: nobody else's deed is done.
    pub account: Option<String>,
}
