//! What people missed while they were away.

use housecall_core::UserId;
use housecall_dialect::native::wire::MissedCall;
use housecall_store::StoreError;

use crate::house::House;

/// How many missed calls somebody is told of. Who missed more looks at the
/// latest first all the same.
const MOST_MISSED: u32 = 50;

impl House {
    /// The calls somebody has missed and not seen yet, the latest first.
    pub(crate) async fn missed(&self, user: &UserId) -> Result<Vec<MissedCall>, StoreError> {
        let mut missed = Vec::new();
        for call in self.store.missed_calls(user, MOST_MISSED).await? {
            self.directory.look_up(&self.store, vec![call.caller.clone()]).await?;
            missed.push(MissedCall {
                call_id: call.room,
                caller: self.directory.person(&call.caller),
                at: call.at,
                purpose: call.purpose,
            });
        }
        Ok(missed)
    }
}
