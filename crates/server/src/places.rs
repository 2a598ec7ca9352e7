//! Places: what people meet in, whatever vocabulary they come by. Here is who
//! may see and change one.

use housecall_core::{Actor, AppointmentId};
use housecall_store::{Appointment, StoreError};
use uuid::Uuid;

use crate::house::House;

/// A new appointment's id: 122 random bits, so nobody guesses one.
pub(crate) fn new_appointment_id() -> AppointmentId {
    Uuid::new_v4().to_string().parse().expect("a UUID is an id")
}

impl House {
    /// An appointment, if `by` may see it: its two people may, and
    /// administrators.
    pub(crate) async fn appointment(
        &self,
        id: &AppointmentId,
        by: &Actor,
    ) -> Result<Option<Appointment>, StoreError> {
        let appointment = self.store.appointment(id).await?;
        let may_see =
            |it: &Appointment| by.is_admin() || by.user().is_some_and(|who| it.names(who));
        Ok(appointment.filter(may_see))
    }
}

/// Whether `by` may move and cancel an appointment: its provider may, and
/// administrators.
pub(crate) fn may_change(appointment: &Appointment, by: &Actor) -> bool {
    by.is_admin() || by.user() == Some(&appointment.provider)
}
