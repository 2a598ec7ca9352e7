//! Tests of connections that people make before an appointment, for those who will
//! meet them there.

pub(super) mod schema;

use std::{num::NonZeroU32, sync::Arc};

use anyhow::Context;
use axum::{Extension, Json, extract::State, http::StatusCode};
use housecall_core::{AppointmentId, Role, RoomId};
use housecall_dialect::{
    Problem,
    native::wire::{ConnectionCheck, ConnectionReport, KeptConnectionCheck, NewConnectionCheck},
};
use housecall_store::Appointment;
use uuid::Uuid;

use super::{
    appointments::unknown,
    body::Body,
    caller::Caller,
    error::{ApiError, ProblemBody},
};
use crate::{house::House, pace::Pace, places::is_open};

/// How many tests somebody may have kept in a minute.
const MOST_A_MINUTE: NonZeroU32 = NonZeroU32::new(10).expect("more than none");

/// How many candidates a test names. A device with many networks has some twenty.
const MOST_CANDIDATES: usize = 64;

/// How many of somebody's appointments a test counts for at most, the next first.
const MOST_APPOINTMENTS: u32 = 100;

/// How many tests are shown with an appointment: those of its two people, and of
/// guests as far as there is room.
const MOST_SHOWN: usize = 20;

/// How fast people may have tests kept. Clones share it.
#[derive(Clone)]
pub(crate) struct CheckPace(Arc<Pace>);

impl Default for CheckPace {
    fn default() -> Self {
        Self(Arc::new(Pace::new(MOST_A_MINUTE, MOST_A_MINUTE)))
    }
}

/// Keeps a test of one's own connection for the other people of an appointment, or
/// of all of one's appointments that are to come.
#[utoipa::path(
    post, path = "/api/connection-checks", tag = "appointments",
    request_body = schema::NewCheck,
    responses((status = 201, body = schema::KeptCheck), (status = 400, body = ProblemBody),
              (status = 401, body = ProblemBody), (status = 404, body = ProblemBody),
              (status = 409, body = ProblemBody), (status = 429, body = ProblemBody)),
)]
pub(crate) async fn create(
    State(house): State<House>,
    Extension(CheckPace(pace)): Extension<CheckPace>,
    caller: Caller,
    Body(NewConnectionCheck { appointment_id, report }): Body<NewConnectionCheck>,
) -> Result<(StatusCode, Json<KeptConnectionCheck>), ApiError> {
    pace.take(&caller.user, house.now())?;
    check_candidates(&report)?;
    let appointments = match appointment_id {
        Some(id) => vec![open_one(&house, &caller, &id).await?],
        None => all_to_come(&house, &caller).await?,
    };
    let (id, at) = (Uuid::new_v4().to_string(), house.now());
    let new = housecall_store::NewConnectionCheck {
        id: id.clone(),
        user: caller.user,
        appointments: appointments.clone(),
        at,
        report: serde_json::to_string(&report).context("writing a report as JSON")?,
    };
    house.store.keep_connection_check(new).await?;
    let summary = report.summary();
    Ok((StatusCode::CREATED, Json(KeptConnectionCheck { id, at, summary, report, appointments })))
}

/// The latest tests of the people of an appointment, for whoever may see it.
pub(super) async fn of(house: &House, it: &Appointment) -> Result<Vec<ConnectionCheck>, ApiError> {
    let mut kept = house.store.connection_checks(&it.id).await?;
    kept.sort_by_key(|check| !it.names(&check.user));
    kept.truncate(MOST_SHOWN);
    let mut checks = Vec::with_capacity(kept.len());
    for check in kept {
        house.directory.look_up(&house.store, vec![check.user.clone()]).await?;
        let report: ConnectionReport =
            serde_json::from_str(&check.report).context("reading a kept connection check")?;
        let (user, summary) = (house.directory.person(&check.user), report.summary());
        checks.push(ConnectionCheck { user, at: check.at, summary, report });
    }
    Ok(checks)
}

fn check_candidates(report: &ConnectionReport) -> Result<(), ApiError> {
    if report.candidates.len() <= MOST_CANDIDATES {
        return Ok(());
    }
    let detail = format!("Name at most {MOST_CANDIDATES} candidates, by their kinds.");
    Err(ApiError::invalid("report.candidates", detail))
}

/// An appointment the caller will come to. One of other people's answers like one
/// that is not there, to administrators too: it is not they who come.
async fn open_one(
    house: &House,
    caller: &Caller,
    id: &AppointmentId,
) -> Result<AppointmentId, ApiError> {
    let found = house.store.appointment(id).await?;
    let theirs = match &found {
        Some(it) => {
            it.names(&caller.user) || guest_of(house, caller).await?.as_ref() == Some(&it.id)
        }
        None => false,
    };
    let found = found.filter(|_| theirs).ok_or_else(unknown)?;
    match is_open(&found) {
        true => Ok(found.id),
        false => {
            let detail = "This appointment is over or was cancelled: nobody needs to know about \
                          your connection there any more.";
            Err(ApiError::new(StatusCode::CONFLICT, Problem::new("appointment_over", detail)))
        }
    }
}

/// The appointments the caller will come to.
async fn all_to_come(house: &House, caller: &Caller) -> Result<Vec<AppointmentId>, ApiError> {
    if caller.role != Role::Guest {
        let (now, most) = (house.now(), MOST_APPOINTMENTS);
        return Ok(house.store.appointments_to_come(&caller.user, now, most).await?);
    }
    let Some(id) = guest_of(house, caller).await? else { return Ok(Vec::new()) };
    let appointment = house.store.appointment(&id).await?;
    Ok(appointment.filter(is_open).map(|it| it.id).into_iter().collect())
}

/// Where the link of a guest leads, if it still does; perhaps to an appointment.
async fn guest_of(house: &House, caller: &Caller) -> Result<Option<AppointmentId>, ApiError> {
    let pass = match caller.role {
        Role::Guest => house.guest_pass(&caller.user).await?,
        Role::Patient | Role::Provider | Role::Admin => None,
    };
    let place = pass.filter(|it| it.link_ok).map(|it| it.place);
    let id = |it: RoomId| it.as_str().parse().expect("one id is as good as another");
    Ok(place.map(id))
}
