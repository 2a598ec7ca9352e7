//! The people we know.

use housecall_core::{Actor, Private, Role, Timestamp, UserId};
use serde_json::json;
use sqlx::{QueryBuilder, Sqlite};

use crate::{
    PasswordHash, Store, StoreError, Stream, journal::Line, ledger::Ledger, writer::Write,
};

/// Somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Who: the `sub` of their tokens.
    pub id: UserId,
    /// Where to write to, as they typed it.
    pub email: Option<Private<String>>,
    /// What to call them.
    pub name: Private<String>,
    /// What they are here.
    pub role: Role,
    /// What their password is compared with; absent if somebody else vouches
    /// for them.
    pub password: Option<PasswordHash>,
    /// Whether they are locked out.
    pub disabled: bool,
    /// Since when we know them.
    pub created_at: Timestamp,
    /// When their last connection ended, if one ever did.
    pub last_seen_at: Option<Timestamp>,
}

/// Somebody who registers.
#[derive(Debug, Clone)]
pub struct NewUser {
    /// Who.
    pub id: UserId,
    /// Where to write to. Taken if another user has it in any case.
    pub email: Option<Private<String>>,
    /// What to call them.
    pub name: Private<String>,
    /// What they are here.
    pub role: Role,
    /// Their password's hash.
    pub password: Option<PasswordHash>,
}

impl Store {
    /// Registers somebody. [`StoreError::Conflict`] if the id or the email is
    /// taken.
    pub async fn create_user(
        &self,
        user: NewUser,
        by: &Actor,
        at: Timestamp,
    ) -> Result<User, StoreError> {
        self.writer().run(Insert::new(user, "user.registered", by, at)?).await
    }

    /// The user of this id, who is registered now if a token we trust named
    /// them before we knew them.
    pub async fn ensure_user(
        &self,
        id: &UserId,
        name: &Private<String>,
        role: Role,
        at: Timestamp,
    ) -> Result<User, StoreError> {
        if let Some(user) = self.user(id).await? {
            return Ok(user);
        }
        let new = NewUser { id: id.clone(), email: None, name: name.clone(), role, password: None };
        let by = Actor::person(id.clone(), role);
        match self.writer().run(Insert::new(new, "user.introduced", &by, at)?).await {
            // Another of their requests was faster.
            Err(StoreError::Conflict) => self.user(id).await?.ok_or(StoreError::Conflict),
            answer => answer,
        }
    }

    /// The user of this id.
    pub async fn user(&self, id: &UserId) -> Result<Option<User>, StoreError> {
        let mut query = select_users();
        query.push("id = ").push_bind(id.as_str().to_owned());
        let row: Option<Columns> = query.build_query_as().fetch_optional(self.read()).await?;
        row.map(Columns::read).transpose()
    }

    /// The user of this email address, whatever its case.
    pub async fn user_by_email(&self, email: &str) -> Result<Option<User>, StoreError> {
        let mut query = select_users();
        query.push("email_key = ").push_bind(email_key(email));
        let row: Option<Columns> = query.build_query_as().fetch_optional(self.read()).await?;
        row.map(Columns::read).transpose()
    }

    /// At most `limit` users, by name, whose name or email contains `part` in
    /// any case. Who came by a guest link is not among them.
    pub async fn users(
        &self,
        part: Option<&str>,
        role: Option<Role>,
        limit: u32,
    ) -> Result<Vec<User>, StoreError> {
        let mut query = select_users();
        query.push("id NOT IN (SELECT user_id FROM guests)");
        if let Some(part) = part {
            query.push(" AND search LIKE ").push_bind(containing(part)).push(" ESCAPE '\\'");
        }
        if let Some(role) = role {
            query.push(" AND role = ").push_bind(role.as_str());
        }
        query.push(" ORDER BY search, id LIMIT ").push_bind(i64::from(limit));
        let rows: Vec<Columns> = query.build_query_as().fetch_all(self.read()).await?;
        rows.into_iter().map(Columns::read).collect()
    }

    /// Locks somebody out, which ends all their sign-ins, or lets them in
    /// again.
    pub async fn set_disabled(
        &self,
        id: &UserId,
        disabled: bool,
        by: &Actor,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let name = if disabled { "user.disabled" } else { "user.enabled" };
        let line = Line::new(at, by, name, &json!({}))?;
        self.writer().run(SetDisabled { id: id.clone(), disabled, at, line }).await
    }

    /// Somebody was here until now. That is no line of the journal: it says
    /// nothing that was decided.
    pub async fn note_last_seen(&self, id: &UserId, at: Timestamp) -> Result<(), StoreError> {
        self.writer().run(LastSeen { id: id.clone(), at }).await
    }
}

fn settled(user: NewUser, created_at: Timestamp) -> User {
    let NewUser { id, email, name, role, password } = user;
    let (disabled, last_seen_at) = (false, None);
    User { id, email, name, role, password, disabled, created_at, last_seen_at }
}

fn email_key(email: &str) -> String {
    email.trim().to_lowercase()
}

/// The pattern for any text with `part` in it, in lower case like the column.
pub(crate) fn containing(part: &str) -> String {
    let part = part.to_lowercase();
    let escaped = part.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    format!("%{escaped}%")
}

pub(crate) fn select_users() -> QueryBuilder<Sqlite> {
    QueryBuilder::new(
        "SELECT id, email, name, role, password_hash, disabled, created_at, last_seen_at \
         FROM users WHERE ",
    )
}

/// A row of `users` in the database's own types.
#[derive(sqlx::FromRow)]
pub(crate) struct Columns {
    id: String,
    email: Option<String>,
    name: String,
    role: String,
    password_hash: Option<String>,
    disabled: bool,
    created_at: String,
    last_seen_at: Option<String>,
}

impl Columns {
    pub(crate) fn read(self) -> Result<User, StoreError> {
        let unreadable = || StoreError::unreadable("a column of a user");
        let last_seen_at = self.last_seen_at.map(|it| it.parse());
        Ok(User {
            id: self.id.parse().map_err(|_| unreadable())?,
            email: self.email.map(Private::new),
            name: Private::new(self.name),
            role: Role::named(&self.role).ok_or_else(unreadable)?,
            password: self.password_hash.map(PasswordHash::new),
            disabled: self.disabled,
            created_at: self.created_at.parse().map_err(|_| unreadable())?,
            last_seen_at: last_seen_at.transpose().map_err(|_| unreadable())?,
        })
    }
}

/// Somebody becomes a user.
pub(crate) struct Insert {
    user: User,
    line: Line,
}

impl Insert {
    /// `name` is that of its line in the journal.
    pub(crate) fn new(
        user: NewUser,
        name: &str,
        by: &Actor,
        at: Timestamp,
    ) -> Result<Self, StoreError> {
        let line = Line::new(at, by, name, &json!({ "role": user.role }))?;
        Ok(Self { user: settled(user, at), line })
    }
}

impl Write for Insert {
    type Output = User;

    async fn run(self, ledger: &mut Ledger<'_>) -> Result<User, StoreError> {
        let user = self.user;
        let email = user.email.as_ref().map(|it| it.reveal().as_str());
        let search = format!("{}\n{}", user.name.reveal(), email.unwrap_or_default());
        sqlx::query(
            "INSERT INTO users (id, email, email_key, name, search, role, password_hash, \
             disabled, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        )
        .bind(user.id.as_str())
        .bind(email)
        .bind(email.map(email_key))
        .bind(user.name.reveal())
        .bind(search.to_lowercase())
        .bind(user.role.as_str())
        .bind(user.password.as_ref().map(PasswordHash::reveal))
        .bind(user.disabled)
        .bind(user.created_at.to_string())
        .execute(ledger.writing().await?)
        .await?;
        ledger.add(&Stream::User(user.id.clone()).name(), self.line).await?;
        Ok(user)
    }
}

struct SetDisabled {
    id: UserId,
    disabled: bool,
    at: Timestamp,
    line: Line,
}

impl Write for SetDisabled {
    type Output = ();

    async fn run(self, ledger: &mut Ledger<'_>) -> Result<(), StoreError> {
        let updated = sqlx::query("UPDATE users SET disabled = $2 WHERE id = $1")
            .bind(self.id.as_str())
            .bind(self.disabled)
            .execute(ledger.writing().await?)
            .await?;
        if updated.rows_affected() == 0 {
            return Err(StoreError::NotFound);
        }
        if self.disabled {
            ledger.end_all_sign_ins(&self.id, self.at).await?;
        }
        ledger.add(&Stream::User(self.id).name(), self.line).await?;
        Ok(())
    }
}

struct LastSeen {
    id: UserId,
    at: Timestamp,
}

impl Write for LastSeen {
    type Output = ();

    async fn run(self, ledger: &mut Ledger<'_>) -> Result<(), StoreError> {
        sqlx::query("UPDATE users SET last_seen_at = $2 WHERE id = $1")
            .bind(self.id.as_str())
            .bind(self.at.to_string())
            .execute(ledger.writing().await?)
            .await?;
        Ok(())
    }
}
