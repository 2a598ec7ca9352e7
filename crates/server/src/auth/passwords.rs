//! Passwords are hashed with Argon2id (RFC 9106), a few at a time: each hash
//! takes 19 MiB and tens of milliseconds of a core, which is what makes
//! guessing expensive and would make a flood of sign-ins a way to stop us.

use std::sync::Arc;

use anyhow::Context;
use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier, phc},
};
use housecall_store::PasswordHash;
use tokio::{sync::Semaphore, task::spawn_blocking};

/// How many passwords are hashed at a time.
const AT_ONCE: usize = 4;

/// The shortest password accepted (NIST SP 800-63B, section 3.1.1.2, with a
/// second factor or rate limits around it).
const SHORTEST: usize = 8;

/// The longest. Longer ones only keep the hash busy.
const LONGEST: usize = 256;

/// Hashes and checks passwords.
#[derive(Clone)]
pub(crate) struct Passwords {
    turns: Arc<Semaphore>,
    /// What a password is checked against when there is no such user, so that
    /// the time of the answer does not tell.
    nobody: PasswordHash,
}

impl Passwords {
    pub(crate) fn new() -> anyhow::Result<Self> {
        let nobody = hash("nobody's password")?;
        Ok(Self { turns: Arc::new(Semaphore::new(AT_ONCE)), nobody })
    }

    /// Why a password cannot be taken, if it cannot.
    pub(crate) fn objection(password: &str) -> Option<String> {
        let length = password.chars().count();
        if length < SHORTEST {
            return Some(format!("Use at least {SHORTEST} characters."));
        }
        (length > LONGEST).then(|| format!("Use at most {LONGEST} characters."))
    }

    pub(crate) async fn hash(&self, password: String) -> anyhow::Result<PasswordHash> {
        self.in_turn(move || hash(&password)).await?
    }

    /// Whether `password` is the one behind `known`. Takes as long when nobody
    /// is known.
    pub(crate) async fn check(
        &self,
        password: String,
        known: Option<PasswordHash>,
    ) -> anyhow::Result<bool> {
        let somebody = known.is_some();
        let known = known.unwrap_or_else(|| self.nobody.clone());
        let right = self.in_turn(move || verify(&password, &known)).await?;
        Ok(right && somebody)
    }

    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> anyhow::Result<T> {
        let _turn = self.turns.acquire().await.context("the semaphore is never closed")?;
        spawn_blocking(work).await.context("hashing a password panicked")
    }
}

fn hash(password: &str) -> anyhow::Result<PasswordHash> {
    let hash = Argon2::default().hash_password(password.as_bytes());
    Ok(PasswordHash::new(hash.context("hashing a password failed")?.to_string()))
}

fn verify(password: &str, known: &PasswordHash) -> bool {
    phc::PasswordHash::new(known.reveal())
        .is_ok_and(|known| Argon2::default().verify_password(password.as_bytes(), &known).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_right_password_opens() {
        let passwords = Passwords::new().expect("hashing works");
        let known = passwords.hash("correct horse".to_owned()).await.expect("hashing works");
        assert!(known.reveal().starts_with("$argon2id$"), "{}", known.reveal());
        let check = async |password: &str, known| {
            passwords.check(password.to_owned(), known).await.expect("checking works")
        };
        assert!(check("correct horse", Some(known.clone())).await);
        assert!(!check("battery staple", Some(known)).await);
        assert!(!check("nobody's password", None).await);
        assert!(!check("x", Some(PasswordHash::new("not a hash"))).await);
    }

    #[test]
    fn passwords_have_a_length() {
        assert!(Passwords::objection("short").is_some());
        assert!(Passwords::objection(&"x".repeat(257)).is_some());
        assert_eq!(Passwords::objection("eight888"), None);
    }
}
