//! Who is asking.

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, header, request::Parts},
};
use housecall_core::{Actor, Role, UserId};

use super::error::ApiError;
use crate::{auth::TokenProblem, house::House};

/// Somebody with a good access token.
pub(crate) struct Caller {
    pub(crate) user: UserId,
    pub(crate) role: Role,
}

impl Caller {
    pub(crate) fn actor(&self) -> Actor {
        Actor::person(self.user.clone(), self.role)
    }

    pub(crate) fn is_admin(&self) -> bool {
        self.role == Role::Admin
    }
}

impl FromRequestParts<House> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, house: &House) -> Result<Self, ApiError> {
        let token = bearer(&parts.headers).ok_or(TokenProblem::Missing)?;
        let identity = house.tokens.verify(token, house.now())?;
        let identity = house.admit(&identity).await?;
        Ok(Self { user: identity.user, role: identity.role })
    }
}

/// The token of an `Authorization: Bearer` header (RFC 6750, section 2.1).
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let header = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim()).filter(|it| !it.is_empty())
}
