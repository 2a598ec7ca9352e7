//! Access and refresh tokens: JWTs (RFC 7519) signed with HS256.

use std::time::Duration;

use housecall_core::{Private, Role, Timestamp, UserId};
use housecall_store::{SecretHash, SignInId};
use jsonwebtoken::{
    Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode, errors::ErrorKind,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Secrets, random_text};

/// How far clocks may be apart. More lets expired tokens in; none refuses
/// people whose identity provider is a second ahead.
const LEEWAY: Duration = Duration::from_secs(5);

/// The longest name of a person, in characters.
pub(crate) const LONGEST_NAME: usize = 100;

/// Who a verified token says somebody is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Who.
    pub user: UserId,
    /// What they are here.
    pub role: Role,
    /// What to call them; never empty.
    pub name: Private<String>,
}

/// Why a token lets nobody in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenProblem {
    /// There was none.
    #[error("Sign in first: no access token was sent.")]
    Missing,
    /// It was good once.
    #[error("Your access token has expired. Refresh it or sign in again.")]
    Expired,
    /// Wrong key, wrong algorithm, wrong kind, or not a token.
    #[error("This access token is not valid. Sign in again.")]
    Invalid,
    /// The user is locked out.
    #[error("This account is disabled. Ask an administrator.")]
    Disabled,
}

impl TokenProblem {
    /// The word clients branch on. Stable.
    pub fn code(self) -> &'static str {
        match self {
            TokenProblem::Missing => "token_missing",
            TokenProblem::Expired => "token_expired",
            TokenProblem::Invalid => "token_invalid",
            TokenProblem::Disabled => "user_disabled",
        }
    }
}

/// Signs and verifies tokens.
pub struct Tokens {
    sign_access: EncodingKey,
    check_access: DecodingKey,
    sign_refresh: EncodingKey,
    check_refresh: DecodingKey,
    validation: Validation,
}

/// Clients that read their own token look for the user under three names.
#[derive(Serialize)]
struct AccessClaims<'a> {
    sub: &'a UserId,
    #[serde(rename = "userId")]
    user_id: &'a UserId,
    id: &'a UserId,
    role: Role,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'a str>,
    #[serde(rename = "type")]
    kind: &'static str,
    iat: i64,
    exp: i64,
}

#[derive(Serialize, Deserialize)]
struct RefreshClaims {
    sub: UserId,
    #[serde(rename = "type")]
    kind: String,
    jti: String,
    secret: String,
    exp: i64,
}

/// A refresh token, taken apart.
#[derive(Debug)]
pub(crate) struct Refresh {
    pub(crate) user: UserId,
    pub(crate) sign_in: SignInId,
    pub(crate) secret: SecretHash,
}

/// A refresh token about to be given out.
pub(crate) struct FreshRefresh {
    pub(crate) token: String,
    pub(crate) sign_in: SignInId,
    pub(crate) secret: SecretHash,
    pub(crate) expires_at: Timestamp,
}

impl Tokens {
    /// Tokens signed with these secrets.
    pub fn new(secrets: &Secrets) -> Self {
        // The algorithm is fixed here; what the header says is not asked. Time
        // is checked by us, with the house's clock.
        let mut validation = Validation::new(Algorithm::HS256);
        validation.validate_exp = false;
        validation.validate_aud = false;
        validation.required_spec_claims.clear();
        Self {
            sign_access: EncodingKey::from_secret(secrets.access.as_bytes()),
            check_access: DecodingKey::from_secret(secrets.access.as_bytes()),
            sign_refresh: EncodingKey::from_secret(secrets.refresh.as_bytes()),
            check_refresh: DecodingKey::from_secret(secrets.refresh.as_bytes()),
            validation,
        }
    }

    /// An access token for somebody.
    pub fn access(&self, identity: &Identity, now: Timestamp, lifetime: Duration) -> String {
        self.access_with_email(identity, None, now, lifetime)
    }

    /// An access token for somebody whose client may look for their address in
    /// it.
    pub(crate) fn access_with_email(
        &self,
        identity: &Identity,
        email: Option<&Private<String>>,
        now: Timestamp,
        lifetime: Duration,
    ) -> String {
        let claims = AccessClaims {
            sub: &identity.user,
            user_id: &identity.user,
            id: &identity.user,
            role: identity.role,
            name: identity.name.reveal(),
            email: email.map(|it| it.reveal().as_str()),
            kind: "access",
            iat: now.as_millis() / 1000,
            exp: now.plus(lifetime).as_millis() / 1000,
        };
        encode(&Header::default(), &claims, &self.sign_access).expect("claims are plain JSON")
    }

    pub(crate) fn refresh(&self, user: &UserId, expires_at: Timestamp) -> FreshRefresh {
        let (jti, secret) = (random_text(), random_text());
        let claims = RefreshClaims {
            sub: user.clone(),
            kind: "refresh".to_owned(),
            jti: jti.clone(),
            secret: secret.clone(),
            exp: expires_at.as_millis() / 1000,
        };
        let token = encode(&Header::default(), &claims, &self.sign_refresh);
        FreshRefresh {
            token: token.expect("claims are plain JSON"),
            sign_in: SignInId::new(jti),
            secret: SecretHash::of(&secret),
            expires_at,
        }
    }

    /// Who an access token speaks for.
    pub fn verify(&self, token: &str, now: Timestamp) -> Result<Identity, TokenProblem> {
        let claims = decode::<Value>(token, &self.check_access, &self.validation).map_err(why)?;
        let claims = claims.claims;
        check_time(&claims, now)?;
        for key in ["type", "token_use", "typ"] {
            if claims.get(key).is_some_and(|it| it != "access") {
                return Err(TokenProblem::Invalid);
            }
        }
        identity(&claims).ok_or(TokenProblem::Invalid)
    }

    pub(crate) fn read_refresh(&self, token: &str) -> Result<Refresh, TokenProblem> {
        let claims = decode::<RefreshClaims>(token, &self.check_refresh, &self.validation);
        let claims = claims.map_err(why)?.claims;
        if claims.kind != "refresh" {
            return Err(TokenProblem::Invalid);
        }
        // Whether it has expired is in the database, beside whether it was
        // used.
        let (sign_in, secret) = (SignInId::new(claims.jti), SecretHash::of(&claims.secret));
        Ok(Refresh { user: claims.sub, sign_in, secret })
    }
}

fn why(error: jsonwebtoken::errors::Error) -> TokenProblem {
    match error.kind() {
        ErrorKind::ExpiredSignature => TokenProblem::Expired,
        _ => TokenProblem::Invalid,
    }
}

/// RFC 7519, sections 4.1.4 and 4.1.5: both are whole seconds here, and `exp`
/// is required.
fn check_time(claims: &Value, now: Timestamp) -> Result<(), TokenProblem> {
    let moment = |value: &Value| {
        let seconds = value.as_i64().and_then(|it| it.checked_mul(1000));
        seconds.map(Timestamp::from_millis).ok_or(TokenProblem::Invalid)
    };
    let expires = moment(claims.get("exp").ok_or(TokenProblem::Invalid)?)?;
    if expires.plus(LEEWAY) <= now {
        return Err(TokenProblem::Expired);
    }
    match claims.get("nbf").map(moment).transpose()? {
        Some(begins) if begins > now.plus(LEEWAY) => Err(TokenProblem::Invalid),
        _ => Ok(()),
    }
}

fn identity(claims: &Value) -> Option<Identity> {
    let user = ["sub", "userId", "user_id", "id", "uid"].iter().find_map(|it| claims.get(it))?;
    let user: UserId = serde_json::from_value(user.clone()).ok()?;
    let text = |key: &&str| claims.get(key).and_then(Value::as_str).filter(|it| !it.is_empty());
    // A role nobody knows gets the rights of the least.
    let role = ["role", "userRole"].iter().find_map(text).and_then(Role::named);
    let email = text(&"email").and_then(|it| it.split('@').next()).filter(|it| !it.is_empty());
    let name = ["name", "displayName", "userName", "nickname"].iter().find_map(text).or(email);
    let name = Private::new(displayable(name.unwrap_or(user.as_str())));
    Some(Identity { user, role: role.unwrap_or(Role::Patient), name })
}

/// A name as everybody in a call gets to see it, which keeps it short.
fn displayable(name: &str) -> String {
    name.chars().filter(|it| !it.is_control()).take(LONGEST_NAME).collect()
}

#[cfg(test)]
mod tests;
