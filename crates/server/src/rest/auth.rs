//! Registering, signing in and out. One set of operations for every client we
//! know: they read all its spellings, and answer all of them at once.

mod cookies;
mod forms;
mod page;
mod renewals;
mod session;

use axum::{
    Extension, Json,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use housecall_core::{Actor, UserId};
use housecall_store::{NewSignIn, NewUser, Rotation, StoreError, User};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    bearer,
    body::Body,
    caller::Caller,
    error::{ApiError, ProblemBody},
    users::{Account, account},
};
use crate::{
    auth::{Identity, Refresh, TokenProblem},
    clock::new_user_id,
    house::House,
};
pub(super) use cookies::{Cookies, access_token, watch_cookie, watch_grant};
use forms::{Checked, Login, RefreshToken, Registration};
pub(super) use renewals::Renewals;
use renewals::Renewed;
pub(super) use session::SignedIn;
use session::TokenPair;

/// A good access token, and whose it is.
#[derive(Serialize, ToSchema)]
pub(crate) struct Verified {
    /// Always `true`: a bad token is a 401.
    valid: bool,
    user: Account,
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
) -> Result<(StatusCode, Cookies, Json<SignedIn>), ApiError> {
    let role = registration.role()?;
    let by = registrar(&house, &headers)?;
    if !by.as_ref().is_some_and(Actor::is_admin) && !house.open_roles.contains(&role) {
        let detail = "Only an administrator can register somebody as that.";
        return Err(ApiError::forbidden("role_not_allowed", detail));
    }
    let Checked { email, password, name } = registration.check()?;
    let password = house.passwords.hash(password.into_revealed()).await?;
    let id = new_user_id();
    let by = by.unwrap_or_else(|| Actor::person(id.clone(), role));
    let new = NewUser { id, email: Some(email), name, role, password: Some(password) };
    let user = match house.store.create_user(new, &by, house.now()).await {
        Err(StoreError::Conflict) => return Err(forms::email_taken()),
        answer => answer?,
    };
    let signed_in = sign_in(&house, &user).await?;
    Ok((StatusCode::CREATED, cookies::of(&signed_in, &headers, &house), Json(signed_in)))
}

/// Signs somebody in. The tokens are in the answer and, except for pages of
/// our own origin, in the cookies `AccessToken`, `authToken` and
/// `RefreshToken`.
#[utoipa::path(
    post, path = "/api/auth/login", tag = "auth", security(()),
    request_body = Login,
    responses((status = 200, body = SignedIn), (status = 400, body = ProblemBody),
              (status = 401, body = ProblemBody)),
)]
pub(crate) async fn login(
    State(house): State<House>,
    headers: HeaderMap,
    Body(login): Body<Login>,
) -> Result<(Cookies, Json<SignedIn>), ApiError> {
    let user = house.store.user_by_email(login.email()?).await?;
    let known = user.as_ref().and_then(|it| it.password.clone());
    let right = house.passwords.check(login.password.into_revealed(), known).await?;
    let user = user.filter(|_| right).ok_or_else(forms::wrong_credentials)?;
    if user.disabled {
        return Err(TokenProblem::Disabled.into());
    }
    let signed_in = sign_in(&house, &user).await?;
    Ok((cookies::of(&signed_in, &headers, &house), Json(signed_in)))
}

/// Exchanges a refresh token, in the body or in the cookie `RefreshToken`, for
/// the next pair of tokens.
#[utoipa::path(
    post, path = "/api/auth/refresh", tag = "auth", security(()),
    request_body = RefreshToken,
    responses((status = 200, body = SignedIn), (status = 400, body = ProblemBody),
              (status = 401, body = ProblemBody), (status = 403, body = ProblemBody)),
)]
pub(crate) async fn refresh(
    State(house): State<House>,
    Extension(renewals): Extension<Renewals>,
    headers: HeaderMap,
    Body(form): Body<RefreshToken>,
) -> Result<(Cookies, Json<SignedIn>), ApiError> {
    if let Some(token) = form.token() {
        let old = house.tokens.read_refresh(token.reveal())?;
        let signed_in = renewed(&house, rotate(house.clone(), old).await?);
        return Ok((cookies::of(&signed_in, &headers, &house), Json(signed_in)));
    }
    let token = cookies::refresh_token(&headers, &house.config)?;
    let token = token.ok_or_else(forms::no_refresh_token)?;
    let old = house.tokens.read_refresh(token.reveal())?;
    let sign_in = old.sign_in.clone();
    let next = renewals.once(&sign_in, house.now(), rotate(house.clone(), old)).await?;
    let signed_in = renewed(&house, next);
    Ok((cookies::holding(&signed_in, &headers, &house), Json(signed_in)))
}

/// Signs out: the refresh token, in the body or in the cookie, works no more,
/// and the cookies are taken back.
#[utoipa::path(
    post, path = "/api/auth/logout", tag = "auth", security(()),
    request_body = RefreshToken,
    responses((status = 204), (status = 401, body = ProblemBody),
              (status = 403, body = ProblemBody)),
)]
pub(crate) async fn logout(
    State(house): State<House>,
    headers: HeaderMap,
    Body(form): Body<RefreshToken>,
) -> Result<(StatusCode, Cookies), ApiError> {
    if let Some(token) = form.token() {
        end(&house, house.tokens.read_refresh(token.reveal())?).await?;
        return Ok((StatusCode::NO_CONTENT, cookies::taken_back(&headers, &house.config)));
    }
    let token = cookies::refresh_token(&headers, &house.config)?;
    // A cookie that is good for nothing is taken back all the same.
    if let Some(old) = token.and_then(|it| house.tokens.read_refresh(it.reveal()).ok()) {
        end(&house, old).await?;
    }
    Ok((StatusCode::NO_CONTENT, cookies::cleared(&headers, &house.config)))
}

/// Says whose an access token is.
#[utoipa::path(
    get, path = "/api/auth/verify", tag = "auth",
    responses((status = 200, body = Verified), (status = 401, body = ProblemBody)),
)]
pub(crate) async fn verify(
    State(house): State<House>,
    caller: Caller,
) -> Result<Json<Verified>, ApiError> {
    Ok(Json(Verified { valid: true, user: account(&house, &caller.user).await? }))
}

/// Gives somebody who proved who they are a pair of tokens.
pub(crate) async fn sign_in(house: &House, user: &User) -> Result<SignedIn, ApiError> {
    let (refresh_token, new) = new_sign_in(house, &user.id);
    house.store.start_sign_in(&user.id, new, house.now()).await?;
    Ok(signed_in(house, user, refresh_token))
}

fn new_sign_in(house: &House, user: &UserId) -> (String, NewSignIn) {
    let until = house.now().plus(house.config.auth.refresh_lifetime());
    let fresh = house.tokens.refresh(user, until);
    let new = NewSignIn { id: fresh.sign_in, secret: fresh.secret, expires_at: fresh.expires_at };
    (fresh.token, new)
}

async fn rotate(house: House, old: Refresh) -> Result<Renewed, ApiError> {
    let (refresh_token, next) = new_sign_in(&house, &old.user);
    match house.store.rotate_sign_in(&old.sign_in, &old.secret, next, house.now()).await? {
        Rotation::Rotated(user) => Ok(Renewed { user, refresh_token }),
        Rotation::Reused(_) | Rotation::Refused => Err(TokenProblem::Invalid.into()),
    }
}

async fn end(house: &House, old: Refresh) -> Result<(), ApiError> {
    match house.store.end_sign_in(&old.sign_in, house.now()).await {
        // Signing out twice is signed out.
        Ok(_) | Err(StoreError::NotFound) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

fn renewed(house: &House, Renewed { user, refresh_token }: Renewed) -> SignedIn {
    signed_in(house, &user, refresh_token)
}

fn signed_in(house: &House, user: &User, refresh_token: String) -> SignedIn {
    let lifetime = house.config.auth.access_lifetime();
    let person = house.directory.remember(user);
    let identity = Identity { user: person.id, role: person.role, name: person.name };
    let email = user.email.as_ref();
    let access_token = house.tokens.access_with_email(&identity, email, house.now(), lifetime);
    let pair = TokenPair { access_token, refresh_token, expires_in: lifetime.as_secs() };
    SignedIn::new(Account::of(house, user), pair)
}

/// Who registers somebody else: an administrator with a token.
fn registrar(house: &House, headers: &HeaderMap) -> Result<Option<Actor>, ApiError> {
    let Some(token) = bearer(headers) else { return Ok(None) };
    let identity = house.tokens.verify(token, house.now())?;
    Ok(Some(Actor::person(identity.user, identity.role)))
}
