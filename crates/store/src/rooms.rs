//! Rooms: their entries in the journal, and the rows that follow from them.

use std::collections::BTreeSet;

use housecall_core::{
    AppointmentId, Entry, Event, FileId, Private, Room, RoomId, Timestamp, UserId,
    room::{Outcome, Participant, Phase, Reason},
};

use crate::{
    CallStatus, Store, StoreError,
    files::{files_of, write_files},
    journal::{Line, read_json, signed, unsigned},
    ledger::{Ledger, Script},
    missed::{self, Miss},
    removals::{self, Ruling},
    writer::Write,
};

fn stream(room: &RoomId) -> String {
    format!("room:{room}")
}

impl Store {
    /// Records `entries` of a room whose latest entry so far is number
    /// `expected_seq`; `room` is how the room stands after them.
    ///
    /// [`StoreError::Conflict`] if the room has moved on: load what is new,
    /// decide again.
    pub async fn append(
        &self,
        room: &Room,
        expected_seq: u64,
        entries: &[Entry],
    ) -> Result<(), StoreError> {
        let numbers = entries.iter().map(|it| it.seq);
        let begun = room.invitation().is_some() || entries.is_empty();
        if !numbers.eq(expected_seq + 1..=room.seq()) || !begun {
            return Err(StoreError::Conflict);
        }
        if entries.is_empty() {
            return Ok(());
        }
        self.writer().run(Append::prepare(room, expected_seq, entries)?).await
    }

    /// All entries of a room, in order; `None` if there is no such room.
    pub async fn load(&self, room: &RoomId) -> Result<Option<Vec<Entry>>, StoreError> {
        let entries = self.entries_after(room, 0).await?;
        Ok((!entries.is_empty()).then_some(entries))
    }

    /// The entries of a room after number `seq`, in order.
    pub async fn entries_after(&self, room: &RoomId, seq: u64) -> Result<Vec<Entry>, StoreError> {
        let rows: Vec<(i64, String, String, String)> = sqlx::query_as(
            "SELECT seq, at, actor, body FROM journal WHERE stream = $1 AND seq > $2 ORDER BY seq",
        )
        .bind(stream(room))
        .bind(signed(seq))
        .fetch_all(self.read())
        .await?;
        rows.into_iter().map(read_entry).collect()
    }

    /// The rooms that are not over, for a server that starts.
    pub async fn open_rooms(&self) -> Result<Vec<RoomId>, StoreError> {
        let rows = sqlx::query_scalar("SELECT id FROM rooms WHERE status <> 'over' ORDER BY id");
        read_ids(rows.fetch_all(self.read()).await?)
    }

    /// At most `limit` rooms whose deadline has passed at `now`, the longest
    /// overdue first.
    pub async fn due_rooms(&self, now: Timestamp, limit: u32) -> Result<Vec<RoomId>, StoreError> {
        let rows = sqlx::query_scalar(
            "SELECT id FROM rooms WHERE next_deadline <= $1 ORDER BY next_deadline, id LIMIT $2",
        );
        read_ids(rows.bind(now.to_string()).bind(limit).fetch_all(self.read()).await?)
    }
}

fn read_ids(rows: Vec<String>) -> Result<Vec<RoomId>, StoreError> {
    let ids = rows.iter().map(|it| it.parse());
    ids.collect::<Result<_, _>>().map_err(|_| StoreError::unreadable("the id of a room"))
}

fn read_entry((seq, at, by, body): (i64, String, String, String)) -> Result<Entry, StoreError> {
    Ok(Entry {
        seq: unsigned(seq),
        at: at.parse().map_err(|_| StoreError::unreadable("the time of an entry"))?,
        by: read_json(&by, "the actor of an entry")?,
        event: read_json(&body, "an entry")?,
    })
}

/// Everything an append writes, put into words before it stands in line.
struct Append {
    stream: String,
    expected: u64,
    lines: Vec<Line>,
    room: Room,
    touched: Vec<UserId>,
    rulings: Vec<Ruling>,
    misses: Vec<Miss>,
    files: Vec<(u64, FileId)>,
}

impl Append {
    fn prepare(room: &Room, expected: u64, entries: &[Entry]) -> Result<Self, StoreError> {
        let line = |it: &Entry| Line::new(it.at, &it.by, it.event.name(), &it.event);
        Ok(Self {
            stream: stream(room.id()),
            expected,
            lines: entries.iter().map(line).collect::<Result<_, _>>()?,
            touched: touched(room, entries),
            rulings: removals::rulings(entries),
            misses: missed::misses(room, entries),
            files: files_of(entries),
            room: room.clone(),
        })
    }
}

impl Write for Append {
    type Output = ();

    async fn run(self, ledger: &mut Ledger<'_>) -> Result<(), StoreError> {
        let Append { stream, expected, lines, room, touched, rulings, misses, files } = self;
        let consequences = |script: &mut Script| {
            write_room(script, &room);
            write_participants(script, &room, &touched);
            removals::write(script, &room, &rulings);
            missed::write(script, &room, &misses);
            write_files(script, &room, &files);
        };
        ledger.extend(&stream, expected, &lines, consequences).await
    }
}

/// The participants whose row the entries may have changed.
fn touched(room: &Room, entries: &[Entry]) -> Vec<UserId> {
    let mut users = BTreeSet::new();
    for entry in entries {
        match &entry.event {
            Event::Answered { user, .. }
            | Event::Declined { user, .. }
            | Event::Missed { user }
            | Event::Joined { user, .. }
            | Event::MediaChanged { user, .. }
            | Event::ConnectionLost { user, .. }
            | Event::ConnectionResumed { user, .. }
            | Event::Left { user, .. }
            | Event::Expected { user, .. }
            | Event::CameToDoor { user, .. }
            | Event::Admitted { user }
            | Event::ConsentGiven { user, .. } => {
                users.insert(user);
            }
            Event::Rescheduled { .. }
            | Event::Reminded
            | Event::Begun
            | Event::Locked { .. }
            | Event::DoorSet { .. }
            | Event::HostChanged { .. }
            | Event::MuteAsked { .. }
            | Event::HandRaised { .. }
            | Event::Said { .. }
            | Event::RecordingAsked { .. }
            | Event::RequestDropped
            | Event::ConsentDeclined { .. }
            | Event::ConsentWithdrawn { .. }
            | Event::RecordingStarted { .. }
            | Event::RecordingPaused { .. }
            | Event::RecordingResumed { .. }
            | Event::RecordingStopped { .. } => {}
            Event::Initiated { .. } | Event::Rang { .. } | Event::Ended { .. } => {
                users.extend(room.participants().map(|(user, _)| user));
            }
        }
    }
    users.into_iter().cloned().collect()
}

fn write_room(script: &mut Script, room: &Room) {
    // The first entry of a room names both; `append` takes no room without it.
    let (Some(caller), Some(invitation)) = (room.caller(), room.invitation()) else { return };
    let (ended_at, by, reason) = match room.phase() {
        Phase::Over { at, by, reason, .. } => (Some(*at), by.as_ref(), reason.as_ref()),
        Phase::Blank | Phase::Scheduled { .. } | Phase::Ringing | Phase::Active => {
            (None, None, None)
        }
    };
    let status = CallStatus::of(room);
    let duration = room.started_at().zip(ended_at).map(|(start, end)| end.since(start));
    script.push(
        "INSERT INTO rooms (id, kind, purpose, caller, patient, provider, appointment, \
         scheduled_at, created_at, metadata, status, outcome, started_at, ended_at, ended_by, \
         end_reason, duration, seq, next_deadline) ",
    );
    script.push_values([room], |mut row, room| {
        row.push_bind(room.id().as_str()).push_bind(room.kind().as_str());
        row.push_bind(invitation.purpose.as_str()).push_bind(caller.as_str());
        row.push_bind(invitation.patient.as_ref().map(UserId::as_str));
        row.push_bind(invitation.provider.as_ref().map(UserId::as_str));
        row.push_bind(invitation.appointment.as_ref().map(AppointmentId::as_str));
        row.push_bind(invitation.scheduled_at.map(text)).push_bind(text(room.created_at()));
        row.push_bind(invitation.metadata.as_ref().map(Private::reveal));
        row.push_bind(status.phase()).push_bind(status.outcome().map(Outcome::as_str));
        row.push_bind(room.started_at().map(text)).push_bind(ended_at.map(text));
        row.push_bind(by.map(UserId::as_str)).push_bind(reason.map(Reason::reveal));
        row.push_bind(duration.map(|it| signed(it.as_secs())));
        row.push_bind(signed(room.seq())).push_bind(room.next_deadline().map(text));
    });
    script.push(
        " ON CONFLICT (id) DO UPDATE SET status = excluded.status, outcome = excluded.outcome, \
         scheduled_at = excluded.scheduled_at, \
         started_at = excluded.started_at, ended_at = excluded.ended_at, \
         ended_by = excluded.ended_by, end_reason = excluded.end_reason, \
         duration = excluded.duration, seq = excluded.seq, \
         next_deadline = excluded.next_deadline; ",
    );
}

fn write_participants(script: &mut Script, room: &Room, users: &[UserId]) {
    let rows: Vec<(&UserId, &Participant)> =
        users.iter().filter_map(|user| Some((user, room.participant(user)?))).collect();
    if rows.is_empty() {
        return;
    }
    script.push(
        "INSERT INTO participants (room_id, user_id, created_at, stage, invited_at, joined_at, \
         left_at, audio, video, screen, resumed) ",
    );
    script.push_values(rows, |mut row, (user, it)| {
        row.push_bind(room.id().as_str()).push_bind(user.as_str());
        row.push_bind(text(room.created_at())).push_bind(it.stage.name().as_str());
        row.push_bind(text(it.invited_at));
        row.push_bind(it.joined_at.map(text)).push_bind(it.left_at.map(text));
        row.push_bind(it.media.audio).push_bind(it.media.video).push_bind(it.media.screen);
        row.push_bind(i64::from(it.resumed));
    });
    script.push(
        " ON CONFLICT (room_id, user_id) DO UPDATE SET stage = excluded.stage, \
         joined_at = excluded.joined_at, left_at = excluded.left_at, audio = excluded.audio, \
         video = excluded.video, screen = excluded.screen, resumed = excluded.resumed; ",
    );
}

fn text(moment: Timestamp) -> String {
    moment.to_string()
}
