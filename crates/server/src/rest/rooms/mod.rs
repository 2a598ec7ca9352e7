//! What is written in rooms: to be read again by a room's own id, or all together
//! by the id of the appointment or meeting it was written at.

pub(super) mod files;
mod kind;
pub(super) mod messages;
pub(super) mod paths;

use std::sync::Arc;

use housecall_core::{Refusal, Room, RoomId, room::MessageKey};
use housecall_store::WrittenMessage;

use super::{caller::Caller, error::ApiError};
use crate::house::{Asked, House};

/// What the caller may read from under this name, as the store knows it: who has
/// been there may, and who may come has nothing to read yet. Who waits at the door
/// of the room that is open may not, nor who was put out of it.
async fn read_from(house: &House, caller: &Caller, id: &str) -> Result<RoomId, ApiError> {
    let name: RoomId = id.parse().map_err(|_| Refusal::NotAParticipant)?;
    if let Some(live) = house.rooms.named(&name) {
        let room = live.state();
        if room.participant(&caller.user).is_some() {
            house.look(room.id(), &caller.actor()).await?;
        }
    }
    match house.store.has_been_in(&name, &caller.user).await? {
        true => Ok(name),
        false => Ok(house.find(id, &caller.actor()).await?.name),
    }
}

/// The open room of this name, for somebody who wants to write there.
async fn write_to(house: &House, caller: &Caller, id: &str) -> Result<Arc<Room>, ApiError> {
    let found = house.find(id, &caller.actor()).await?;
    match found.spot.open_room() {
        Some(room) => Ok(house.look(room.id(), &caller.actor()).await?),
        None if found.spot.is_over() => Err(Refusal::Over.into()),
        None => Err(Refusal::NotInRoom.into()),
    }
}

/// What the caller said just now, or the first time they said this key.
async fn what_was_said(
    house: &House,
    caller: &Caller,
    asked: &Asked,
    key: Option<&MessageKey>,
) -> Result<WrittenMessage, ApiError> {
    let room = asked.room.id();
    let message = match key {
        Some(key) => house.store.message_of_key(room, &caller.user, key).await?,
        None => {
            let entries = house.store.entries_after(room, asked.room.seq() - 1).await?;
            entries.into_iter().next().and_then(|it| WrittenMessage::of(room, it))
        }
    };
    message.ok_or_else(|| anyhow::anyhow!("what was said is not in the journal").into())
}
