//! What the journal says about recordings, and how REST shows it.

use std::collections::BTreeMap;

use housecall_core::{
    Entry, Event, RecordingId, RoomId, Timestamp, UserId,
    room::{Consent, ConsentMethod},
};
use serde::Serialize;
use utoipa::ToSchema;

/// A recording.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Recording)]
pub(crate) struct RecordingView {
    #[schema(value_type = String)]
    id: RecordingId,
    #[schema(value_type = String)]
    call_id: RoomId,
    /// `recording`, `processing` (in the answer to stopping it: its media are
    /// with the client that recorded) or `completed`.
    status: &'static str,
    #[schema(value_type = String)]
    started_at: Timestamp,
    #[schema(value_type = String)]
    started_by: UserId,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    stopped_at: Option<Timestamp>,
    /// Who stopped it, or did what stopped it; absent if time did.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    stopped_by: Option<UserId>,
    /// Seconds, once it has stopped.
    #[serde(skip_serializing_if = "Option::is_none")]
    duration: Option<u64>,
    /// Always `true`: nothing is recorded without.
    consent_obtained: bool,
    /// Everybody whose consent was in force while it ran.
    #[schema(value_type = Vec<String>)]
    consented_participants: Vec<UserId>,
    consent_details: ConsentDetails,
    /// Always `false`: nothing is transcribed here.
    is_transcribed: bool,
}

/// How they agreed.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ConsentDetails {
    /// How the last of them did: `verbal`, `written` or `electronic`.
    #[schema(value_type = Option<String>)]
    method: Option<ConsentMethod>,
    /// When the last of them did.
    #[schema(value_type = Option<String>)]
    timestamp: Option<Timestamp>,
    #[schema(value_type = Vec<String>)]
    participant_ids: Vec<UserId>,
    /// How and when each of them did.
    consents: Vec<ConsentView>,
}

/// Somebody's consent.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Consent)]
pub(crate) struct ConsentView {
    #[schema(value_type = String)]
    user_id: UserId,
    #[schema(value_type = String)]
    method: ConsentMethod,
    #[schema(value_type = String)]
    timestamp: Timestamp,
}

impl RecordingView {
    /// As whoever stopped it sees it.
    pub(crate) fn just_stopped(self) -> Self {
        Self { status: "processing", ..self }
    }

    pub(super) fn of(call: &RoomId, tape: Tape) -> Self {
        let people: Vec<UserId> = tape.consents.keys().cloned().collect();
        let (stopped_at, stopped_by) = tape.stopped.unzip();
        Self {
            id: tape.id,
            call_id: call.clone(),
            status: if stopped_at.is_some() { "completed" } else { "recording" },
            started_at: tape.started_at,
            started_by: tape.started_by,
            stopped_at,
            stopped_by: stopped_by.flatten(),
            duration: stopped_at.map(|it| it.since(tape.started_at).as_secs()),
            consent_obtained: true,
            consented_participants: people.clone(),
            consent_details: ConsentDetails::of(people, tape.consents),
            is_transcribed: false,
        }
    }
}

impl ConsentDetails {
    fn of(participant_ids: Vec<UserId>, consents: BTreeMap<UserId, Consent>) -> Self {
        let last = consents.values().max_by_key(|it| it.at).cloned();
        let view = |(user_id, Consent { method, at, .. }): (UserId, Consent)| ConsentView {
            user_id,
            method,
            timestamp: at,
        };
        Self {
            method: last.as_ref().map(|it| it.method),
            timestamp: last.map(|it| it.at),
            participant_ids,
            consents: consents.into_iter().map(view).collect(),
        }
    }
}

/// A recording, as the journal tells of it.
pub(super) struct Tape {
    pub(super) id: RecordingId,
    started_at: Timestamp,
    started_by: UserId,
    /// When it stopped, and who made it, unless time did.
    stopped: Option<(Timestamp, Option<UserId>)>,
    /// The consents that were in force while it ran.
    consents: BTreeMap<UserId, Consent>,
}

impl Tape {
    /// All recordings in the entries of a room, the oldest first.
    pub(super) fn all(entries: &[Entry]) -> Vec<Self> {
        let mut tapes: Vec<Self> = Vec::new();
        let mut in_force: BTreeMap<UserId, Consent> = BTreeMap::new();
        for Entry { at, by, event, .. } in entries {
            let running = tapes.last_mut().filter(|it| it.stopped.is_none());
            match (event, running) {
                (Event::ConsentGiven { user, method, covers, wording }, running) => {
                    let (covers, method, wording) = (*covers, *method, wording.clone());
                    let consent = Consent { covers, method, wording, at: *at };
                    in_force.insert(user.clone(), consent.clone());
                    if let Some(tape) = running {
                        tape.consents.insert(user.clone(), consent);
                    }
                }
                (Event::ConsentWithdrawn { user }, _) => {
                    in_force.remove(user);
                }
                (Event::RecordingStarted { recording, user, .. }, _) => tapes.push(Self {
                    id: recording.clone(),
                    started_at: *at,
                    started_by: user.clone(),
                    stopped: None,
                    consents: in_force.clone(),
                }),
                (Event::RecordingStopped { .. }, Some(tape)) => {
                    tape.stopped = Some((*at, by.user().cloned()));
                }
                _ => {}
            }
        }
        tapes
    }
}
