//! Making links, taking them back, and coming by them.

use housecall_core::{Actor, LinkId, Private, Role, RoomId, Timestamp, UserId, room::Part};
use serde_json::json;

use super::{Closed, Columns, GuestLink, select_one};
use crate::{
    NewUser, Store, StoreError, Stream, User,
    journal::{Line, signed},
    ledger::Ledger,
    users,
    writer::Write,
};

/// A link to make.
#[derive(Debug, Clone)]
pub struct NewGuestLink {
    /// Which; random.
    pub id: LinkId,
    /// Where it leads.
    pub place: RoomId,
    /// What those who come by it are there for.
    pub part: Part,
    /// Whether more than one may come by it.
    pub reusable: bool,
    /// From when on nobody comes by it.
    pub expires_at: Timestamp,
}

/// What came of following a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Coming {
    /// They are a user now, of role guest, and the link was used once more.
    Came(User),
    /// Nobody comes by it.
    Closed(Closed),
}

impl Store {
    /// Makes a link. [`StoreError::Conflict`] if the id is taken.
    pub async fn create_guest_link(
        &self,
        new: NewGuestLink,
        by: &Actor,
        at: Timestamp,
    ) -> Result<GuestLink, StoreError> {
        let NewGuestLink { id, place, part, reusable, expires_at } = new;
        let body = json!({
            "place": place, "part": part, "reusable": reusable, "expiresAt": expires_at,
        });
        let line = Line::new(at, by, "guest_link.made", &body)?;
        let link = GuestLink {
            id,
            place,
            part,
            reusable,
            created_by: by.user().cloned(),
            created_at: at,
            expires_at,
            revoked_at: None,
            suspended_for: None,
            uses: 0,
        };
        self.writer().run(Insert { link, line }).await
    }

    /// Takes a link back; nothing happens if that was done before. Who came by
    /// it remains a user.
    pub async fn revoke_guest_link(
        &self,
        id: &LinkId,
        by: &Actor,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let line = Line::new(at, by, "guest_link.revoked", &json!({}))?;
        self.writer().run(Revoke { id: id.clone(), at, line }).await
    }

    /// Somebody of this name follows a link and becomes `user`. However many
    /// follow a link for one at the same time, one gets [`Coming::Came`].
    pub async fn come_by_link(
        &self,
        id: &LinkId,
        user: UserId,
        name: Private<String>,
        at: Timestamp,
    ) -> Result<Coming, StoreError> {
        self.writer().run(Come { id: id.clone(), user, name, at }).await
    }
}

struct Insert {
    link: GuestLink,
    line: Line,
}

impl Write for Insert {
    type Output = GuestLink;

    async fn run(self, ledger: &mut Ledger<'_>) -> Result<GuestLink, StoreError> {
        let it = self.link;
        sqlx::query(
            "INSERT INTO guest_links (id, place, part, reusable, created_by, created_at, \
             expires_at, uses) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(it.id.as_str())
        .bind(it.place.as_str())
        .bind(it.part.as_str())
        .bind(it.reusable)
        .bind(it.created_by.as_ref().map(UserId::as_str))
        .bind(it.created_at.to_string())
        .bind(it.expires_at.to_string())
        .bind(signed(it.uses))
        .execute(ledger.writing().await?)
        .await?;
        ledger.add(&Stream::GuestLink(it.id.clone()).name(), self.line).await?;
        Ok(it)
    }
}

struct Revoke {
    id: LinkId,
    at: Timestamp,
    line: Line,
}

impl Write for Revoke {
    type Output = ();

    async fn run(self, ledger: &mut Ledger<'_>) -> Result<(), StoreError> {
        let link = ledger.guest_link(&self.id).await?;
        if link.revoked_at.is_some() {
            return Ok(());
        }
        sqlx::query("UPDATE guest_links SET revoked_at = $2 WHERE id = $1")
            .bind(self.id.as_str())
            .bind(self.at.to_string())
            .execute(ledger.writing().await?)
            .await?;
        ledger.add(&Stream::GuestLink(self.id).name(), self.line).await?;
        Ok(())
    }
}

struct Come {
    id: LinkId,
    user: UserId,
    name: Private<String>,
    at: Timestamp,
}

impl Write for Come {
    type Output = Coming;

    async fn run(self, ledger: &mut Ledger<'_>) -> Result<Coming, StoreError> {
        let Come { id, user, name, at } = self;
        let link = ledger.guest_link(&id).await?;
        if let Some(closed) = link.closed(at) {
            return Ok(Coming::Closed(closed));
        }
        let by = Actor::person(user.clone(), Role::Guest);
        let new = NewUser { id: user, email: None, name, role: Role::Guest, password: None };
        let user = users::Insert::new(new, "user.came_by_link", &by, at)?.run(ledger).await?;
        sqlx::query("UPDATE guest_links SET uses = uses + 1 WHERE id = $1")
            .bind(id.as_str())
            .execute(ledger.writing().await?)
            .await?;
        ledger.insert_guest(&user, &link, at).await?;
        let line = Line::new(at, &by, "guest_link.used", &json!({}))?;
        ledger.add(&Stream::GuestLink(id).name(), line).await?;
        Ok(Coming::Came(user))
    }
}

impl Ledger<'_> {
    async fn guest_link(&mut self, id: &LinkId) -> Result<GuestLink, StoreError> {
        let row: Option<Columns> =
            select_one(id).build_query_as().fetch_optional(self.reading()).await?;
        row.ok_or(StoreError::NotFound)?.read()
    }

    async fn insert_guest(
        &mut self,
        user: &User,
        link: &GuestLink,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO guests (user_id, link_id, place, part, came_at) \
             VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(user.id.as_str())
        .bind(link.id.as_str())
        .bind(link.place.as_str())
        .bind(link.part.as_str())
        .bind(at.to_string())
        .execute(self.writing().await?)
        .await?;
        Ok(())
    }
}
