//! An appointment as an entry of a calendar (RFC 5545). Calendars do not sign
//! in: the address they ask at says for whom the entry is, and nobody guesses
//! one. An entry holds no more about people than the name of the other, as its
//! reader sees it.

use axum::{
    extract::{Path, State},
    http::{HeaderMap, HeaderName, header},
    response::{AppendHeaders, IntoResponse},
};
use housecall_core::{AppointmentId, Private, Timestamp, UserId};
use housecall_store::{Appointment, AppointmentStatus};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::{
    config::Config,
    house::House,
    rest::{
        body::Params,
        error::{ApiError, ProblemBody},
    },
};

/// How many octets a line holds before it is folded (RFC 5545, section 3.1).
const LONGEST_LINE: usize = 75;

/// What says for whom an entry is.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Key {
    /// From the `calendarUrl` of the appointment.
    key: Option<String>,
}

/// The path at which a calendar reads an appointment, as `reader` sees it.
pub(super) fn path(house: &House, of: &AppointmentId, reader: &UserId) -> String {
    format!("/api/appointments/{of}/calendar.ics?key={}", house.tickets.calendar_key(of, reader))
}

/// The calendar entry of an appointment, with a reminder 15 minutes before and
/// the address of the visit.
#[utoipa::path(
    get, path = "/api/appointments/{id}/calendar.ics", tag = "appointments", security(()),
    params(("id" = String, Path), Key),
    responses((status = 200, body = String, content_type = "text/calendar"),
              (status = 404, body = ProblemBody)),
)]
pub(crate) async fn calendar(
    State(house): State<House>,
    headers: HeaderMap,
    Path(id): Path<String>,
    Params(Key { key }): Params<Key>,
) -> Result<impl IntoResponse + use<>, ApiError> {
    let (appointment, reader) = readable(&house, &id, &key.unwrap_or_default()).await?;
    house.know_people_of(&appointment).await?;
    let is_patient = reader == appointment.patient;
    let other = if is_patient { &appointment.provider } else { &appointment.patient };
    let entry = Entry {
        other: house.directory.person(other).name,
        origin: origin(&headers, &house.config),
        changes: house.store.appointment_changes(&appointment.id).await?,
        now: house.now(),
        appointment,
    };
    Ok((as_calendar(), entry.text()))
}

fn as_calendar() -> AppendHeaders<[(HeaderName, &'static str); 2]> {
    AppendHeaders([
        (header::CONTENT_TYPE, "text/calendar; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"visit.ics\""),
    ])
}

/// The appointment that this key opens, and for whom. Who was locked out reads
/// nothing any more.
async fn readable(house: &House, id: &str, key: &str) -> Result<(Appointment, UserId), ApiError> {
    let nothing = || {
        let detail =
            "There is no such calendar entry. Copy its address from the appointment again.";
        ApiError::not_found(detail)
    };
    let id: AppointmentId = id.parse().map_err(|_| nothing())?;
    let reader = house.tickets.calendar_reader(&id, key).ok_or_else(nothing)?;
    let user = house.store.user(&reader).await?.filter(|it| !it.disabled);
    let appointment = house.store.appointment(&id).await?.filter(|it| it.names(&reader));
    match (user, appointment) {
        (Some(_), Some(appointment)) => Ok((appointment, reader)),
        _ => Err(nothing()),
    }
}

/// Where the one who asks reached us, if they say so in good words.
fn origin(headers: &HeaderMap, config: &Config) -> Option<String> {
    let text = |name: HeaderName| headers.get(name).and_then(|it| it.to_str().ok());
    let host = text(header::HOST).filter(|it| is_authority(it))?;
    let forwarded = text(HeaderName::from_static("x-forwarded-proto"));
    let is_secure =
        config.is_production() || forwarded.is_some_and(|it| it.eq_ignore_ascii_case("https"));
    Some(format!("{}://{host}", if is_secure { "https" } else { "http" }))
}

fn is_authority(host: &str) -> bool {
    let allowed = |it: char| it.is_ascii_alphanumeric() || "-._[]:".contains(it);
    !host.is_empty() && host.chars().all(allowed)
}

/// What an entry says.
struct Entry {
    appointment: Appointment,
    /// Whom its reader meets.
    other: Private<String>,
    origin: Option<String>,
    /// How often the appointment was changed.
    changes: u64,
    now: Timestamp,
}

impl Entry {
    fn text(&self) -> String {
        let it = &self.appointment;
        let end =
            it.starts_at.plus(std::time::Duration::from_secs(it.duration_minutes.into()) * 60);
        let summary = escaped(&format!("Visit with {}", self.other.reveal()));
        let mut lines = vec![
            "BEGIN:VCALENDAR".to_owned(),
            "VERSION:2.0".to_owned(),
            "PRODID:-//Housecall//Housecall//EN".to_owned(),
            "METHOD:PUBLISH".to_owned(),
            "BEGIN:VEVENT".to_owned(),
            format!("UID:{}@housecall", escaped(it.id.as_str())),
            format!("DTSTAMP:{}", moment(self.now)),
            format!("LAST-MODIFIED:{}", moment(it.updated_at)),
            format!("SEQUENCE:{}", self.changes),
            format!("STATUS:{}", status(it.status)),
            format!("DTSTART:{}", moment(it.starts_at)),
            format!("DTEND:{}", moment(end)),
            format!("SUMMARY:{summary}"),
        ];
        lines.extend(self.origin.as_ref().map(|it| format!("URL:{it}/visits/{}", self.id())));
        if it.status == AppointmentStatus::Scheduled {
            lines.extend(alarm(&summary));
        }
        lines.extend(["END:VEVENT".to_owned(), "END:VCALENDAR".to_owned()]);
        lines.iter().map(|line| folded(line)).collect()
    }

    fn id(&self) -> &AppointmentId {
        &self.appointment.id
    }
}

fn status(status: AppointmentStatus) -> &'static str {
    match status {
        AppointmentStatus::Cancelled => "CANCELLED",
        AppointmentStatus::Scheduled
        | AppointmentStatus::InProgress
        | AppointmentStatus::Completed => "CONFIRMED",
    }
}

/// What rings before an appointment that is still to come.
fn alarm(summary: &str) -> [String; 5] {
    [
        "BEGIN:VALARM".to_owned(),
        "ACTION:DISPLAY".to_owned(),
        format!("DESCRIPTION:{summary}"),
        "TRIGGER:-PT15M".to_owned(),
        "END:VALARM".to_owned(),
    ]
}

/// `20260115T100000Z` (RFC 5545, section 3.3.5).
fn moment(at: Timestamp) -> String {
    let to_seconds = &at.to_string()[..19];
    to_seconds.chars().filter(|it| !"-:".contains(*it)).chain(['Z']).collect()
}

/// A text as a value (RFC 5545, section 3.3.11). Other control characters than
/// the end of a line have no place in one.
fn escaped(text: &str) -> String {
    let mut value = String::with_capacity(text.len());
    for it in text.chars() {
        match it {
            '\\' | ';' | ',' => value.extend(['\\', it]),
            '\n' => value.push_str("\\n"),
            it if it.is_control() => {}
            it => value.push(it),
        }
    }
    value
}

/// A line with its end, in as many pieces as it needs; no character is cut in
/// two.
fn folded(line: &str) -> String {
    let mut text = String::with_capacity(line.len() + 2);
    let mut octets = 0;
    for it in line.chars() {
        if octets + it.len_utf8() > LONGEST_LINE {
            text.push_str("\r\n ");
            octets = 1;
        }
        text.push(it);
        octets += it.len_utf8();
    }
    text + "\r\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_folded_between_characters() {
        assert_eq!(folded("SHORT:x"), "SHORT:x\r\n");
        let full = "x".repeat(75);
        assert_eq!(folded(&full), format!("{full}\r\n"));
        assert_eq!(folded(&format!("{full}y")), format!("{full}\r\n y\r\n"));
        let wide = folded(&"\u{e4}".repeat(100));
        let pieces: Vec<&str> = wide.split_terminator("\r\n").collect();
        assert_eq!(pieces.iter().map(|it| it.len()).collect::<Vec<_>>(), [74, 75, 53]);
        assert_eq!(wide.replace("\r\n ", ""), "\u{e4}".repeat(100) + "\r\n");
    }

    #[test]
    fn what_means_something_to_a_calendar_is_escaped() {
        assert_eq!(escaped("a, b; c\\d\r\nEND:VEVENT\u{7}"), r"a\, b\; c\\d\nEND:VEVENT");
    }

    #[test]
    fn moments_are_in_utc_and_seconds() {
        let at: Timestamp = "2026-01-15T11:00:00.999+01:00".parse().expect("a moment");
        assert_eq!(moment(at), "20260115T100000Z");
    }

    #[test]
    fn only_a_host_becomes_an_address() {
        assert!(is_authority("clinic.example:8443"));
        assert!(is_authority("[::1]:3000"));
        assert!(!is_authority("evil.example/x?"));
        assert!(!is_authority(""));
    }
}
