//! People in the words of a client that has contacts. Here these are the people
//! one may call: given by the house, and nothing to ask for.

use axum::{Json, extract::State, http::StatusCode};
use housecall_dialect::Problem;
use serde::Serialize;
use utoipa::ToSchema;

use super::view::UserView;
use crate::{
    house::House,
    rest::{
        caller::Caller,
        error::{ApiError, ProblemBody},
        people::callable,
    },
};

/// The people one may call.
#[derive(Serialize, ToSchema)]
pub(crate) struct Contacts {
    contacts: Vec<UserView>,
}

/// Requests to become a contact.
#[derive(Serialize, ToSchema)]
pub(crate) struct ContactRequests {
    /// Always empty: nobody has to ask.
    #[schema(value_type = Vec<Object>)]
    requests: [(); 0],
}

/// Whom I may call, for clients that know them as contacts.
#[utoipa::path(
    get, path = "/api/contacts", tag = "people",
    responses((status = 200, body = Contacts), (status = 401, body = ProblemBody)),
)]
pub(crate) async fn contacts(
    State(house): State<House>,
    caller: Caller,
) -> Result<Json<Contacts>, ApiError> {
    let users = callable(&house, &caller, None).await?;
    Ok(Json(Contacts { contacts: UserView::all(&house, &users) }))
}

/// Who wants to become a contact: nobody, because nobody has to ask.
#[utoipa::path(
    get, path = "/api/contacts/requests", tag = "people",
    responses((status = 200, body = ContactRequests), (status = 401, body = ProblemBody)),
)]
pub(crate) async fn contact_requests(_: Caller) -> Json<ContactRequests> {
    Json(ContactRequests { requests: [] })
}

/// Whom I asked to become a contact: nobody, because nobody has to ask.
#[utoipa::path(
    get, path = "/api/contacts/requests/sent", tag = "people",
    responses((status = 200, body = ContactRequests), (status = 401, body = ProblemBody)),
)]
pub(crate) async fn sent_contact_requests(_: Caller) -> Json<ContactRequests> {
    Json(ContactRequests { requests: [] })
}

/// Refused: contacts are given.
#[utoipa::path(
    post, path = "/api/contacts/request", tag = "people",
    responses((status = 401, body = ProblemBody), (status = 409, body = ProblemBody)),
)]
pub(crate) async fn request_contact(_: Caller) -> ApiError {
    contacts_are_given()
}

/// Refused: contacts are given.
#[utoipa::path(
    post, path = "/api/contacts/accept", tag = "people",
    responses((status = 401, body = ProblemBody), (status = 409, body = ProblemBody)),
)]
pub(crate) async fn accept_contact(_: Caller) -> ApiError {
    contacts_are_given()
}

/// Refused: contacts are given.
#[utoipa::path(
    post, path = "/api/contacts/decline", tag = "people",
    responses((status = 401, body = ProblemBody), (status = 409, body = ProblemBody)),
)]
pub(crate) async fn decline_contact(_: Caller) -> ApiError {
    contacts_are_given()
}

/// Refused: contacts are given.
#[utoipa::path(
    delete, path = "/api/contacts/{id}", tag = "people", params(("id" = String, Path)),
    responses((status = 401, body = ProblemBody), (status = 409, body = ProblemBody)),
)]
pub(crate) async fn remove_contact(_: Caller) -> ApiError {
    contacts_are_given()
}

fn contacts_are_given() -> ApiError {
    let message = "Your contacts are the people you may call here. They need not be asked, and \
                   cannot be changed.";
    ApiError::new(StatusCode::CONFLICT, Problem::new("contacts_are_given", message))
}
