//! Calls that really happen: decided by the rules, recorded by the store.

use std::time::Duration;

use housecall_core::{
    Actor, Command, Entry, Role, Room, RoomId, Rules, Timestamp, UserId,
    room::{Invitation, Media, OtherDevice, Purpose},
};
use housecall_store::{Store, StoreError};

/// `seconds` after the stories begin.
pub(crate) fn at(seconds: u64) -> Timestamp {
    let beginning: Timestamp = "2026-01-15T10:00:00Z".parse().expect("a moment");
    beginning.plus(Duration::from_secs(seconds))
}

pub(crate) fn user(name: &str) -> UserId {
    name.parse().expect("a user id")
}

pub(crate) fn room_id(name: &str) -> RoomId {
    name.parse().expect("a room id")
}

/// Doctors are providers; everybody else is a patient.
pub(crate) fn actor(name: &str) -> Actor {
    let role = if name.starts_with("doctor") { Role::Provider } else { Role::Patient };
    Actor::person(user(name), role)
}

pub(crate) fn invitation(callees: &[&str]) -> Invitation {
    Invitation::to(callees.iter().map(|it| user(it)).collect(), Purpose::Video)
}

pub(crate) fn join(device: &str) -> Command {
    let device = device.parse().expect("a device id");
    Command::Join { device, media: Media::ON, other: OtherDevice::Prevails }
}

pub(crate) fn leave(device: &str) -> Command {
    Command::Leave { device: Some(device.parse().expect("a device id")), reason: None }
}

pub(crate) fn camera(device: &str, on: bool) -> Command {
    let device = device.parse().expect("a device id");
    Command::ChangeMedia { device: Some(device), audio: None, video: Some(on), screen: None }
}

pub(crate) fn end(reason: &str) -> Command {
    Command::End { reason: Some(reason.to_owned().try_into().expect("a brief reason")) }
}

/// A room and the store that remembers it.
pub(crate) struct Call {
    pub(crate) store: Store,
    pub(crate) room: Room,
}

impl Call {
    /// A room in which nothing has happened yet.
    pub(crate) fn blank(store: &Store, id: &str) -> Self {
        Self { store: store.clone(), room: Room::new(room_id(id), Rules::default()) }
    }

    /// The doctor calls the patient, `seconds` into the story.
    pub(crate) async fn ringing(store: &Store, id: &str, seconds: u64) -> Self {
        let mut call = Self::blank(store, id);
        call.tell(seconds, "doctor", Command::Initiate(invitation(&["patient"]))).await;
        call
    }

    /// What would happen.
    pub(crate) fn decide(&self, seconds: u64, who: &str, command: Command) -> Vec<Entry> {
        self.room.decide(at(seconds), &actor(who), command).expect("the rules allow it")
    }

    /// Decide, record, evolve; the room stays as it is if the store says no.
    pub(crate) async fn try_tell(
        &mut self,
        seconds: u64,
        who: &str,
        command: Command,
    ) -> Result<(), StoreError> {
        let entries = self.decide(seconds, who, command);
        let after = self.after(&entries);
        self.store.append(&after, self.room.seq(), &entries).await?;
        self.room = after;
        Ok(())
    }

    pub(crate) async fn tell(&mut self, seconds: u64, who: &str, command: Command) {
        self.try_tell(seconds, who, command).await.expect("nobody else writes");
    }

    /// Time passes, and the house notices.
    pub(crate) async fn elapse(&mut self, seconds: u64) {
        let entries = self.room.decide(at(seconds), &Actor::House, Command::Elapse);
        let entries = entries.expect("time may pass");
        let after = self.after(&entries);
        self.store.append(&after, self.room.seq(), &entries).await.expect("nobody else writes");
        self.room = after;
    }

    /// The room once `entries` have happened.
    pub(crate) fn after(&self, entries: &[Entry]) -> Room {
        let mut room = self.room.clone();
        entries.iter().for_each(|entry| room.evolve(entry));
        room
    }

    /// The room as the journal tells it.
    pub(crate) async fn remembered(&self) -> Room {
        let entries = self.store.load(self.room.id()).await.expect("the store reads");
        let entries = entries.expect("the room is there");
        Room::fold(self.room.id().clone(), Rules::default(), &entries)
    }
}
