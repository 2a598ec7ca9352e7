//! The ways that the media of people took in rooms, as their clients said. They are
//! no lines of the journal: they say nothing that was decided.

use housecall_core::{RoomId, Timestamp, UserId};
use serde::Serialize;

use crate::{Store, StoreError, ledger::Ledger, writer::Write};

/// How many reports of one person are kept for a room.
const KEPT: u32 = 50;

/// How a device reaches others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PathKind {
    /// From an address of its own.
    Direct,
    /// From an address that it knows by STUN, or by the other.
    Stun,
    /// Through a relay that it reaches over UDP.
    RelayUdp,
    /// Through a relay that it reaches over TCP.
    RelayTcp,
    /// Through a relay that it reaches over TLS.
    RelayTls,
}

impl PathKind {
    /// All there are.
    pub const ALL: [PathKind; 5] = [
        PathKind::Direct,
        PathKind::Stun,
        PathKind::RelayUdp,
        PathKind::RelayTcp,
        PathKind::RelayTls,
    ];

    /// The word for it in JSON and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            PathKind::Direct => "direct",
            PathKind::Stun => "stun",
            PathKind::RelayUdp => "relay-udp",
            PathKind::RelayTcp => "relay-tcp",
            PathKind::RelayTls => "relay-tls",
        }
    }

    /// The kind of this name.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == word)
    }
}

/// Which way media between two people took.
#[derive(Debug, Clone, PartialEq)]
pub struct PathReport {
    /// In which room.
    pub room: RoomId,
    /// Who says so.
    pub user: UserId,
    /// Who is at the other end.
    pub peer: UserId,
    /// Since when.
    pub at: Timestamp,
    /// Which way, as seen from `user`.
    pub path: PathKind,
    /// Which way, as seen from `peer`, if `user` knows.
    pub peer_path: Option<PathKind>,
    /// There and back, in milliseconds.
    pub round_trip: Option<f64>,
    /// How much of what `peer` sends is lost, in percent.
    pub loss: Option<f64>,
}

impl Store {
    /// Keeps a report about a room of `place`, the appointment or meeting it is an
    /// occurrence of; and of the earlier ones of this person the latest 49.
    pub async fn keep_path(
        &self,
        report: PathReport,
        place: Option<RoomId>,
    ) -> Result<(), StoreError> {
        self.writer().run(Keep { report, place }).await
    }

    /// The reports about a room, or about all rooms that an appointment or a
    /// meeting has had: the latest `limit`, the oldest of them first.
    pub async fn paths(&self, place: &RoomId, limit: u32) -> Result<Vec<PathReport>, StoreError> {
        let rows: Vec<Columns> = sqlx::query_as(
            "SELECT room_id, user_id, peer, at, path, peer_path, round_trip, loss FROM paths \
             WHERE room_id = $1 OR place = $1 \
             ORDER BY at DESC, room_id DESC, user_id DESC, number DESC LIMIT $2",
        )
        .bind(place.as_str())
        .bind(limit)
        .fetch_all(self.read())
        .await?;
        rows.into_iter().rev().map(Columns::read).collect()
    }
}

/// A row of `paths` in the database's own types.
#[derive(sqlx::FromRow)]
struct Columns {
    room_id: String,
    user_id: String,
    peer: String,
    at: String,
    path: String,
    peer_path: Option<String>,
    round_trip: Option<f64>,
    loss: Option<f64>,
}

impl Columns {
    fn read(self) -> Result<PathReport, StoreError> {
        Ok(PathReport {
            room: parse(self.room_id)?,
            user: parse(self.user_id)?,
            peer: parse(self.peer)?,
            at: parse(self.at)?,
            path: known(PathKind::named(&self.path))?,
            peer_path: self.peer_path.map(|it| known(PathKind::named(&it))).transpose()?,
            round_trip: self.round_trip,
            loss: self.loss,
        })
    }
}

fn parse<T: std::str::FromStr>(text: String) -> Result<T, StoreError> {
    known(text.parse().ok())
}

fn known<T>(value: Option<T>) -> Result<T, StoreError> {
    value.ok_or_else(|| StoreError::unreadable("a column of a path"))
}

struct Keep {
    report: PathReport,
    place: Option<RoomId>,
}

impl Write for Keep {
    type Output = ();

    async fn run(self, ledger: &mut Ledger<'_>) -> Result<(), StoreError> {
        let Keep { report: it, place } = self;
        let number: i64 = sqlx::query_scalar(
            "INSERT INTO paths (room_id, user_id, number, place, peer, at, path, peer_path, \
                                round_trip, loss) \
             VALUES ($1, $2, 1 + COALESCE((SELECT MAX(number) FROM paths \
                                           WHERE room_id = $1 AND user_id = $2), 0), \
                     $3, $4, $5, $6, $7, $8, $9) RETURNING number",
        )
        .bind(it.room.as_str())
        .bind(it.user.as_str())
        .bind(place.as_ref().map(RoomId::as_str))
        .bind(it.peer.as_str())
        .bind(it.at.to_string())
        .bind(it.path.as_str())
        .bind(it.peer_path.map(PathKind::as_str))
        .bind(it.round_trip)
        .bind(it.loss)
        .fetch_one(ledger.writing().await?)
        .await?;
        sqlx::query("DELETE FROM paths WHERE room_id = $1 AND user_id = $2 AND number <= $3")
            .bind(it.room.as_str())
            .bind(it.user.as_str())
            .bind(number - i64::from(KEPT))
            .execute(ledger.writing().await?)
            .await?;
        Ok(())
    }
}
