//! What is known of the files that came with messages. A file is there for others
//! from the moment its message is, and not before.

use housecall_core::{
    Entry, Event, FileId, Private, Room, RoomId, Timestamp, UserId, room::Attachment,
};
use sqlx::{AssertSqlSafe, QueryBuilder};

use crate::{
    BlobId, Kept, Store, StoreError,
    journal::{signed, unsigned},
    ledger::{Ledger, Script},
    messages::READABLE,
    writer::Write,
};

/// How many ids are asked for in one query.
const IDS: usize = 1000;

/// A file whose bytes are kept, for a message that is still to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewFile {
    /// Which: the id of its blob.
    pub id: BlobId,
    /// In which room its message will be.
    pub room: RoomId,
    /// The appointment or meeting of the room, if it is one.
    pub place: Option<RoomId>,
    /// Who sent it.
    pub uploaded_by: UserId,
    /// What it was called where it came from.
    pub name: Private<String>,
    /// What it holds: `image/png`.
    pub media_type: String,
    /// Its bytes.
    pub kept: Kept,
}

impl NewFile {
    /// As its message names it.
    pub fn attachment(&self) -> Attachment {
        Attachment {
            id: (&self.id).into(),
            name: self.name.clone(),
            media_type: self.media_type.clone(),
            bytes: self.kept.bytes,
        }
    }
}

/// A file that came with a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredFile {
    /// Where its bytes are.
    pub blob: BlobId,
    /// What it was called where it came from.
    pub name: Private<String>,
    /// What it holds: `image/png`.
    pub media_type: String,
    /// How large it is.
    pub bytes: u64,
    /// The SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
}

impl Store {
    /// Takes note of a file before its message is written. Nobody sees it until
    /// then.
    pub async fn expect_file(&self, file: NewFile, now: Timestamp) -> Result<(), StoreError> {
        self.writer().run(Expect { file, now }).await
    }

    /// Forgets a file whose message was not written. Answers whether it did: if
    /// its message is there after all, the file stays.
    pub async fn forget_file(&self, id: &BlobId) -> Result<bool, StoreError> {
        self.writer().run(Forget(id.clone())).await
    }

    /// Forgets the files noted before `moment` whose message never came.
    pub async fn forget_unsent_files(&self, moment: Timestamp) -> Result<(), StoreError> {
        self.writer().run(ForgetUnsent(moment)).await
    }

    /// Those of `blobs` that no file is known for.
    pub async fn unknown_files(&self, blobs: Vec<BlobId>) -> Result<Vec<BlobId>, StoreError> {
        let mut unknown = Vec::new();
        for some in blobs.chunks(IDS) {
            let mut query = QueryBuilder::new("SELECT id FROM files WHERE id IN (");
            let mut list = query.separated(", ");
            some.iter().for_each(|it| {
                list.push_bind(it.as_str());
            });
            query.push(")");
            let known: Vec<String> = query.build_query_scalar().fetch_all(self.read()).await?;
            let is_unknown = |it: &&BlobId| !known.iter().any(|known| known == it.as_str());
            unknown.extend(some.iter().filter(is_unknown).cloned());
        }
        Ok(unknown)
    }

    /// A file of a room, or of the rooms of an appointment or a meeting, if
    /// `reader` may read its message.
    pub async fn file(
        &self,
        place: &RoomId,
        reader: &UserId,
        id: &FileId,
    ) -> Result<Option<StoredFile>, StoreError> {
        let sql = format!(
            "SELECT f.id, f.name, f.media_type, f.bytes, f.sha256 FROM files f WHERE f.id = $3 \
             AND EXISTS ({READABLE} AND own.room_id = f.room_id AND said.seq = f.seq)"
        );
        let row: Option<(String, String, String, i64, String)> = sqlx::query_as(AssertSqlSafe(sql))
            .bind(reader.as_str())
            .bind(place.as_str())
            .bind(id.as_str())
            .fetch_optional(self.read())
            .await?;
        let read = |(id, name, media_type, bytes, sha256): (String, _, _, _, _)| {
            Ok(StoredFile {
                blob: id.parse().map_err(|_| StoreError::unreadable("the id of a file"))?,
                name: Private::new(name),
                media_type,
                bytes: unsigned(bytes),
                sha256,
            })
        };
        row.map(read).transpose()
    }
}

/// The files of messages that are written now are there for their readers.
pub(crate) fn write_files(script: &mut Script, room: &Room, entries: &[(u64, FileId)]) {
    for (seq, file) in entries {
        script.push("UPDATE files SET seq = ").push_bind(signed(*seq));
        script.push(" WHERE id = ").push_bind(file.as_str().to_owned());
        script.push(" AND room_id = ").push_bind(room.id().as_str().to_owned()).push("; ");
    }
}

/// The files that come with entries, and the numbers of these.
pub(crate) fn files_of(entries: &[Entry]) -> Vec<(u64, FileId)> {
    let file = |it: &Entry| match &it.event {
        Event::Said { file: Some(file), .. } => Some((it.seq, file.id.clone())),
        _ => None,
    };
    entries.iter().filter_map(file).collect()
}

struct Expect {
    file: NewFile,
    now: Timestamp,
}

impl Write for Expect {
    type Output = ();

    async fn run(self, ledger: &mut Ledger<'_>) -> Result<(), StoreError> {
        let NewFile { id, room, place, uploaded_by, name, media_type, kept } = self.file;
        sqlx::query(
            "INSERT INTO files (id, room_id, place, uploaded_by, name, media_type, bytes, sha256, \
             created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        )
        .bind(id.as_str())
        .bind(room.as_str())
        .bind(place.as_ref().map(RoomId::as_str))
        .bind(uploaded_by.as_str())
        .bind(name.reveal())
        .bind(media_type)
        .bind(signed(kept.bytes))
        .bind(kept.sha256)
        .bind(self.now.to_string())
        .execute(ledger.writing().await?)
        .await?;
        Ok(())
    }
}

struct Forget(BlobId);

impl Write for Forget {
    type Output = bool;

    async fn run(self, ledger: &mut Ledger<'_>) -> Result<bool, StoreError> {
        let gone = sqlx::query("DELETE FROM files WHERE id = $1 AND seq IS NULL")
            .bind(self.0.as_str())
            .execute(ledger.writing().await?)
            .await?;
        Ok(gone.rows_affected() == 1)
    }
}

struct ForgetUnsent(Timestamp);

impl Write for ForgetUnsent {
    type Output = ();

    async fn run(self, ledger: &mut Ledger<'_>) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM files WHERE seq IS NULL AND created_at < $1")
            .bind(self.0.to_string())
            .execute(ledger.writing().await?)
            .await?;
        Ok(())
    }
}
