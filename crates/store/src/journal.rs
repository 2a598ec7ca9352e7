//! The journal: streams of lines, each line carrying the hash of the one
//! before it.

use crate::{
    Store, StoreError,
    heads::Head,
    ledger::{Ledger, Script},
    secrets::hex,
    writer::Write,
};
use aws_lc_rs::digest;
use housecall_core::{Actor, AppointmentId, LinkId, MeetingId, RecordingId, Timestamp, UserId};
use serde_json::Value;

/// A stream of the journal that belongs to no room. The lines of rooms are
/// written by [`Store::append`] alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stream {
    /// What concerns one person: registered, signed in, signed out.
    User(UserId),
    /// What concerns one appointment, besides what happens in its rooms.
    Appointment(AppointmentId),
    /// What concerns one meeting, besides what happens in its rooms.
    Meeting(MeetingId),
    /// What concerns one guest link.
    GuestLink(LinkId),
    /// What concerns one recording, and who looked at it.
    Recording(RecordingId),
    /// What concerns the whole house: started, configured.
    House,
}

impl Stream {
    /// The name of the stream in the journal.
    pub fn name(&self) -> String {
        match self {
            Stream::User(user) => format!("user:{user}"),
            Stream::Appointment(appointment) => format!("appointment:{appointment}"),
            Stream::Meeting(meeting) => format!("meeting:{meeting}"),
            Stream::GuestLink(link) => format!("guest_link:{link}"),
            Stream::Recording(recording) => format!("recording:{recording}"),
            Stream::House => "house".to_owned(),
        }
    }
}

/// A line of a stream, as an auditor reads it.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// 1 for the first line of the stream, then without gaps.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// For whom.
    pub by: Actor,
    /// What happened, such as `user.signed_in`.
    pub name: String,
    /// The particulars.
    pub body: Value,
}

impl Store {
    /// Adds a line to `stream` and answers its number. The journal is never
    /// shortened, so `body` should hold no personal data.
    pub async fn record(
        &self,
        stream: &Stream,
        by: &Actor,
        name: &str,
        body: &Value,
        at: Timestamp,
    ) -> Result<u64, StoreError> {
        let line = Line::new(at, by, name, body)?;
        self.writer().run(AddLine { stream: stream.name(), line }).await
    }

    /// At most `limit` lines of `stream` after number `after`, in order.
    pub async fn records(
        &self,
        stream: &Stream,
        after: u64,
        limit: u32,
    ) -> Result<Vec<Record>, StoreError> {
        let lines: Vec<(i64, String, String, String, String)> = sqlx::query_as(
            "SELECT seq, at, actor, name, body FROM journal WHERE stream = $1 AND seq > $2 \
             ORDER BY seq LIMIT $3",
        )
        .bind(stream.name())
        .bind(signed(after))
        .bind(limit)
        .fetch_all(self.read())
        .await?;
        lines.into_iter().map(read_record).collect()
    }
}

fn read_record(
    (seq, at, by, name, body): (i64, String, String, String, String),
) -> Result<Record, StoreError> {
    Ok(Record {
        seq: unsigned(seq),
        at: at.parse().map_err(|_| StoreError::unreadable("the time of a record"))?,
        by: read_json(&by, "the actor of a record")?,
        name,
        body: read_json(&body, "the body of a record")?,
    })
}

/// A line before it has its place.
pub(crate) struct Line {
    at: String,
    actor: String,
    name: String,
    body: String,
}

impl Line {
    pub(crate) fn new(
        at: Timestamp,
        by: &Actor,
        name: &str,
        body: &impl serde::Serialize,
    ) -> Result<Self, StoreError> {
        Ok(Self {
            at: at.to_string(),
            actor: write_json(by)?,
            name: name.to_owned(),
            body: write_json(body)?,
        })
    }
}

struct AddLine {
    stream: String,
    line: Line,
}

impl Write for AddLine {
    type Output = u64;
    async fn run(self, ledger: &mut Ledger<'_>) -> Result<u64, StoreError> {
        ledger.add(&self.stream, self.line).await
    }
}

impl Ledger<'_> {
    /// Adds a line to the end of a stream, wherever that is.
    pub(crate) async fn add(&mut self, stream: &str, line: Line) -> Result<u64, StoreError> {
        let head = self.head(stream).await?;
        let seq = head.seq + 1;
        self.add_after(stream, head, &[line], |_| ()).await?;
        Ok(seq)
    }

    /// Adds lines to the end of a stream, which must be at `expected`, and
    /// writes in the same trip what follows from them.
    pub(crate) async fn extend(
        &mut self,
        stream: &str,
        expected: u64,
        lines: &[Line],
        consequences: impl FnOnce(&mut Script),
    ) -> Result<(), StoreError> {
        let head = self.head(stream).await?;
        if head.seq != expected {
            return Err(StoreError::Conflict);
        }
        self.add_after(stream, head, lines, consequences).await
    }

    async fn add_after(
        &mut self,
        stream: &str,
        head: Head,
        lines: &[Line],
        consequences: impl FnOnce(&mut Script),
    ) -> Result<(), StoreError> {
        let mut end = Head::default();
        self.write(|script| {
            end = extend(script, stream, head, lines);
            consequences(script);
        })
        .await?;
        self.heads.moved_to(stream, end);
        Ok(())
    }

    async fn head(&mut self, stream: &str) -> Result<Head, StoreError> {
        if let Some(head) = self.heads.get(stream) {
            return Ok(head);
        }
        let row: Option<(i64, String)> =
            sqlx::query_as("SELECT seq, hash FROM heads WHERE stream = $1")
                .bind(stream)
                .fetch_optional(self.reading())
                .await?;
        let head = row.map(|(seq, hash)| Head { seq: unsigned(seq), hash });
        Ok(head.unwrap_or_default())
    }
}

/// Writes lines to the end of a stream, and where it ends now.
pub(crate) fn extend(script: &mut Script, stream: &str, mut head: Head, lines: &[Line]) -> Head {
    script.push("INSERT INTO journal (stream, seq, at, actor, name, body, prev_hash, hash) ");
    script.push_values(lines, |mut row, line| {
        let seq = head.seq + 1;
        let text = [line.at.as_str(), &line.actor, &line.name, &line.body];
        let hash = chain(&head.hash, stream, seq, text);
        row.push_bind(stream).push_bind(signed(seq));
        for text in text {
            row.push_bind(text);
        }
        row.push_bind(&head.hash).push_bind(&hash);
        head = Head { seq, hash };
    });
    script.push("; INSERT INTO heads (stream, seq, hash) VALUES (");
    script
        .push_bind(stream)
        .push(", ")
        .push_bind(signed(head.seq))
        .push(", ")
        .push_bind(&head.hash);
    script.push(") ON CONFLICT (stream) DO UPDATE SET seq = excluded.seq, hash = excluded.hash; ");
    head
}

/// The hash of a line: SHA-256 over the previous hash, the stream, the number
/// in decimal, then time, actor, name and body, each as its length in bytes
/// (64 bits, big endian) and the bytes. Hexadecimal; the first line of a stream
/// has an empty previous hash.
pub(crate) fn chain(previous: &str, stream: &str, seq: u64, line: [&str; 4]) -> String {
    let mut context = digest::Context::new(&digest::SHA256);
    let seq = seq.to_string();
    for part in [previous, stream, &seq].into_iter().chain(line) {
        context.update(&(part.len() as u64).to_be_bytes());
        context.update(part.as_bytes());
    }
    hex(context.finish().as_ref())
}

pub(crate) fn write_json(value: &impl serde::Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| sqlx::Error::Encode(error.into()).into())
}

/// Reads JSON that we wrote. The error says where it went wrong, never what
/// stands there: that may be personal.
pub(crate) fn read_json<T: serde::de::DeserializeOwned>(
    text: &str,
    what: &str,
) -> Result<T, StoreError> {
    serde_json::from_str(text)
        .map_err(|error| StoreError::unreadable(format_args!("{what}, byte {}", error.column())))
}

/// Sequence numbers are signed in SQL. 2^63 lines are out of reach.
pub(crate) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

pub(crate) fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}
