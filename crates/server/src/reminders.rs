//! What people are told of their appointments, wherever they are: that one was
//! booked, moved or cancelled, and that one is near.

use std::time::Duration;

use housecall_core::{Actor, Timestamp};
use housecall_dialect::{
    News,
    native::wire::{Visit, VisitChange},
};
use housecall_store::{Appointment, AppointmentStatus, StoreError};

use crate::house::House;

/// How often to look whose appointment is near: nobody minds a reminder that
/// comes so much later.
const PERIOD: Duration = Duration::from_secs(15);

/// How long after its start people are still reminded of an appointment, if
/// nothing could be told before: a restart takes less.
const LATE: Duration = Duration::from_secs(5 * 60);

/// Reminds people of their appointments for ever.
pub(crate) async fn keep(house: House) {
    loop {
        let now = house.now();
        if let Err(error) = house.remind(now).await {
            tracing::warn!(%error, "Nobody could be reminded of their appointments");
        }
        house.clock.until(now.plus(PERIOD)).await;
    }
}

impl House {
    /// Has the names of the two people of an appointment at hand.
    pub(crate) async fn know_people_of(&self, it: &Appointment) -> Result<(), StoreError> {
        for user in [&it.patient, &it.provider] {
            self.directory.look_up(&self.store, vec![user.clone()]).await?;
        }
        Ok(())
    }

    /// Tells the two people of an appointment what was decided about it.
    pub(crate) async fn tell_visit(&self, change: VisitChange, it: &Appointment) {
        if let Err(error) = self.know_people_of(it).await {
            tracing::warn!(appointment = %it.id, %error, "Somebody is told of by their id");
        }
        let visit = Visit {
            id: it.id.clone(),
            patient: self.directory.person(&it.patient),
            provider: self.directory.person(&it.provider),
            starts_at: it.starts_at,
            duration_minutes: it.duration_minutes,
            status: it.status.as_str(),
        };
        for user in [&it.patient, &it.provider] {
            self.tell(user, &News::Visit { change, visit: &visit });
        }
    }

    /// Cancels an appointment and tells its people, unless it was so already.
    pub(crate) async fn cancel_visit(
        &self,
        before: &Appointment,
        by: &Actor,
    ) -> Result<Appointment, StoreError> {
        let after = self.store.cancel_appointment(&before.id, by, self.now()).await?;
        if before.status != AppointmentStatus::Cancelled {
            self.tell_visit(VisitChange::Cancelled, &after).await;
        }
        Ok(after)
    }

    /// Tells people whose appointment is near. That it was told is kept first:
    /// nobody is reminded twice, whatever happens to this process.
    async fn remind(&self, now: Timestamp) -> Result<(), StoreError> {
        let soon = now.plus(self.config.calls.early());
        for it in self.store.appointments_to_remind(before(now, LATE), soon).await? {
            if self.store.note_reminder(&it, now).await? {
                self.tell_visit(VisitChange::Reminder, &it).await;
            }
        }
        Ok(())
    }
}

fn before(now: Timestamp, span: Duration) -> Timestamp {
    let span = i64::try_from(span.as_millis()).unwrap_or(i64::MAX);
    Timestamp::from_millis(now.as_millis().saturating_sub(span))
}
