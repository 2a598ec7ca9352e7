//! Who I am, whom I may call, and what house this is.

use axum::{Json, extract::State};
use housecall_core::{Presence, Private, Role, Timestamp, UserId, room::Newcomers};
use housecall_dialect::native::wire::Person;
use housecall_store::User;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    auth::{SignedIn, sign_in},
    body::Body,
    caller::Caller,
    error::{ApiError, ProblemBody},
    users::{Account, account},
};
use crate::house::House;

/// The most people one answer lists.
pub(super) const MOST_PEOPLE: u32 = 200;

/// Somebody, as others see them.
#[derive(Serialize, ToSchema)]
#[schema(as = Person)]
pub(crate) struct PersonView {
    #[schema(value_type = String)]
    id: UserId,
    #[schema(value_type = String)]
    name: Private<String>,
    #[schema(value_type = String)]
    role: Role,
}

impl From<Person> for PersonView {
    fn from(Person { id, name, role }: Person) -> Self {
        Self { id, name, role }
    }
}

/// Somebody to call.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Callable {
    #[serde(flatten)]
    person: PersonView,
    /// Whether a device of theirs is connected.
    online: bool,
    /// `offline`, `away`, `online` or `in_call`.
    #[schema(value_type = String)]
    presence: Presence,
    /// When their last connection ended, if one ever did. For staff only.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    last_seen_at: Option<Timestamp>,
}

/// The people one may call.
#[derive(Serialize, ToSchema)]
pub(crate) struct People {
    people: Vec<Callable>,
}

/// The demo clinic.
#[derive(Serialize, ToSchema)]
pub(crate) struct Demo {
    people: Vec<PersonView>,
}

/// What a page should know before anybody signs in.
#[derive(Serialize, ToSchema)]
pub(crate) struct HouseFacts {
    version: &'static str,
    /// Present in demo mode only.
    demo: Option<Demo>,
    recordings: RecordingFacts,
}

/// What people should know before they agree to be recorded.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RecordingFacts {
    /// Whether anything can be recorded here.
    available: bool,
    /// How long a recording is kept.
    retention_days: u32,
    /// Who may watch one: `admin`, `recorder`, `provider`, `patient`, `participant`.
    #[schema(value_type = Vec<String>)]
    who_may_watch: Vec<&'static str>,
    /// What becomes of newcomers unless a recording says otherwise: `pause` or `wait`.
    #[schema(value_type = String)]
    newcomers: Newcomers,
    /// The most bytes of a chunk.
    chunk_bytes: usize,
}

impl RecordingFacts {
    fn of(house: &House) -> Self {
        let settings = &house.config.recordings;
        Self {
            available: house.recordings.are_available(),
            retention_days: settings.retention_days.get(),
            who_may_watch: house.recordings.policy.watchers(),
            newcomers: settings.newcomers,
            chunk_bytes: settings.chunk_bytes,
        }
    }
}

/// Whom to be in the demo.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DemoSignIn {
    #[schema(value_type = String)]
    user_id: UserId,
}

/// Who I am.
#[utoipa::path(
    get, path = "/api/me", tag = "people",
    responses((status = 200, body = Account), (status = 401, body = ProblemBody)),
)]
pub(crate) async fn me(
    State(house): State<House>,
    caller: Caller,
) -> Result<Json<Account>, ApiError> {
    Ok(Json(account(&house, &caller.user).await?))
}

/// Whom I may call. Patients see who treats them, not each other; guests nobody.
#[utoipa::path(
    get, path = "/api/people", tag = "people",
    responses((status = 200, body = People), (status = 401, body = ProblemBody)),
)]
pub(crate) async fn people(
    State(house): State<House>,
    caller: Caller,
) -> Result<Json<People>, ApiError> {
    let users = callable(&house, &caller, None).await?;
    let people = users.iter().map(|it| Callable::of(&house, &caller, it)).collect();
    Ok(Json(People { people }))
}

impl Callable {
    fn of(house: &House, caller: &Caller, user: &User) -> Self {
        let presence = house.presence(&user.id);
        Self {
            online: presence.is_online(),
            presence,
            last_seen_at: user.last_seen_at.filter(|_| caller.is_staff()),
            person: house.directory.remember(user).into(),
        }
    }
}

/// The people `caller` may call, by name; those whose name has `part` in it,
/// if there is one. Staff find people by their email address too.
pub(super) async fn callable(
    house: &House,
    caller: &Caller,
    part: Option<&str>,
) -> Result<Vec<User>, ApiError> {
    if caller.role == Role::Guest {
        return Ok(Vec::new());
    }
    let role = (!caller.is_staff()).then_some(Role::Provider);
    let mut users = house.store.users(part, role, MOST_PEOPLE).await?;
    users.retain(|it| may_call(caller, it));
    if let Some(part) = part.filter(|_| !caller.is_staff()) {
        let part = part.to_lowercase();
        users.retain(|it| it.name.reveal().to_lowercase().contains(&part));
    }
    Ok(users)
}

/// Whether `caller` may call somebody. Patients call who treats them, guests
/// nobody.
pub(super) fn may_call(caller: &Caller, user: &User) -> bool {
    let theirs = match caller.role {
        Role::Provider | Role::Admin => true,
        Role::Patient => user.role == Role::Provider,
        Role::Guest => false,
    };
    theirs && user.id != caller.user && !user.disabled
}

/// What house this is.
#[utoipa::path(
    get, path = "/api/house", tag = "people", security(()),
    responses((status = 200, body = HouseFacts)),
)]
pub(crate) async fn house(State(house): State<House>) -> Json<HouseFacts> {
    let view = |people: &Vec<Person>| people.iter().cloned().map(PersonView::from).collect();
    let demo = house.demo.as_ref().map(|people| Demo { people: view(people) });
    let recordings = RecordingFacts::of(&house);
    Json(HouseFacts { version: env!("CARGO_PKG_VERSION"), demo, recordings })
}

/// Signs in as somebody of the demo clinic. Only in demo mode.
#[utoipa::path(
    post, path = "/api/demo/sign-in", tag = "people", security(()),
    request_body = DemoSignIn,
    responses((status = 200, body = SignedIn), (status = 404, body = ProblemBody)),
)]
pub(crate) async fn demo_sign_in(
    State(house): State<House>,
    Body(DemoSignIn { user_id }): Body<DemoSignIn>,
) -> Result<Json<SignedIn>, ApiError> {
    let people = house.demo.as_deref().unwrap_or_default();
    let nobody = || ApiError::not_found("There is no such person in the demo.");
    people.iter().find(|it| it.id == user_id).ok_or_else(nobody)?;
    let user = house.store.user(&user_id).await?.ok_or_else(nobody)?;
    Ok(Json(sign_in(&house, &user).await?))
}
