//! People, for clients that look for them here. Whom somebody may see is whom
//! they may call.

pub(super) mod contacts;
mod view;

use axum::{
    Json,
    extract::{Path, State},
};
use housecall_core::{Role, UserId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    body::Params,
    caller::Caller,
    error::{ApiError, ProblemBody},
    people::{MOST_PEOPLE, callable, may_call},
};
use crate::house::House;
pub(super) use view::{Account, account};
use view::{Shown, UserView};

/// Some people.
#[derive(Serialize, ToSchema)]
pub(crate) struct Users {
    users: Vec<UserView>,
}

/// Whom to look for.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Search {
    /// A part of their name; staff find people by their email address too.
    q: Option<String>,
}

/// Who I am.
#[utoipa::path(
    get, path = "/api/users/me", tag = "people",
    responses((status = 200, body = Shown<Account>), (status = 401, body = ProblemBody)),
)]
pub(crate) async fn my_user(
    State(house): State<House>,
    caller: Caller,
) -> Result<Json<Shown<Account>>, ApiError> {
    Ok(Json(Shown::new(account(&house, &caller.user).await?)))
}

/// Finds people among those one may call.
#[utoipa::path(
    get, path = "/api/users/search", tag = "people", params(Search),
    responses((status = 200, body = Users), (status = 401, body = ProblemBody),
              (status = 403, body = ProblemBody)),
)]
pub(crate) async fn search_users(
    State(house): State<House>,
    caller: Caller,
    Params(search): Params<Search>,
) -> Result<Json<Users>, ApiError> {
    if caller.role == Role::Guest {
        return Err(ApiError::forbidden("forbidden", "Guests look for nobody here."));
    }
    let users = callable(&house, &caller, search.q.as_deref()).await?;
    Ok(Json(Users { users: UserView::all(&house, &users) }))
}

/// Lists people, for those who work here.
#[utoipa::path(
    get, path = "/api/users", tag = "people", params(Search),
    responses((status = 200, body = Users), (status = 401, body = ProblemBody),
              (status = 403, body = ProblemBody)),
)]
pub(crate) async fn users(
    State(house): State<House>,
    caller: Caller,
    Params(search): Params<Search>,
) -> Result<Json<Users>, ApiError> {
    if !caller.is_staff() {
        let detail = "Only providers and administrators can list people. Use /api/people.";
        return Err(ApiError::forbidden("forbidden", detail));
    }
    let mut users = house.store.users(search.q.as_deref(), None, MOST_PEOPLE).await?;
    users.retain(|it| !it.disabled);
    Ok(Json(Users { users: UserView::all(&house, &users) }))
}

/// Shows oneself, or somebody one may call.
#[utoipa::path(
    get, path = "/api/users/{id}", tag = "people", params(("id" = String, Path)),
    responses((status = 200, body = Shown<UserView>), (status = 401, body = ProblemBody),
              (status = 404, body = ProblemBody)),
)]
pub(crate) async fn user(
    State(house): State<House>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Shown<UserView>>, ApiError> {
    // The same for who is not there and who is none of their business.
    let nobody = || ApiError::not_found("There is no such person, or you cannot call them.");
    let id: UserId = id.parse().map_err(|_| nobody())?;
    let user = house.store.user(&id).await?;
    let user = user.filter(|it| it.id == caller.user || may_call(&caller, it));
    Ok(Json(Shown::new(UserView::of(&house, &user.ok_or_else(nobody)?))))
}

/// The same as `/api/users/{id}`, under the name other clients know.
#[utoipa::path(
    get, path = "/api/user/{id}", tag = "people", params(("id" = String, Path)),
    responses((status = 200, body = Shown<UserView>), (status = 401, body = ProblemBody),
              (status = 404, body = ProblemBody)),
)]
pub(crate) async fn user_elsewhere(
    house: State<House>,
    caller: Caller,
    id: Path<String>,
) -> Result<Json<Shown<UserView>>, ApiError> {
    user(house, caller, id).await
}
