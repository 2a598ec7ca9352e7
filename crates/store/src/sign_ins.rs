//! Sign-ins: refresh tokens that work once and are exchanged for the next.

use std::fmt;

use housecall_core::{Actor, Timestamp, UserId};
use serde_json::json;
use sqlx::FromRow;

use crate::{
    SecretHash, Store, StoreError, Stream, User, journal::Line, ledger::Ledger, users,
    writer::Write,
};

/// The public half of a refresh token: names the sign-in and opens nothing.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SignInId(String);

impl SignInId {
    /// Wraps an id, ours or one that a client sent.
    pub fn new(id: impl Into<String>) -> Self {
        Self(id.into())
    }

    /// The id as it stands in the token and in the database.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SignInId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A refresh token about to be given out.
#[derive(Debug, Clone)]
pub struct NewSignIn {
    /// Its name; random.
    pub id: SignInId,
    /// The hash of its secret.
    pub secret: SecretHash,
    /// Until when it can be exchanged.
    pub expires_at: Timestamp,
}

/// What came of presenting a refresh token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rotation {
    /// It was exchanged for the new one.
    Rotated(User),
    /// It had been exchanged before, so somebody has a copy: all sign-ins of
    /// this user are over.
    Reused(UserId),
    /// It is unknown, wrong, expired or ended, or its user is locked out.
    Refused,
}

impl Store {
    /// Somebody proved who they are. [`StoreError::NotFound`] if there is no
    /// such user or they are locked out.
    pub async fn start_sign_in(
        &self,
        user: &UserId,
        sign_in: NewSignIn,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        self.writer().run(Start { user: user.clone(), sign_in, at }).await
    }

    /// Exchanges the refresh token `id` with secret `presented` for `next`.
    /// However many ask at the same time, one gets [`Rotation::Rotated`].
    pub async fn rotate_sign_in(
        &self,
        id: &SignInId,
        presented: &SecretHash,
        next: NewSignIn,
        at: Timestamp,
    ) -> Result<Rotation, StoreError> {
        self.writer().run(Rotate { id: id.clone(), presented: presented.clone(), next, at }).await
    }

    /// Signs out. [`StoreError::NotFound`] if there is no such sign-in, or it
    /// was exchanged or ended before.
    pub async fn end_sign_in(&self, id: &SignInId, at: Timestamp) -> Result<UserId, StoreError> {
        self.writer().run(End { id: id.clone(), at }).await
    }
}

struct Start {
    user: UserId,
    sign_in: NewSignIn,
    at: Timestamp,
}

impl Write for Start {
    type Output = ();

    async fn run(self, ledger: &mut Ledger<'_>) -> Result<(), StoreError> {
        let user = ledger.user(self.user.as_str()).await?.ok_or(StoreError::NotFound)?;
        if user.disabled {
            return Err(StoreError::NotFound);
        }
        // Tokens nobody can use any more need not be kept.
        sqlx::query("DELETE FROM sign_ins WHERE user_id = $1 AND expires_at <= $2")
            .bind(user.id.as_str())
            .bind(self.at.to_string())
            .execute(ledger.writing().await?)
            .await?;
        ledger.insert_sign_in(&user.id, &self.sign_in, self.at).await?;
        ledger.note(&user, "user.signed_in", &self.sign_in.id, self.at).await
    }
}

struct Rotate {
    id: SignInId,
    presented: SecretHash,
    next: NewSignIn,
    at: Timestamp,
}

#[derive(FromRow)]
struct SignIn {
    user_id: String,
    secret_hash: String,
    expires_at: String,
    replaced_by: Option<String>,
    ended_at: Option<String>,
}

impl Write for Rotate {
    type Output = Rotation;

    async fn run(self, ledger: &mut Ledger<'_>) -> Result<Rotation, StoreError> {
        let Some(found) = ledger.sign_in(&self.id).await? else { return Ok(Rotation::Refused) };
        let expired = found.expires_at <= self.at.to_string();
        if !self.presented.is(&found.secret_hash) || found.ended_at.is_some() || expired {
            return Ok(Rotation::Refused);
        }
        let Some(user) = ledger.user(&found.user_id).await?.filter(|it| !it.disabled) else {
            return Ok(Rotation::Refused);
        };
        if found.replaced_by.is_some() {
            ledger.end_all_sign_ins(&user.id, self.at).await?;
            ledger.note(&user, "user.token_reused", &self.id, self.at).await?;
            return Ok(Rotation::Reused(user.id));
        }
        ledger.insert_sign_in(&user.id, &self.next, self.at).await?;
        sqlx::query("UPDATE sign_ins SET replaced_by = $2 WHERE id = $1")
            .bind(self.id.as_str())
            .bind(self.next.id.as_str())
            .execute(ledger.writing().await?)
            .await?;
        ledger.note(&user, "user.sign_in_renewed", &self.next.id, self.at).await?;
        Ok(Rotation::Rotated(user))
    }
}

struct End {
    id: SignInId,
    at: Timestamp,
}

impl Write for End {
    type Output = UserId;

    async fn run(self, ledger: &mut Ledger<'_>) -> Result<UserId, StoreError> {
        let user: Option<String> = sqlx::query_scalar(
            "UPDATE sign_ins SET ended_at = $2 \
             WHERE id = $1 AND ended_at IS NULL AND replaced_by IS NULL RETURNING user_id",
        )
        .bind(self.id.as_str())
        .bind(self.at.to_string())
        .fetch_optional(ledger.writing().await?)
        .await?;
        let user = user.ok_or(StoreError::NotFound)?;
        let user = ledger.user(&user).await?.ok_or(StoreError::NotFound)?;
        ledger.note(&user, "user.signed_out", &self.id, self.at).await?;
        Ok(user.id)
    }
}

impl Ledger<'_> {
    async fn user(&mut self, id: &str) -> Result<Option<User>, StoreError> {
        let mut query = users::select_users();
        query.push("id = ").push_bind(id.to_owned());
        let row: Option<users::Columns> =
            query.build_query_as().fetch_optional(self.reading()).await?;
        row.map(users::Columns::read).transpose()
    }

    async fn sign_in(&mut self, id: &SignInId) -> Result<Option<SignIn>, StoreError> {
        let row = sqlx::query_as(
            "SELECT user_id, secret_hash, expires_at, replaced_by, ended_at \
             FROM sign_ins WHERE id = $1",
        );
        Ok(row.bind(id.as_str()).fetch_optional(self.reading()).await?)
    }

    async fn insert_sign_in(
        &mut self,
        user: &UserId,
        sign_in: &NewSignIn,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO sign_ins (id, user_id, secret_hash, created_at, expires_at) \
             VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(sign_in.id.as_str())
        .bind(user.as_str())
        .bind(sign_in.secret.as_str())
        .bind(at.to_string())
        .bind(sign_in.expires_at.to_string())
        .execute(self.writing().await?)
        .await?;
        Ok(())
    }

    /// Ends what is left of a user's sign-ins, the exchanged ones too: their
    /// copies shall not end the sign-ins that come after.
    pub(crate) async fn end_all_sign_ins(
        &mut self,
        user: &UserId,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query("UPDATE sign_ins SET ended_at = $2 WHERE user_id = $1 AND ended_at IS NULL")
            .bind(user.as_str())
            .bind(at.to_string())
            .execute(self.writing().await?)
            .await?;
        Ok(())
    }

    async fn note(
        &mut self,
        user: &User,
        name: &str,
        sign_in: &SignInId,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let by = Actor::person(user.id.clone(), user.role);
        let line = Line::new(at, &by, name, &json!({ "signIn": sign_in.as_str() }))?;
        self.add(&Stream::User(user.id.clone()).name(), line).await?;
        Ok(())
    }
}
