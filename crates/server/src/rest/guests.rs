//! Coming by a guest link: what it leads to, and becoming the guest. Neither
//! takes an account.

mod destination;
pub(super) mod links;

use axum::{Json, extract::State, http::StatusCode};
use housecall_core::{Private, RoomId, Timestamp, room::Part};
use housecall_dialect::Problem;
use housecall_store::{Closed, Coming, GuestLink, StoreError};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use self::destination::Destination;
use super::{
    auth::{SignedIn, sign_in},
    body::Body,
    error::{ApiError, ProblemBody},
};
use crate::{clock::new_guest_id, house::House};

/// The longest name of a guest, in characters.
const LONGEST_NAME: usize = 80;

/// A link somebody holds.
#[derive(Deserialize, ToSchema)]
#[schema(as = GuestToken)]
pub(crate) struct Held {
    /// What follows `/join/` in it.
    #[schema(value_type = String)]
    token: Private<String>,
}

/// What a link leads to, for a page that asks whoever holds it to come.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = GuestInvitation)]
pub(crate) struct Invitation {
    /// `appointment`, `meeting` or `call`.
    kind: &'static str,
    /// The name of the meeting, else what it is.
    #[schema(value_type = String)]
    title: Private<String>,
    /// What to call whoever receives them.
    #[schema(value_type = String)]
    host: Private<String>,
    /// What they are there for: `guest`, `interpreter`, `carer` or `observer`.
    #[schema(value_type = String)]
    role: Part,
    /// When it starts, if that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    starts_at: Option<Timestamp>,
}

/// Somebody who comes by a link.
#[derive(Deserialize, ToSchema)]
#[schema(as = NewGuest)]
pub(crate) struct NewGuest {
    /// What follows `/join/` in the link.
    #[schema(value_type = String)]
    token: Private<String>,
    /// What to call them.
    #[schema(value_type = String, min_length = 1, max_length = 80)]
    name: Private<String>,
}

/// A guest is signed in.
#[derive(Serialize, ToSchema)]
#[schema(as = GuestSignedIn)]
pub(crate) struct GuestSignedIn {
    #[serde(flatten)]
    signed_in: SignedIn,
    /// The id to come by.
    #[schema(value_type = String)]
    place: RoomId,
    /// What they are there for: `guest`, `interpreter`, `carer` or `observer`.
    #[schema(value_type = String)]
    role: Part,
}

/// Says what a guest link leads to. Nothing is used up by it.
#[utoipa::path(
    post, path = "/api/guests/look", tag = "guests", security(()), request_body = Held,
    responses((status = 200, body = Invitation), (status = 400, body = ProblemBody),
              (status = 404, body = ProblemBody), (status = 410, body = ProblemBody)),
)]
pub(crate) async fn look(
    State(house): State<House>,
    Body(Held { token }): Body<Held>,
) -> Result<Json<Invitation>, ApiError> {
    let (link, destination) = open_link(&house, &token).await?;
    Ok(Json(Invitation {
        kind: destination.kind(),
        title: destination.title(),
        host: destination.host_name(&house).await?,
        role: link.part,
        starts_at: destination.starts_at(),
    }))
}

/// Comes by a guest link, as a user of role guest who may come to that place and
/// go nowhere else. A link that is not reusable is used up by it.
#[utoipa::path(
    post, path = "/api/guests", tag = "guests", security(()), request_body = NewGuest,
    responses((status = 201, body = GuestSignedIn), (status = 400, body = ProblemBody),
              (status = 404, body = ProblemBody), (status = 410, body = ProblemBody)),
)]
pub(crate) async fn come(
    State(house): State<House>,
    Body(NewGuest { token, name }): Body<NewGuest>,
) -> Result<(StatusCode, Json<GuestSignedIn>), ApiError> {
    let name = checked_name(&name)?;
    let (link, _) = open_link(&house, &token).await?;
    let coming = house.store.come_by_link(&link.id, new_guest_id(), name, house.now()).await;
    let user = match coming {
        Ok(Coming::Came(user)) => user,
        Ok(Coming::Closed(why)) => return Err(closed(why)),
        Err(StoreError::NotFound) => return Err(unknown()),
        Err(error) => return Err(error.into()),
    };
    tracing::info!(user = %user.id, link = %link.id, place = %link.place, "A guest came by a link");
    let signed_in = sign_in(&house, &user).await?;
    let guest = GuestSignedIn { signed_in, place: link.place, role: link.part };
    Ok((StatusCode::CREATED, Json(guest)))
}

/// The link of a token and where it leads, if people may come by it.
async fn open_link(
    house: &House,
    token: &Private<String>,
) -> Result<(GuestLink, Destination), ApiError> {
    let id = house.links.read(token.reveal()).ok_or_else(unknown)?;
    let link = house.store.guest_link(&id).await?.ok_or_else(unknown)?;
    if let Some(why) = link.closed(house.now()) {
        return Err(closed(why));
    }
    let destination = Destination::find(house, &link.place).await?;
    let open = destination.filter(|it| !it.is_over());
    Ok((link, open.ok_or_else(leads_nowhere)?))
}

fn checked_name(name: &Private<String>) -> Result<Private<String>, ApiError> {
    let name = name.reveal().trim();
    let printable = !name.chars().any(char::is_control);
    match name.chars().count() {
        1..=LONGEST_NAME if printable => Ok(Private::new(name.to_owned())),
        _ => {
            let detail = format!("Say who you are in 1 to {LONGEST_NAME} printable characters.");
            Err(ApiError::invalid("name", detail))
        }
    }
}

/// Who was removed came by this link, or somebody else did: both hear the same.
fn closed(why: Closed) -> ApiError {
    let (code, detail) = match why {
        Closed::Revoked => {
            ("link_revoked", "This link was taken back. Ask whoever sent it for another.")
        }
        Closed::Suspended => {
            ("link_revoked", "This link does not work at the moment. Ask whoever sent it to you.")
        }
        Closed::Expired => {
            ("link_expired", "This link has expired. Ask whoever sent it for another.")
        }
        Closed::Used => (
            "link_used",
            "This link has been used. Go back to the page you opened it in, or ask whoever sent \
             it for another.",
        ),
    };
    ApiError::new(StatusCode::GONE, Problem::new(code, detail))
}

fn leads_nowhere() -> ApiError {
    let problem = Problem::new("link_expired", "What this link leads to is over.");
    ApiError::new(StatusCode::GONE, problem)
}

fn unknown() -> ApiError {
    let detail = "There is no such link. Check that you have all of it.";
    ApiError::new(StatusCode::NOT_FOUND, Problem::new("link_unknown", detail))
}
