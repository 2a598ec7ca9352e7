//! Who is asking: an `Authorization` header says, else a cookie.

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, header, request::Parts},
};
use housecall_core::{Actor, Role, UserId};

use super::{auth::access_token, error::ApiError};
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

    /// Whether they work here.
    pub(crate) fn is_staff(&self) -> bool {
        match self.role {
            Role::Provider | Role::Admin => true,
            Role::Patient | Role::Guest => false,
        }
    }
}

impl FromRequestParts<House> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, house: &House) -> Result<Self, ApiError> {
        let token = match bearer(&parts.headers) {
            Some(token) => Some(token),
            None => access_token(&parts.headers, &house.config)?,
        };
        let token = token.ok_or(TokenProblem::Missing)?;
        let identity = house.tokens.verify(token, house.now())?;
        let identity = house.admit(&identity).await?;
        if house.config.auth.tokenless_rtc {
            house.sightings.note(&identity.user, house.now());
        }
        Ok(Self { user: identity.user, role: identity.role })
    }
}

/// The token of an `Authorization: Bearer` header (RFC 6750, section 2.1).
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let header = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim()).filter(|it| !it.is_empty())
}
