//! What a provider notes about an appointment. For them and administrators:
//! to anybody else, its patient too, there are no notes.

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use housecall_core::{AppointmentId, Private, Timestamp, UserId};
use housecall_dialect::Problem;
use housecall_store::{Notes, NotesVersion, StoreError};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    house::House,
    places::may_change,
    rest::{
        body::Body,
        caller::Caller,
        error::{ApiError, ProblemBody},
        people::PersonView,
    },
};

/// The longest notes, in characters: some ten pages.
const LONGEST: usize = 20_000;

/// Notes to save.
#[derive(Deserialize, ToSchema)]
#[schema(as = NewNotes)]
pub(crate) struct NewNotes {
    /// Empty ones take away what was noted.
    #[schema(value_type = String, max_length = 20000)]
    text: Private<String>,
    /// The version they replace: the one that was read. 0 for the first.
    version: u64,
}

/// Notes.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Notes)]
pub(crate) struct NotesView {
    /// Empty if there are none.
    #[schema(value_type = String)]
    text: Private<String>,
    /// 0 if there are none.
    version: u64,
    /// The SHA-256 of the text, in hexadecimal: what the journal holds of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    hash: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    saved_at: Option<Timestamp>,
    /// Who saved them, unless the house did.
    #[serde(skip_serializing_if = "Option::is_none")]
    author: Option<PersonView>,
}

/// That notes were saved, without what they say.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = NotesVersion)]
pub(crate) struct VersionView {
    /// From 1.
    version: u64,
    /// The SHA-256 of the text, in hexadecimal.
    hash: String,
    /// Who saved them, unless the house did.
    #[serde(skip_serializing_if = "Option::is_none")]
    author: Option<PersonView>,
    #[schema(value_type = String)]
    saved_at: Timestamp,
}

/// Every time the notes were saved, the latest first.
#[derive(Serialize, ToSchema)]
#[schema(as = NotesVersions)]
pub(crate) struct Versions {
    versions: Vec<VersionView>,
}

/// The latest notes about an appointment.
#[utoipa::path(
    get, path = "/api/appointments/{id}/notes", tag = "appointments",
    params(("id" = String, Path)),
    responses((status = 200, body = NotesView), (status = 401, body = ProblemBody),
              (status = 404, body = ProblemBody)),
)]
pub(crate) async fn show(
    State(house): State<House>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<NotesView>, ApiError> {
    let id = kept_by(&house, &caller, &id).await?;
    let notes = house.store.notes(&id).await?;
    Ok(Json(NotesView::of(&house, notes).await?))
}

/// Saves the notes about an appointment, before, in or after it.
#[utoipa::path(
    put, path = "/api/appointments/{id}/notes", tag = "appointments",
    params(("id" = String, Path)), request_body = NewNotes,
    responses((status = 200, body = NotesView), (status = 400, body = ProblemBody),
              (status = 401, body = ProblemBody), (status = 404, body = ProblemBody),
              (status = 409, body = ProblemBody)),
)]
pub(crate) async fn save(
    State(house): State<House>,
    caller: Caller,
    Path(id): Path<String>,
    Body(NewNotes { text, version }): Body<NewNotes>,
) -> Result<Json<NotesView>, ApiError> {
    let id = kept_by(&house, &caller, &id).await?;
    let text = checked("text", text)?;
    let (by, now) = (caller.actor(), house.now());
    let saved = house.store.save_notes(&id, text, Some(version), &by, now).await;
    Ok(Json(NotesView::of(&house, latest(saved)?).await?))
}

/// Every time the notes about an appointment were saved, the latest first.
#[utoipa::path(
    get, path = "/api/appointments/{id}/notes/versions", tag = "appointments",
    params(("id" = String, Path)),
    responses((status = 200, body = Versions), (status = 401, body = ProblemBody),
              (status = 404, body = ProblemBody)),
)]
pub(crate) async fn versions(
    State(house): State<House>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Versions>, ApiError> {
    let id = kept_by(&house, &caller, &id).await?;
    let mut versions = Vec::new();
    for it in house.store.notes_versions(&id).await? {
        versions.push(VersionView::of(&house, it).await?);
    }
    Ok(Json(Versions { versions }))
}

/// The notes about an appointment as they were saved once.
#[utoipa::path(
    get, path = "/api/appointments/{id}/notes/versions/{version}", tag = "appointments",
    params(("id" = String, Path), ("version" = u64, Path)),
    responses((status = 200, body = NotesView), (status = 401, body = ProblemBody),
              (status = 404, body = ProblemBody)),
)]
pub(crate) async fn version(
    State(house): State<House>,
    caller: Caller,
    Path((id, version)): Path<(String, String)>,
) -> Result<Json<NotesView>, ApiError> {
    let id = kept_by(&house, &caller, &id).await?;
    let found = match version.parse() {
        Ok(version) => house.store.notes_version(&id, version).await?,
        Err(_) => None,
    };
    let found = found.ok_or_else(|| ApiError::not_found("The notes have no such version."))?;
    Ok(Json(NotesView::of(&house, Some(found)).await?))
}

impl NotesView {
    async fn of(house: &House, notes: Option<Notes>) -> Result<Self, ApiError> {
        let Some(Notes { text, saved }) = notes else {
            let text = Private::new(String::new());
            return Ok(Self { text, version: 0, hash: None, saved_at: None, author: None });
        };
        Ok(Self {
            text,
            version: saved.version,
            hash: Some(saved.hash),
            saved_at: Some(saved.at),
            author: author(house, saved.author).await?,
        })
    }
}

impl VersionView {
    async fn of(house: &House, it: NotesVersion) -> Result<Self, ApiError> {
        let author = author(house, it.author).await?;
        Ok(Self { version: it.version, hash: it.hash, author, saved_at: it.at })
    }
}

async fn author(house: &House, user: Option<UserId>) -> Result<Option<PersonView>, ApiError> {
    let Some(user) = user else { return Ok(None) };
    house.directory.look_up(&house.store, vec![user.clone()]).await?;
    Ok(Some(house.directory.person(&user).into()))
}

/// The appointment of this id, if the caller keeps notes about it: its provider
/// does, and administrators.
async fn kept_by(house: &House, caller: &Caller, id: &str) -> Result<AppointmentId, ApiError> {
    let by = caller.actor();
    let found = match id.parse() {
        Ok(id) => house.appointment(&id, &by).await?.filter(|it| may_change(it, &by)),
        Err(_) => None,
    };
    let found = found.ok_or_else(|| {
        ApiError::not_found("There are no such notes, or they are not yours to read.")
    })?;
    Ok(found.id)
}

/// Notes that are short enough.
pub(in crate::rest) fn checked(
    field: &str,
    notes: Private<String>,
) -> Result<Private<String>, ApiError> {
    if notes.reveal().chars().nth(LONGEST).is_none() {
        return Ok(notes);
    }
    let detail = format!("Notes have at most {LONGEST} characters.");
    Err(ApiError::invalid(field, detail))
}

fn latest(saved: Result<Option<Notes>, StoreError>) -> Result<Option<Notes>, ApiError> {
    match saved {
        Err(StoreError::Conflict) => {
            let detail = "These notes were saved by somebody else meanwhile: read them again \
                          before you save yours.";
            let problem = Problem::new("notes_changed", detail);
            Err(ApiError::new(StatusCode::CONFLICT, problem))
        }
        saved => Ok(saved?),
    }
}
