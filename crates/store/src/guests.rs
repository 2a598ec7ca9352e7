//! Guest links, and who came by them: people without an account, who may come to
//! one place and go nowhere else.

mod changes;

use housecall_core::{LinkId, RoomId, Timestamp, UserId, room::Part};
use sqlx::{QueryBuilder, Sqlite};

pub use self::changes::{Coming, NewGuestLink};
use crate::{Store, StoreError, journal::unsigned};

/// How many people come by a reusable link at most. Each is a user for good, so
/// a link that got about must not make any number of them.
const MOST_USES: u64 = 1000;

/// A link by which people without an account come to a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GuestLink {
    /// Which.
    pub id: LinkId,
    /// The appointment, meeting or call it leads to.
    pub place: RoomId,
    /// What those who come by it are there for.
    pub part: Part,
    /// Whether more than one may come by it.
    pub reusable: bool,
    /// Who made it, unless the house did.
    pub created_by: Option<UserId>,
    /// When it was made.
    pub created_at: Timestamp,
    /// From when on nobody comes by it.
    pub expires_at: Timestamp,
    /// When it was taken back.
    pub revoked_at: Option<Timestamp>,
    /// A guest who came by it and was removed: until a host lets them in again,
    /// nobody comes by it.
    pub suspended_for: Option<UserId>,
    /// How many came by it.
    pub uses: u64,
}

/// Why nobody comes by a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closed {
    /// It was taken back.
    Revoked,
    /// Somebody who came by it was removed.
    Suspended,
    /// Its time is over.
    Expired,
    /// As many came by it as may.
    Used,
}

impl GuestLink {
    /// Why nobody comes by it at `now`, if that is so.
    pub fn closed(&self, now: Timestamp) -> Option<Closed> {
        let most = if self.reusable { MOST_USES } else { 1 };
        if self.revoked_at.is_some() {
            Some(Closed::Revoked)
        } else if self.suspended_for.is_some() {
            Some(Closed::Suspended)
        } else if self.expires_at <= now {
            Some(Closed::Expired)
        } else {
            (self.uses >= most).then_some(Closed::Used)
        }
    }
}

/// Somebody who came by a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guest {
    /// Who: a user like others, of role guest.
    pub user: UserId,
    /// By which link.
    pub link: LinkId,
    /// Where they may come.
    pub place: RoomId,
    /// What they are there for.
    pub part: Part,
}

impl Store {
    /// The link of this id.
    pub async fn guest_link(&self, id: &LinkId) -> Result<Option<GuestLink>, StoreError> {
        let row: Option<Columns> =
            select_one(id).build_query_as().fetch_optional(self.read()).await?;
        row.map(Columns::read).transpose()
    }

    /// All links that lead to a place, newest first.
    pub async fn guest_links(&self, place: &RoomId) -> Result<Vec<GuestLink>, StoreError> {
        let mut query = select_links();
        query.push("place = ").push_bind(place.as_str().to_owned());
        query.push(" ORDER BY created_at DESC, id DESC");
        let rows: Vec<Columns> = query.build_query_as().fetch_all(self.read()).await?;
        rows.into_iter().map(Columns::read).collect()
    }

    /// By which link somebody came, and where to, if they are a guest.
    pub async fn guest(&self, user: &UserId) -> Result<Option<Guest>, StoreError> {
        let row: Option<(String, String, String)> =
            sqlx::query_as("SELECT link_id, place, part FROM guests WHERE user_id = $1")
                .bind(user.as_str())
                .fetch_optional(self.read())
                .await?;
        let read = |(link, place, part): (String, String, String)| {
            let (link, place) = (parse(link)?, parse(place)?);
            Ok(Guest { user: user.clone(), link, place, part: known(Part::named(&part))? })
        };
        row.map(read).transpose()
    }
}

fn select_links() -> QueryBuilder<Sqlite> {
    QueryBuilder::new(
        "SELECT id, place, part, reusable, created_by, created_at, expires_at, revoked_at, \
         suspended_for, uses FROM guest_links WHERE ",
    )
}

fn select_one(id: &LinkId) -> QueryBuilder<Sqlite> {
    let mut query = select_links();
    query.push("id = ").push_bind(id.as_str().to_owned());
    query
}

/// A row of `guest_links` in the database's own types.
#[derive(sqlx::FromRow)]
struct Columns {
    id: String,
    place: String,
    part: String,
    reusable: bool,
    created_by: Option<String>,
    created_at: String,
    expires_at: String,
    revoked_at: Option<String>,
    suspended_for: Option<String>,
    uses: i64,
}

impl Columns {
    fn read(self) -> Result<GuestLink, StoreError> {
        Ok(GuestLink {
            id: parse(self.id)?,
            place: parse(self.place)?,
            part: known(Part::named(&self.part))?,
            reusable: self.reusable,
            created_by: self.created_by.map(parse).transpose()?,
            created_at: parse(self.created_at)?,
            expires_at: parse(self.expires_at)?,
            revoked_at: self.revoked_at.map(parse).transpose()?,
            suspended_for: self.suspended_for.map(parse).transpose()?,
            uses: unsigned(self.uses),
        })
    }
}

fn parse<T: std::str::FromStr>(text: String) -> Result<T, StoreError> {
    known(text.parse().ok())
}

fn known<T>(value: Option<T>) -> Result<T, StoreError> {
    value.ok_or_else(|| StoreError::unreadable("a column of a guest link"))
}
