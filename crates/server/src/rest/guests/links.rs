//! Guest links, for those who give them out.

use std::time::Duration;

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use housecall_core::{LinkId, Refusal, RoomId, Timestamp, room::Part};
use housecall_store::{GuestLink, NewGuestLink};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{destination::Destination, unknown};
use crate::{
    clock::new_link_id,
    house::House,
    rest::{
        body::{Body, Params},
        caller::Caller,
        error::{ApiError, ProblemBody},
    },
};

/// How long a link holds, unless it says.
const USUAL_MINUTES: u32 = 24 * 60;

/// How long a link holds at most: 90 days.
const MOST_MINUTES: u32 = 90 * 24 * 60;

/// A guest link to make.
#[derive(Deserialize, ToSchema)]
#[schema(as = NewGuestLink)]
pub(crate) struct NewLink {
    /// The id of an appointment, a meeting or a call, or of the room that is
    /// open for one.
    #[schema(value_type = String)]
    place: RoomId,
    /// What those who come by it are there for: `guest`, `interpreter`, `carer`
    /// or `observer`.
    #[schema(value_type = String)]
    role: Part,
    /// Whether more than one may come by it.
    #[serde(default)]
    reusable: bool,
    /// How long it holds: 1 to 129600.
    #[serde(default = "usual_minutes")]
    #[schema(default = 1440)]
    minutes: u32,
}

fn usual_minutes() -> u32 {
    USUAL_MINUTES
}

/// Which links to list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Search {
    /// The id of an appointment, a meeting or a call.
    #[param(value_type = String)]
    place: RoomId,
}

/// A guest link.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = GuestLink)]
pub(crate) struct LinkView {
    #[schema(value_type = String)]
    id: LinkId,
    /// The appointment, meeting or call it leads to.
    #[schema(value_type = String)]
    place: RoomId,
    /// `guest`, `interpreter`, `carer` or `observer`.
    #[schema(value_type = String)]
    role: Part,
    reusable: bool,
    /// What lets people in: for nobody but them.
    token: String,
    /// The path to send to them, below the address of the house.
    url: String,
    #[schema(value_type = String)]
    created_at: Timestamp,
    #[schema(value_type = String)]
    expires_at: Timestamp,
    /// How many came by it.
    uses: u64,
    /// When it was taken back.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    revoked_at: Option<Timestamp>,
    /// Whether nobody comes by it because somebody who did was removed.
    suspended: bool,
}

impl LinkView {
    fn of(house: &House, link: GuestLink) -> Self {
        let token = house.links.token(&link.id);
        Self {
            url: format!("/join/{token}"),
            token,
            id: link.id,
            place: link.place,
            role: link.part,
            reusable: link.reusable,
            created_at: link.created_at,
            expires_at: link.expires_at,
            uses: link.uses,
            revoked_at: link.revoked_at,
            suspended: link.suspended_for.is_some(),
        }
    }
}

/// The links to a place, newest first.
#[derive(Serialize, ToSchema)]
#[schema(as = GuestLinks)]
pub(crate) struct LinkList {
    links: Vec<LinkView>,
}

/// Makes a link by which people without an account come to an appointment, a
/// meeting or a call. Its host may, and administrators.
#[utoipa::path(
    post, path = "/api/guest-links", tag = "guests", request_body = NewLink,
    responses((status = 201, body = LinkView), (status = 400, body = ProblemBody),
              (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
              (status = 404, body = ProblemBody)),
)]
pub(crate) async fn create(
    State(house): State<House>,
    caller: Caller,
    Body(new): Body<NewLink>,
) -> Result<(StatusCode, Json<LinkView>), ApiError> {
    if !(1..=MOST_MINUTES).contains(&new.minutes) {
        let detail = format!("A link holds for 1 to {MOST_MINUTES} minutes.");
        return Err(ApiError::invalid("minutes", detail));
    }
    let destination = Destination::hosted(&house, &caller, &new.place).await?;
    if destination.is_over() {
        return Err(Refusal::Over.into());
    }
    let now = house.now();
    let link = NewGuestLink {
        id: new_link_id(),
        place: destination.place(),
        part: new.role,
        reusable: new.reusable,
        expires_at: now.plus(Duration::from_secs(u64::from(new.minutes) * 60)),
    };
    let made = house.store.create_guest_link(link, &caller.actor(), now).await?;
    Ok((StatusCode::CREATED, Json(LinkView::of(&house, made))))
}

/// Lists the guest links to an appointment, a meeting or a call, good or not, for
/// its host and administrators.
#[utoipa::path(
    get, path = "/api/guest-links", tag = "guests", params(Search),
    responses((status = 200, body = LinkList), (status = 400, body = ProblemBody),
              (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
              (status = 404, body = ProblemBody)),
)]
pub(crate) async fn list(
    State(house): State<House>,
    caller: Caller,
    Params(Search { place }): Params<Search>,
) -> Result<Json<LinkList>, ApiError> {
    let destination = Destination::hosted(&house, &caller, &place).await?;
    let links = house.store.guest_links(&destination.place()).await?;
    let links = links.into_iter().map(|it| LinkView::of(&house, it)).collect();
    Ok(Json(LinkList { links }))
}

/// Takes a guest link back: nobody comes by it any more. The host of the place
/// may, and administrators.
#[utoipa::path(
    delete, path = "/api/guest-links/{id}", tag = "guests", params(("id" = String, Path)),
    responses((status = 204), (status = 401, body = ProblemBody),
              (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)),
)]
pub(crate) async fn revoke(
    State(house): State<House>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    let id: LinkId = id.parse().map_err(|_| unknown())?;
    let link = house.store.guest_link(&id).await?.ok_or_else(unknown)?;
    Destination::hosted(&house, &caller, &link.place).await?;
    house.store.revoke_guest_link(&id, &caller.actor(), house.now()).await?;
    Ok(StatusCode::NO_CONTENT)
}
