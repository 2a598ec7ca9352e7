//! A call as the `/webrtc` REST shows it.

use housecall_core::{
    AppointmentId, Private, Room, RoomId, Timestamp, UserId,
    room::{Outcome, Purpose, StageName},
};
use housecall_dialect::call::room_name;
use housecall_store::{CallRow, CallStatus, ParticipantRow};
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use crate::house::House;

/// A call.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Call)]
pub(crate) struct CallView {
    #[schema(value_type = String)]
    id: RoomId,
    #[schema(value_type = Option<String>)]
    patient_id: Option<UserId>,
    #[schema(value_type = Option<String>)]
    provider_id: Option<UserId>,
    /// `video`, `audio` or `screen_share`.
    #[serde(rename = "type")]
    #[schema(value_type = String)]
    purpose: Purpose,
    /// `scheduled`, `ringing`, `in_progress`, `ended`, `cancelled` or `missed`.
    status: &'static str,
    /// `completed`, `missed`, `declined` or `cancelled`, once it is over.
    #[schema(value_type = Option<String>)]
    outcome: Option<Outcome>,
    #[schema(value_type = String)]
    scheduled_at: Timestamp,
    #[schema(value_type = Option<String>)]
    started_at: Option<Timestamp>,
    #[schema(value_type = Option<String>)]
    ended_at: Option<Timestamp>,
    /// Seconds from the first answer to the end.
    actual_duration: Option<u64>,
    room_id: String,
    #[schema(value_type = String)]
    initiated_by: UserId,
    #[schema(value_type = Option<String>)]
    appointment_id: Option<AppointmentId>,
    #[schema(value_type = Option<String>)]
    end_reason: Option<Private<String>>,
    #[schema(value_type = Option<String>)]
    ended_by: Option<UserId>,
    /// What came with the call when it was made.
    #[schema(value_type = Option<Object>)]
    metadata: Option<Box<RawValue>>,
    #[schema(value_type = String)]
    created_by: UserId,
    #[schema(value_type = String)]
    created_at: Timestamp,
    participants: Vec<ParticipantView>,
}

/// Somebody in a call.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = CallParticipant)]
pub(crate) struct ParticipantView {
    #[schema(value_type = String)]
    user_id: UserId,
    #[schema(value_type = String)]
    display_name: Private<String>,
    /// `invited`, `joining`, `connected`, `disconnected` or `left`.
    status: &'static str,
    #[schema(value_type = String)]
    invited_at: Timestamp,
    #[schema(value_type = Option<String>)]
    joined_at: Option<Timestamp>,
    #[schema(value_type = Option<String>)]
    left_at: Option<Timestamp>,
    video_enabled: bool,
    audio_enabled: bool,
    screen_share_enabled: bool,
    /// Whether they agree to being recorded; not known any more once the call
    /// is over.
    consented_to_recording: Option<bool>,
    #[schema(value_type = Option<String>)]
    consented_to_recording_at: Option<Timestamp>,
}

impl CallView {
    /// The call as its latest entry left it. The names of its people must be
    /// at hand.
    pub(crate) fn of(house: &House, row: CallRow) -> Self {
        let open = house.rooms.find(&row.id).map(|it| it.state());
        let view = |it| ParticipantView::of(house, open.as_deref(), it);
        let participants = row.participants.into_iter().map(view).collect();
        Self {
            room_id: room_name(&row.id),
            id: row.id,
            patient_id: row.patient,
            provider_id: row.provider,
            purpose: row.purpose,
            status: status(row.status),
            outcome: row.status.outcome(),
            scheduled_at: row.scheduled_at.unwrap_or(row.created_at),
            started_at: row.started_at,
            ended_at: row.ended_at,
            actual_duration: row.duration.map(|it| it.as_secs()),
            created_by: row.caller.clone(),
            initiated_by: row.caller,
            appointment_id: row.appointment,
            end_reason: row.end_reason,
            ended_by: row.ended_by,
            metadata: row.metadata.and_then(|it| RawValue::from_string(it.into_revealed()).ok()),
            created_at: row.created_at,
            participants,
        }
    }
}

impl ParticipantView {
    fn of(house: &House, open: Option<&Room>, row: ParticipantRow) -> Self {
        let consent = open.map(|it| it.participant(&row.user).and_then(|it| it.consent.as_ref()));
        Self {
            consented_to_recording: consent.map(|it| it.is_some()),
            consented_to_recording_at: consent.flatten().map(|it| it.at),
            display_name: house.directory.person(&row.user).name,
            user_id: row.user,
            status: standing(row.stage),
            invited_at: row.invited_at,
            joined_at: row.joined_at,
            left_at: row.left_at,
            video_enabled: row.media.video,
            audio_enabled: row.media.audio,
            screen_share_enabled: row.media.screen,
        }
    }
}

fn status(status: CallStatus) -> &'static str {
    match status {
        CallStatus::Scheduled => "scheduled",
        CallStatus::Ringing => "ringing",
        CallStatus::Active => "in_progress",
        CallStatus::Over(Outcome::Completed) => "ended",
        CallStatus::Over(Outcome::Missed) => "missed",
        CallStatus::Over(Outcome::Declined | Outcome::Cancelled) => "cancelled",
    }
}

/// The statuses that show as `word`; none if there is no such word.
pub(crate) fn statuses(word: &str) -> Vec<CallStatus> {
    CallStatus::ALL.into_iter().filter(|it| status(*it) == word).collect()
}

fn standing(stage: StageName) -> &'static str {
    match stage {
        StageName::Calling | StageName::Invited | StageName::Ringing => "invited",
        StageName::Accepted | StageName::Waiting => "joining",
        StageName::Present => "connected",
        StageName::Lost => "disconnected",
        StageName::Declined | StageName::Missed | StageName::Left => "left",
    }
}
