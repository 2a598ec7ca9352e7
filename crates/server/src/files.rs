//! Files that are written to a room like messages: kept before their message is
//! there, and gone if it never comes to be.

use std::time::Duration;

use housecall_core::{Actor, Command, room::MessageKey};
use housecall_dialect::Problem;
use housecall_store::{BlobError, BlobId, NewFile};

use crate::house::{Asked, House, internal, unavailable};

/// How old a file without a message is before it is taken for one that was left
/// behind. Younger ones may belong to a message that is just being written.
const ORPHANED_AFTER: Duration = Duration::from_secs(60 * 60);

/// A message with a file, to be written.
pub(crate) struct FileMessage {
    pub(crate) file: NewFile,
    pub(crate) say: Command,
}

impl FileMessage {
    /// A message whose text is the name of the file, for clients that know no
    /// files.
    pub(crate) fn new(
        file: NewFile,
        to: Vec<housecall_core::UserId>,
        key: Option<MessageKey>,
    ) -> Self {
        let name = file.name.reveal().clone();
        let message = name.try_into().expect("the name of a file is a short text");
        let say = Command::Say { message, to, file: Some(file.attachment()), key };
        Self { file, say }
    }
}

impl House {
    /// Writes a message with a file whose bytes are kept. If nothing new is said,
    /// they are kept no longer.
    ///
    /// Runs in a task of its own: a client that goes away in the middle leaves
    /// neither a message without its file nor a file without its message.
    pub(crate) async fn say_with_file(
        &self,
        by: Actor,
        message: FileMessage,
    ) -> Result<Asked, Problem> {
        let house = self.clone();
        let saying = tokio::spawn(async move {
            let FileMessage { file, say } = message;
            let (blob, room) = (file.id.clone(), file.room.clone());
            let noted = house.store.expect_file(file, house.now()).await.map_err(unavailable);
            let said = match noted {
                Ok(()) => house.ask(&room, &by, vec![say]).await,
                Err(problem) => Err(problem),
            };
            if !said.as_ref().is_ok_and(|it| it.changed) {
                house.forget_file(&blob).await;
            }
            said
        });
        saying.await.unwrap_or_else(|_| Err(internal()))
    }

    /// What cannot be deleted now is an orphan at the next start.
    async fn forget_file(&self, blob: &BlobId) {
        let forgotten = self.store.forget_file(blob).await;
        if !forgotten.is_ok_and(|it| it) {
            return;
        }
        if let Err(error) = self.blobs.delete(blob).await {
            tracing::warn!(%blob, %error, "A file without a message was not deleted");
        }
    }

    /// Removes what was left behind when the process ended the last time: files
    /// that were half written, and old ones that belong to no message.
    pub(crate) async fn tidy_files(&self) -> anyhow::Result<()> {
        self.blobs.remove_unfinished().await?;
        let now = self.now().as_millis();
        let age = i64::try_from(ORPHANED_AFTER.as_millis()).expect("an hour is short");
        let long_ago = housecall_core::Timestamp::from_millis(now - age);
        self.store.forget_unsent_files(long_ago).await?;
        let old = self.blobs.finished_before(long_ago).await?;
        for blob in self.store.unknown_files(old).await? {
            self.blobs.delete(&blob).await?;
        }
        Ok(())
    }
}

/// A problem with the bytes of a file.
pub(crate) fn blob_problem(error: BlobError) -> Problem {
    match error {
        BlobError::TooLarge => Problem::new("file_too_large", "This file is too large to be sent."),
        BlobError::Unavailable(error) => {
            tracing::error!(%error, "A file could not be kept or read");
            let message = "The server cannot keep or read files at the moment. Try again shortly.";
            Problem::new("unavailable", message)
        }
    }
}
