//! Registering, signing in and out.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use housecall_core::{Actor, Private, Role, UserId};
use housecall_store::{NewSignIn, NewUser, Rotation, StoreError, User};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    bearer,
    body::Body,
    error::{ApiError, ProblemBody},
};
use crate::{
    auth::{Identity, LONGEST_NAME, Passwords, TokenProblem},
    clock::new_user_id,
    house::House,
};

/// The longest email address (RFC 5321, section 4.5.3.1.3).
const LONGEST_EMAIL: usize = 254;

/// Somebody new.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Registration {
    /// Where to write to.
    #[schema(value_type = String, example = "ada@clinic.example")]
    email: Private<String>,
    /// At least eight characters.
    #[schema(value_type = String)]
    password: Private<String>,
    /// What to call them; the part of the email before the @ unless given.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    name: Option<Private<String>>,
    /// `patient` unless given; what else people may choose is configured.
    #[serde(default)]
    role: Option<String>,
}

/// Who signs in.
#[derive(Deserialize, ToSchema)]
pub(crate) struct Login {
    /// In any case.
    #[schema(value_type = String)]
    email: Private<String>,
    #[schema(value_type = String)]
    password: Private<String>,
}

/// A refresh token.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RefreshToken {
    /// From the latest answer: each works once.
    #[schema(value_type = String)]
    refresh_token: Private<String>,
}

/// Somebody, as they see themselves.
#[derive(Serialize, ToSchema)]
pub(crate) struct Me {
    #[schema(value_type = String)]
    pub(crate) id: UserId,
    #[schema(value_type = String)]
    pub(crate) name: Private<String>,
    #[schema(value_type = Option<String>)]
    pub(crate) email: Option<Private<String>>,
    /// `patient`, `provider`, `admin` or `guest`.
    #[schema(value_type = String)]
    pub(crate) role: Role,
}

impl From<&User> for Me {
    fn from(user: &User) -> Self {
        let user = user.clone();
        Self { id: user.id, name: user.name, email: user.email, role: user.role }
    }
}

/// Somebody is signed in.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SignedIn {
    user: Me,
    /// For `Authorization: Bearer` and for Socket.IO's `auth.token`.
    access_token: String,
    /// Exchanged for the next pair when the access token expires.
    refresh_token: String,
    /// Seconds until then.
    expires_in: u64,
}

/// Registers somebody and signs them in.
#[utoipa::path(
    post, path = "/api/auth/register", tag = "auth", security(()),
    request_body = Registration,
    responses((status = 201, body = SignedIn), (status = 400, body = ProblemBody),
              (status = 403, body = ProblemBody), (status = 409, body = ProblemBody)),
)]
pub(crate) async fn register(
    State(house): State<House>,
    headers: HeaderMap,
    Body(registration): Body<Registration>,
) -> Result<(StatusCode, Json<SignedIn>), ApiError> {
    let role = wanted_role(registration.role.as_deref())?;
    let by = registrar(&house, &headers)?;
    if !by.as_ref().is_some_and(Actor::is_admin) && !house.open_roles.contains(&role) {
        return Err(ApiError::forbidden(
            "role_not_allowed",
            "Only an administrator can register somebody with this role.",
        ));
    }
    let email = checked_email(&registration.email)?;
    let name = checked_name(registration.name, &email)?;
    if let Some(objection) = Passwords::objection(registration.password.reveal()) {
        return Err(ApiError::invalid("password", objection));
    }
    let password = house.passwords.hash(registration.password.into_revealed()).await?;
    let id = new_user_id();
    let by = by.unwrap_or_else(|| Actor::person(id.clone(), role));
    let new = NewUser { id, email: Some(email), name, role, password: Some(password) };
    let user = match house.store.create_user(new, &by, house.now()).await {
        Err(StoreError::Conflict) => return Err(email_taken()),
        answer => answer?,
    };
    Ok((StatusCode::CREATED, Json(sign_in(&house, &user).await?)))
}

/// Signs somebody in.
#[utoipa::path(
    post, path = "/api/auth/login", tag = "auth", security(()),
    request_body = Login,
    responses((status = 200, body = SignedIn), (status = 401, body = ProblemBody)),
)]
pub(crate) async fn login(
    State(house): State<House>,
    Body(Login { email, password }): Body<Login>,
) -> Result<Json<SignedIn>, ApiError> {
    let user = house.store.user_by_email(email.reveal()).await?;
    let known = user.as_ref().and_then(|it| it.password.clone());
    let right = house.passwords.check(password.into_revealed(), known).await?;
    let user = user.filter(|_| right).ok_or_else(wrong_credentials)?;
    if user.disabled {
        return Err(TokenProblem::Disabled.into());
    }
    Ok(Json(sign_in(&house, &user).await?))
}

/// Exchanges a refresh token for the next pair of tokens.
#[utoipa::path(
    post, path = "/api/auth/refresh", tag = "auth", security(()),
    request_body = RefreshToken,
    responses((status = 200, body = SignedIn), (status = 401, body = ProblemBody)),
)]
pub(crate) async fn refresh(
    State(house): State<House>,
    Body(RefreshToken { refresh_token }): Body<RefreshToken>,
) -> Result<Json<SignedIn>, ApiError> {
    let old = house.tokens.read_refresh(refresh_token.reveal())?;
    let now = house.now();
    let fresh = house.tokens.refresh(&old.user, now.plus(house.config.auth.refresh_lifetime()));
    let next = NewSignIn { id: fresh.sign_in, secret: fresh.secret, expires_at: fresh.expires_at };
    match house.store.rotate_sign_in(&old.sign_in, &old.secret, next, now).await? {
        Rotation::Rotated(user) => Ok(Json(signed_in(&house, &user, fresh.token))),
        Rotation::Reused(_) | Rotation::Refused => Err(TokenProblem::Invalid.into()),
    }
}

/// Signs out: the refresh token works no more.
#[utoipa::path(
    post, path = "/api/auth/logout", tag = "auth", security(()),
    request_body = RefreshToken,
    responses((status = 204), (status = 401, body = ProblemBody)),
)]
pub(crate) async fn logout(
    State(house): State<House>,
    Body(RefreshToken { refresh_token }): Body<RefreshToken>,
) -> Result<StatusCode, ApiError> {
    let old = house.tokens.read_refresh(refresh_token.reveal())?;
    match house.store.end_sign_in(&old.sign_in, house.now()).await {
        // Signing out twice is signed out.
        Ok(_) | Err(StoreError::NotFound) => Ok(StatusCode::NO_CONTENT),
        Err(error) => Err(error.into()),
    }
}

/// Gives somebody who proved who they are a pair of tokens.
pub(crate) async fn sign_in(house: &House, user: &User) -> Result<SignedIn, ApiError> {
    let now = house.now();
    let fresh = house.tokens.refresh(&user.id, now.plus(house.config.auth.refresh_lifetime()));
    let new = NewSignIn { id: fresh.sign_in, secret: fresh.secret, expires_at: fresh.expires_at };
    house.store.start_sign_in(&user.id, new, now).await?;
    Ok(signed_in(house, user, fresh.token))
}

fn signed_in(house: &House, user: &User, refresh_token: String) -> SignedIn {
    let lifetime = house.config.auth.access_lifetime();
    let person = house.directory.remember(user);
    let identity = Identity { user: person.id, role: person.role, name: person.name };
    SignedIn {
        user: Me::from(user),
        access_token: house.tokens.access(&identity, house.now(), lifetime),
        refresh_token,
        expires_in: lifetime.as_secs(),
    }
}

/// Who registers somebody else: an administrator with a token.
fn registrar(house: &House, headers: &HeaderMap) -> Result<Option<Actor>, ApiError> {
    let Some(token) = bearer(headers) else { return Ok(None) };
    let identity = house.tokens.verify(token, house.now())?;
    Ok(Some(Actor::person(identity.user, identity.role)))
}

fn wanted_role(word: Option<&str>) -> Result<Role, ApiError> {
    let Some(word) = word else { return Ok(Role::Patient) };
    Role::named(word).ok_or_else(|| {
        let words = Role::ALL.map(Role::as_str).join(", ");
        ApiError::invalid("role", format!("There is no such role. Roles are {words}."))
    })
}

fn checked_email(email: &Private<String>) -> Result<Private<String>, ApiError> {
    let text = email.reveal().trim();
    let plausible = text
        .split_once('@')
        .is_some_and(|(name, host)| !name.is_empty() && !host.is_empty() && !host.contains('@'));
    let clean = !text.chars().any(|it| it.is_whitespace() || it.is_control());
    if plausible && clean && text.len() <= LONGEST_EMAIL {
        return Ok(Private::new(text.to_owned()));
    }
    Err(ApiError::invalid("email", "This is not an email address."))
}

fn checked_name(
    name: Option<Private<String>>,
    email: &Private<String>,
) -> Result<Private<String>, ApiError> {
    let given = name.as_ref().map(|it| it.reveal().trim()).filter(|it| !it.is_empty());
    let name = given.or(email.reveal().split('@').next()).unwrap_or_default();
    if name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
        let detail = format!("Use at most {LONGEST_NAME} characters, all of them printable.");
        return Err(ApiError::invalid("name", detail));
    }
    Ok(Private::new(name.to_owned()))
}

fn email_taken() -> ApiError {
    let problem = housecall_dialect::Problem {
        field: Some("email".to_owned()),
        ..housecall_dialect::Problem::new(
            "email_taken",
            "Somebody has registered with this email address. Sign in instead.",
        )
    };
    ApiError::new(StatusCode::CONFLICT, problem)
}

fn wrong_credentials() -> ApiError {
    let message = "The email address or the password is wrong.";
    let problem = housecall_dialect::Problem::new("wrong_credentials", message);
    ApiError::new(StatusCode::UNAUTHORIZED, problem)
}
