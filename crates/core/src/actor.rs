//! Who asks.

use serde::{Deserialize, Serialize};

use crate::UserId;

/// What somebody is in the organisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Comes to be seen.
    Patient,
    /// Sees patients.
    Provider,
    /// Runs the place.
    Admin,
    /// Came by a link.
    Guest,
}

impl Role {
    /// All roles, for lists and error messages.
    pub const ALL: [Role; 4] = [Role::Patient, Role::Provider, Role::Admin, Role::Guest];

    /// The role as it stands in tokens and the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Patient => "patient",
            Role::Provider => "provider",
            Role::Admin => "admin",
            Role::Guest => "guest",
        }
    }

    /// Reads our own names and those of the systems we speak to, in any case.
    /// `None` for a word nobody uses.
    pub fn named(word: &str) -> Option<Self> {
        match word.to_ascii_lowercase().as_str() {
            "patient" => Some(Role::Patient),
            "provider" | "physician" | "professional" | "doctor" | "health_professional" => {
                Some(Role::Provider)
            }
            "admin" | "superadmin" | "hospital_admin" => Some(Role::Admin),
            "guest" => Some(Role::Guest),
            _ => None,
        }
    }
}

/// Some of the roles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Roles(u8);

impl Roles {
    /// Nobody.
    pub const NONE: Roles = Roles(0);

    /// These and one more.
    pub const fn with(self, role: Role) -> Self {
        Self(self.0 | (1 << role as u8))
    }

    /// Whether `role` is among them.
    pub fn contain(self, role: Role) -> bool {
        self.0 == self.with(role).0
    }
}

/// Who a decision is made for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Actor {
    /// A person, as their verified token describes them.
    Person {
        /// Who.
        user: UserId,
        /// In which capacity.
        role: Role,
    },
    /// Housecall itself: a deadline passed, a server restarted.
    House,
}

impl Actor {
    /// A person with a role.
    pub fn person(user: UserId, role: Role) -> Self {
        Actor::Person { user, role }
    }

    /// The person, when it is one.
    pub fn user(&self) -> Option<&UserId> {
        match self {
            Actor::Person { user, .. } => Some(user),
            Actor::House => None,
        }
    }

    /// Whether this actor runs the place.
    pub fn is_admin(&self) -> bool {
        matches!(self, Actor::Person { role: Role::Admin, .. })
    }
}
