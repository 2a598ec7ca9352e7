//! Somebody in the words of every client we know. What other systems keep
//! about people and we do not is there and empty.

use housecall_core::{Private, Role, UserId};
use housecall_store::User;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{house::House, rest::error::ApiError};

/// Somebody, as others see them.
#[derive(Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UserView {
    #[schema(value_type = String)]
    id: UserId,
    /// The same as `id`.
    #[serde(rename = "_id")]
    #[schema(value_type = String)]
    id_again: UserId,
    /// Never empty. The next four are the same.
    #[schema(value_type = String)]
    name: Private<String>,
    #[schema(value_type = String)]
    display_name: Private<String>,
    #[schema(value_type = String)]
    nickname: Private<String>,
    #[schema(value_type = String)]
    full_name: Private<String>,
    #[schema(value_type = String)]
    username: Private<String>,
    profile: Profile,
    /// `patient`, `provider`, `admin` or `guest`.
    #[schema(value_type = String)]
    role: Role,
    /// `online` if a device of theirs is connected, else `offline`.
    status: &'static str,
    /// Always empty.
    status_message: &'static str,
    /// Always null.
    #[schema(value_type = Option<String>)]
    avatar_path: (),
    /// Always null.
    #[schema(value_type = Option<String>)]
    last_seen: (),
}

/// A name in two parts: the last word, and what is before it.
#[derive(Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Profile {
    #[schema(value_type = String)]
    first_name: Private<String>,
    /// Empty if the name is one word.
    #[schema(value_type = String)]
    last_name: Private<String>,
}

/// Somebody, as they see themselves.
#[derive(Clone, Serialize, ToSchema)]
pub(crate) struct Account {
    #[serde(flatten)]
    view: UserView,
    #[schema(value_type = Option<String>)]
    email: Option<Private<String>>,
}

/// Somebody, at the top and under `user`: clients look in both places.
#[derive(Serialize, ToSchema)]
pub(crate) struct Shown<T> {
    #[serde(flatten)]
    shown: T,
    user: T,
}

impl UserView {
    pub(crate) fn of(house: &House, user: &User) -> Self {
        let person = house.directory.remember(user);
        let online = house.sessions.is_online(&person.id);
        Self {
            id_again: person.id.clone(),
            id: person.id,
            profile: Profile::of(&person.name),
            display_name: person.name.clone(),
            nickname: person.name.clone(),
            full_name: person.name.clone(),
            username: person.name.clone(),
            name: person.name,
            role: person.role,
            status: if online { "online" } else { "offline" },
            status_message: "",
            avatar_path: (),
            last_seen: (),
        }
    }

    pub(super) fn all(house: &House, users: &[User]) -> Vec<Self> {
        users.iter().map(|user| Self::of(house, user)).collect()
    }
}

impl Profile {
    fn of(name: &Private<String>) -> Self {
        let name = name.reveal().trim();
        let (first, last) = name.rsplit_once(' ').unwrap_or((name, ""));
        let part = |it: &str| Private::new(it.trim().to_owned());
        Self { first_name: part(first), last_name: part(last) }
    }
}

impl Account {
    pub(crate) fn of(house: &House, user: &User) -> Self {
        Self { view: UserView::of(house, user), email: user.email.clone() }
    }
}

impl<T: Clone> Shown<T> {
    pub(super) fn new(shown: T) -> Self {
        Self { user: shown.clone(), shown }
    }
}

/// The account of somebody who is signed in.
pub(crate) async fn account(house: &House, user: &UserId) -> Result<Account, ApiError> {
    let user = house.store.user(user).await?;
    let user = user.ok_or_else(|| ApiError::not_found("You are not known here."))?;
    Ok(Account::of(house, &user))
}
