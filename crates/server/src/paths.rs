//! The ways media take, as the devices at their ends say: kept for those who are
//! asked why a call was bad.

use housecall_core::{Refusal, RoomId, UserId, room::Invitation};
use housecall_dialect::{PathReport, Problem, native::wire};
use housecall_store::PathKind;

use crate::{
    house::{House, unavailable},
    sessions::Session,
};

impl House {
    /// Takes down which way the media between this device and a peer take. Both
    /// are in the room.
    pub(crate) async fn note_path(
        &self,
        session: &Session,
        room: &RoomId,
        peer: UserId,
        report: PathReport,
    ) -> Result<(), Problem> {
        let live = self.rooms.find(room).ok_or(Refusal::NotAParticipant)?;
        let state = live.state();
        state.carries(&session.user, &session.device, &peer)?;
        let noted = housecall_store::PathReport {
            room: room.clone(),
            user: session.user.clone(),
            peer,
            at: self.now(),
            path: kind(report.path),
            peer_path: report.peer_path.map(kind),
            round_trip: report.round_trip.map(wire::RoundTrip::millis),
            loss: report.loss.map(wire::Loss::percent),
        };
        let place = state.invitation().and_then(Invitation::place);
        self.store.keep_path(noted, place).await.map_err(unavailable)
    }
}

fn kind(it: wire::PathKind) -> PathKind {
    match it {
        wire::PathKind::Direct => PathKind::Direct,
        wire::PathKind::Stun => PathKind::Stun,
        wire::PathKind::RelayUdp => PathKind::RelayUdp,
        wire::PathKind::RelayTcp => PathKind::RelayTcp,
        wire::PathKind::RelayTls => PathKind::RelayTls,
    }
}
