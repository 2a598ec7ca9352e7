//! Who somebody is: passwords, tokens, sign-ins.

mod calendar;
mod grants;
mod links;
mod passwords;
mod secrets;
mod tickets;
mod tokens;

pub(crate) use grants::{Grant, GrantProblem, Grants, Purpose};
pub(crate) use links::Links;
pub(crate) use passwords::Passwords;
pub use secrets::Secrets;
pub(crate) use secrets::{
    check as check_secret, given_master_keys, master_keys, random_text, turn_secret,
};
pub(crate) use tickets::Tickets;
pub use tokens::{Identity, TokenProblem, Tokens};
pub(crate) use tokens::{LONGEST_NAME, Refresh};
