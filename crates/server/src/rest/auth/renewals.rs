//! Refresh tokens in cookies, and many who want the next at the same moment.
//!
//! A browser's tabs share its cookies, and each of their requests may be the
//! one that finds the access token expired. All of them then present the same
//! refresh token, which works once, and whoever comes second looks like a
//! thief. So for a moment they all get the same answer.

use std::{collections::HashMap, sync::Arc, time::Duration};

use anyhow::Context;
use housecall_core::Timestamp;
use housecall_store::{SignInId, User};
use parking_lot::Mutex;
use tokio::sync::OnceCell;

use super::super::error::ApiError;

/// How long the answer is given again. Longer helps who copied the cookie;
/// shorter signs out people whose tabs woke up together or whose page was
/// reloaded before it had the answer.
const MOMENT: Duration = Duration::from_secs(10);

/// What a refresh token was exchanged for.
#[derive(Clone)]
pub(crate) struct Renewed {
    pub(crate) user: User,
    pub(crate) refresh_token: String,
}

/// What was exchanged in the last moment. Clones share it.
#[derive(Clone, Default)]
pub(crate) struct Renewals(Arc<Mutex<HashMap<SignInId, Renewal>>>);

struct Renewal {
    begun: Timestamp,
    renewed: Arc<OnceCell<Renewed>>,
}

impl Renewals {
    /// Lets `renew` happen once for all who ask about the same sign-in. It goes
    /// on when the one who asked first is gone.
    pub(crate) async fn once(
        &self,
        sign_in: &SignInId,
        now: Timestamp,
        renew: impl Future<Output = Result<Renewed, ApiError>> + Send + 'static,
    ) -> Result<Renewed, ApiError> {
        let renewed = self.of(sign_in, now);
        let renewal = tokio::spawn(async move { renewed.get_or_try_init(|| renew).await.cloned() });
        renewal.await.context("renewing a sign-in panicked")?
    }

    fn of(&self, sign_in: &SignInId, now: Timestamp) -> Arc<OnceCell<Renewed>> {
        let mut recent = self.0.lock();
        recent.retain(|_, it| now < it.begun.plus(MOMENT));
        let new = || Renewal { begun: now, renewed: Arc::default() };
        recent.entry(sign_in.clone()).or_insert_with(new).renewed.clone()
    }
}
