//! What signing in answers: every field some client looks for.

use serde::Serialize;
use utoipa::ToSchema;

use super::super::users::Account;

/// A pair of tokens.
#[derive(Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TokenPair {
    /// For `Authorization: Bearer` and for Socket.IO's `auth.token`.
    pub(crate) access_token: String,
    /// Exchanged for the next pair when the access token expires.
    pub(crate) refresh_token: String,
    /// Seconds until then.
    pub(crate) expires_in: u64,
}

/// Somebody and their tokens. Clients look for these in different places, so
/// they stand in all of them.
#[derive(Clone, Serialize, ToSchema)]
pub(crate) struct Session {
    user: Account,
    #[serde(flatten)]
    pair: TokenPair,
    /// The access token again.
    token: String,
    tokens: TokenPair,
}

/// Somebody is signed in.
#[derive(Serialize, ToSchema)]
pub(crate) struct SignedIn {
    /// Always `true`.
    success: bool,
    message: &'static str,
    #[serde(flatten)]
    session: Session,
    /// The same again.
    data: Session,
}

impl SignedIn {
    pub(crate) fn new(user: Account, pair: TokenPair) -> Self {
        let session =
            Session { user, token: pair.access_token.clone(), tokens: pair.clone(), pair };
        Self { success: true, message: "You are signed in.", data: session.clone(), session }
    }

    pub(crate) fn pair(&self) -> &TokenPair {
        &self.session.pair
    }
}
