//! What the journal says about recordings, and how REST shows it.

use std::collections::BTreeMap;

use housecall_core::{
    Entry, Event, RecordingId, RoomId, Timestamp, UserId,
    room::{Consent, ConsentMethod},
};
use housecall_store::{RecordingStatus, StoredRecording};
use serde::Serialize;
use utoipa::ToSchema;

use crate::config::Config;

/// A recording.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Recording)]
pub(crate) struct RecordingView {
    #[schema(value_type = String)]
    id: RecordingId,
    #[schema(value_type = String)]
    call_id: RoomId,
    /// `recording`, `processing` or `completed`; `failed` if no file can be made of
    /// what was recorded. Whoever stops a recording is told `processing`: its media
    /// are with the client that recorded.
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
    /// Absent while no media have come.
    #[serde(flatten)]
    file: Option<FileView>,
}

/// The media of a recording, and how they are kept.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RecordingFile)]
pub(crate) struct FileView {
    /// In bytes, once the file is made.
    #[serde(skip_serializing_if = "Option::is_none")]
    file_size: Option<u64>,
    mime_type: String,
    /// Always `true`, until it is destroyed.
    is_encrypted: bool,
    /// `AES-256-GCM`.
    encryption_algorithm: &'static str,
    /// Which master key opens it, until it is destroyed.
    #[serde(skip_serializing_if = "Option::is_none")]
    encryption_key_id: Option<String>,
    /// `local` or `aws-s3`.
    storage_provider: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    storage_bucket: Option<String>,
    /// In days.
    retention_period: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    expires_at: Option<Timestamp>,
    view_count: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    last_viewed_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    last_viewed_by: Option<UserId>,
    /// Where it is watched, once the file is made.
    #[serde(skip_serializing_if = "Option::is_none")]
    file_url: Option<String>,
}

impl FileView {
    fn of(it: StoredRecording, config: &Config) -> Self {
        let is_made = it.status == RecordingStatus::Completed;
        let (last_viewed_by, last_viewed_at) = it.last_viewed.unzip();
        Self {
            file_size: it.bytes,
            mime_type: it.media_type,
            is_encrypted: it.key.is_some(),
            encryption_algorithm: "AES-256-GCM",
            encryption_key_id: it.key.map(|it| it.by),
            storage_provider: config.storage.provider.as_str(),
            storage_bucket: config.storage.bucket().map(|it| it.name),
            retention_period: config.recordings.retention_days.get(),
            expires_at: it.expires_at,
            view_count: it.views,
            last_viewed_at,
            last_viewed_by,
            file_url: is_made.then(|| format!("/api/recordings/{}/media", it.id)),
        }
    }
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
            file: None,
        }
    }

    /// With what is known of its media.
    pub(super) fn with_file(self, it: StoredRecording, config: &Config) -> Self {
        use RecordingStatus::{Completed, Destroyed, Failed, Processing, Recording, Uploading};
        let status = match it.status {
            Recording => self.status,
            Uploading | Processing => "processing",
            Completed | Destroyed => "completed",
            Failed => "failed",
        };
        Self { status, file: Some(FileView::of(it, config)), ..self }
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
