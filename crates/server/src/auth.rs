//! Who somebody is: passwords, tokens, sign-ins.

mod passwords;
mod secrets;
mod tokens;

pub(crate) use passwords::Passwords;
pub use secrets::Secrets;
pub(crate) use secrets::random_text;
pub(crate) use tokens::LONGEST_NAME;
pub use tokens::{Identity, TokenProblem, Tokens};
