//! A room: where people meet, as a state machine without wires.
//!
//! [`Room::decide`] answers what would happen, [`Room::evolve`] lets it
//! happen, [`Room::next_deadline`] says when time itself will ask next.

mod command;
mod consent;
mod decide;
mod door;
mod event;
#[cfg(test)]
mod explore;
#[cfg(test)]
mod laws;
mod message;
mod stage;
mod take;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

pub use command::{Command, OtherDevice, Refusal, Rules};
pub use consent::{
    Consent, ConsentMethod, Covered, Newcomers, NotAWording, Recording, RecordingRequest, Wording,
};
pub use door::{DeviceCheck, Door, Part, Verdict};
pub use event::{
    Departure, Entry, Event, Invitation, Kind, Media, Outcome, Purpose, Reason, TooLong,
};
pub use message::{Attachment, Message, MessageKey, NotAKey, NotAMessage};
pub use stage::{Stage, StageName};
pub use take::{Air, Take};

use crate::{DeviceId, RoomId, Timestamp, UserId};

/// How far a call has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Phase {
    /// No event yet.
    Blank,
    /// It will ring later.
    Scheduled {
        /// When.
        at: Timestamp,
    },
    /// It rings and nobody has answered.
    Ringing,
    /// Somebody answered, or it is a place and somebody came.
    Active,
    /// It is over, and stays over.
    Over {
        /// When.
        at: Timestamp,
        /// How it came out.
        outcome: Outcome,
        /// Who ended it, unless time did.
        by: Option<UserId>,
        /// Why, if somebody said.
        reason: Option<Reason>,
        /// Whether somebody ended it for all.
        closed: bool,
    },
}

/// A person in a room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Participant {
    /// Where they stand.
    pub stage: Stage,
    /// What they send; what they sent last once they have gone.
    pub media: Media,
    /// When the call named them.
    pub invited_at: Timestamp,
    /// When they first came in.
    pub joined_at: Option<Timestamp>,
    /// When they last went.
    pub left_at: Option<Timestamp>,
    /// The sequence number of their latest [`Event::Joined`]: peers that hold a
    /// connection to an earlier one have to build a new one.
    pub incarnation: u64,
    /// How often a lost connection came back.
    pub resumed: u32,
    /// Their consent to being recorded, while it lasts.
    pub consent: Option<Consent>,
    /// They said no to the request that stands, or to the recording that runs.
    pub declined: bool,
    /// A host let them in: the door keeps them no longer.
    pub admitted: bool,
    /// A host put them out, and none has let them in since.
    pub removed: bool,
    /// What they are there for, if they have no account.
    pub part: Option<Part>,
    /// Since when their hand is up.
    pub hand_since: Option<Timestamp>,
    /// They came as far as the door, and nobody has let them in since.
    kept_out: bool,
    /// Only the recording keeps them at the door.
    awaits_consent: bool,
    /// What their client called the latest messages it wrote.
    said: VecDeque<MessageKey>,
}

/// How many keys of messages are remembered of each person: a client repeats
/// what was not acknowledged, which is never much.
const KEYS_REMEMBERED: usize = 64;

impl Participant {
    fn new(stage: Stage, invited_at: Timestamp) -> Self {
        Self {
            stage,
            media: Media::OFF,
            invited_at,
            joined_at: None,
            left_at: None,
            incarnation: 0,
            resumed: 0,
            consent: None,
            declined: false,
            admitted: false,
            removed: false,
            part: None,
            hand_since: None,
            kept_out: false,
            awaits_consent: false,
            said: VecDeque::new(),
        }
    }

    /// The device that stands for them in the room.
    pub fn device(&self) -> Option<&DeviceId> {
        self.stage.device().filter(|_| self.stage.is_in_room())
    }

    /// Whether they agreed to as much being recorded.
    pub fn agrees_to(&self, covers: Covered) -> bool {
        self.consent.as_ref().is_some_and(|it| it.covers.holds(covers))
    }

    fn remember(&mut self, key: Option<&MessageKey>) {
        let Some(key) = key else { return };
        if self.said.len() == KEYS_REMEMBERED {
            self.said.pop_front();
        }
        self.said.push_back(key.clone());
    }

    fn goes(&mut self, departure: Departure, at: Timestamp) {
        if matches!(departure, Departure::Removed | Departure::TurnedAway) {
            (self.admitted, self.kept_out) = (false, true);
        }
        self.removed |= departure == Departure::Removed;
        self.stage = Stage::Left(departure);
        self.awaits_consent = false;
        self.hand_since = None;
        self.left_at = Some(at);
    }
}

/// The state of a room, folded from its entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Room {
    id: RoomId,
    rules: Rules,
    seq: u64,
    phase: Phase,
    created_at: Timestamp,
    started_at: Option<Timestamp>,
    ring_until: Option<Timestamp>,
    alone_since: Option<Timestamp>,
    /// When to remind people of a planned call, until that was done.
    remind_at: Option<Timestamp>,
    caller: Option<UserId>,
    invitation: Option<Invitation>,
    participants: BTreeMap<UserId, Participant>,
    request: Option<RecordingRequest>,
    recording: Option<Recording>,
    begun: bool,
    door: Door,
    locked: bool,
    hosts: BTreeSet<UserId>,
}

impl Room {
    /// A room in which nothing has happened.
    pub fn new(id: RoomId, rules: Rules) -> Self {
        Self {
            id,
            rules,
            seq: 0,
            phase: Phase::Blank,
            created_at: Timestamp::from_millis(0),
            started_at: None,
            ring_until: None,
            alone_since: None,
            remind_at: None,
            caller: None,
            invitation: None,
            participants: BTreeMap::new(),
            request: None,
            recording: None,
            begun: false,
            door: Door::default(),
            locked: false,
            hosts: BTreeSet::new(),
        }
    }

    /// The room that these entries make.
    pub fn fold<'a>(
        id: RoomId,
        rules: Rules,
        entries: impl IntoIterator<Item = &'a Entry>,
    ) -> Self {
        let mut room = Self::new(id, rules);
        for entry in entries {
            room.evolve(entry);
        }
        room
    }

    /// Which room this is.
    pub fn id(&self) -> &RoomId {
        &self.id
    }

    /// The figures it goes by.
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// The number of the latest entry; 0 before the first.
    pub fn seq(&self) -> u64 {
        self.seq
    }

    /// How far it has come.
    pub fn phase(&self) -> &Phase {
        &self.phase
    }

    /// Whether it is over.
    pub fn is_over(&self) -> bool {
        matches!(self.phase, Phase::Over { .. })
    }

    /// When the first entry was made.
    pub fn created_at(&self) -> Timestamp {
        self.created_at
    }

    /// When the first answer came: durations count from here.
    pub fn started_at(&self) -> Option<Timestamp> {
        self.started_at
    }

    /// Until when it rings, once it has rung.
    pub fn ring_until(&self) -> Option<Timestamp> {
        self.ring_until
    }

    /// Who called, or came first.
    pub fn caller(&self) -> Option<&UserId> {
        self.caller.as_ref()
    }

    /// What was asked for.
    pub fn invitation(&self) -> Option<&Invitation> {
        self.invitation.as_ref()
    }

    /// What kind of room it is.
    pub fn kind(&self) -> Kind {
        self.invitation.as_ref().map_or(Kind::Call, |it| it.kind)
    }

    /// Whether a host has said that the visit begins.
    pub fn has_begun(&self) -> bool {
        self.begun
    }

    /// Who waits until a host lets them in.
    pub fn door(&self) -> Door {
        self.door
    }

    /// Whether nobody comes in but hosts.
    pub fn is_locked(&self) -> bool {
        self.locked
    }

    /// Whether somebody decides for all: a host, and whoever made a call.
    pub fn is_host(&self, user: &UserId) -> bool {
        let calls = !self.kind().is_place() && self.caller.as_ref() == Some(user);
        calls || self.hosts.contains(user)
    }

    /// Everybody who decides for all, in the order of their ids; but for whoever
    /// made a call.
    pub fn hosts(&self) -> impl Iterator<Item = &UserId> {
        self.hosts.iter()
    }

    /// Everybody at the door, connected or not, in the order of their ids.
    pub fn people_waiting(&self) -> impl Iterator<Item = (&UserId, &Participant)> {
        self.participants.iter().filter(|(_, it)| it.stage.is_waiting())
    }

    /// Whether `user` hears all that goes on: whom the room is meant for, who opened
    /// it, and who has been in it. Those who wait, those who went away from the door, and those
    /// who were removed, hear only what concerns themselves.
    pub fn hears_all(&self, user: &UserId) -> bool {
        let meant = self.is_host(user)
            || self.caller.as_ref() == Some(user)
            || self.invitation.as_ref().is_some_and(|it| it.callees.contains(user));
        let hears = |it: &Participant| !it.removed && !it.kept_out && !it.stage.is_waiting();
        self.participant(user).is_some_and(|it| hears(it) && (meant || it.joined_at.is_some()))
    }

    /// The request to record that stands, if one does.
    pub fn request(&self) -> Option<&RecordingRequest> {
        self.request.as_ref()
    }

    /// What everybody is to agree to: what is recorded, or asked for.
    pub fn asked_of_all(&self) -> Option<Covered> {
        let running = self.recording.as_ref().map(|it| it.covers);
        running.or(self.request.as_ref().map(|it| it.covers))
    }

    /// The recording that runs, if one does.
    pub fn recording(&self) -> Option<&Recording> {
        self.recording.as_ref()
    }

    /// Whether it is recorded at this moment.
    pub fn is_on_air(&self) -> bool {
        self.recording.as_ref().is_some_and(|it| !it.paused)
    }

    /// Everybody who is in, connected or not, in the order of their ids.
    pub fn people_inside(&self) -> impl Iterator<Item = (&UserId, &Participant)> {
        self.participants.iter().filter(|(_, it)| it.stage.is_in_room())
    }

    /// Everybody the call ever named, in the order of their ids.
    pub fn participants(&self) -> impl ExactSizeIterator<Item = (&UserId, &Participant)> {
        self.participants.iter()
    }

    /// One of them.
    pub fn participant(&self, user: &UserId) -> Option<&Participant> {
        self.participants.get(user)
    }

    /// When [`Command::Elapse`] has something to do, if ever.
    pub fn next_deadline(&self) -> Option<Timestamp> {
        match self.phase {
            Phase::Blank | Phase::Over { .. } => None,
            Phase::Scheduled { .. } | Phase::Ringing | Phase::Active => {
                let alone = self.alone_since.map(|since| since.plus(self.rules.alone));
                let rings = self.phase == Phase::Ringing || self.anybody_rings();
                let ring = self.ring_until.filter(|_| rings);
                let planned = self.rings_at().into_iter().chain(self.reminds_at());
                self.stage_deadlines().chain(alone).chain(ring).chain(planned).min()
            }
        }
    }

    /// When a scheduled call rings. One that began early still rings those who
    /// have not come by then.
    fn rings_at(&self) -> Option<Timestamp> {
        let invitation = self.invitation.as_ref()?;
        let absent =
            |it: &UserId| self.participant(it).is_some_and(|it| it.stage == Stage::Invited);
        match self.phase {
            Phase::Scheduled { at } => Some(at),
            Phase::Active if !invitation.kind.is_place() && self.ring_until.is_none() => {
                invitation.scheduled_at.filter(|_| invitation.callees.iter().any(absent))
            }
            _ => None,
        }
    }

    /// When to remind people of a scheduled call that has not begun.
    fn reminds_at(&self) -> Option<Timestamp> {
        self.remind_at.filter(|_| matches!(self.phase, Phase::Scheduled { .. }))
    }

    /// Whether `from`, on `device`, may send a signal to `to`. Signals change
    /// nothing, so they are asked about and never recorded.
    pub fn carries(&self, from: &UserId, device: &DeviceId, to: &UserId) -> Result<(), Refusal> {
        self.is_in_with(from, device)?;
        match self.participant(to) {
            Some(peer) if to != from && peer.stage.is_in_room() => Ok(()),
            _ => Err(Refusal::PeerNotInRoom),
        }
    }

    /// Lets an entry happen. Cannot fail: entries are facts.
    pub fn evolve(&mut self, entry: &Entry) {
        self.seq = entry.seq;
        let at = entry.at;
        match &entry.event {
            Event::Initiated { caller, invitation } => self.begin(at, caller, invitation),
            Event::Rang { until } => self.start_ringing(*until),
            Event::Rescheduled { at: later } => self.plan(at, *later),
            Event::Reminded => self.remind_at = None,
            Event::Answered { user, device, until } => {
                self.phase = Phase::Active;
                self.started_at.get_or_insert(at);
                let stage = Stage::Accepted { device: device.clone(), until: *until };
                self.with(user, |it| it.stage = stage);
            }
            Event::Declined { user, .. } => self.with(user, |it| it.stage = Stage::Declined),
            Event::Missed { user } => self.with(user, |it| it.stage = Stage::Missed),
            Event::Joined { user, device, media } => {
                self.name(user, at);
                self.with(user, |it| {
                    it.stage = Stage::Present { device: device.clone() };
                    it.media = *media;
                    it.incarnation = entry.seq;
                    it.joined_at.get_or_insert(at);
                    it.left_at = None;
                    (it.kept_out, it.awaits_consent) = (false, false);
                });
                // A guest may be let in before anybody who was called answers.
                let is_to_come = matches!(self.phase, Phase::Scheduled { .. } | Phase::Ringing);
                if is_to_come && self.caller.as_ref() != Some(user) {
                    self.phase = Phase::Active;
                }
                if matches!(self.phase, Phase::Active) && self.people_inside().nth(1).is_some() {
                    self.started_at.get_or_insert(at);
                }
            }
            Event::MediaChanged { user, media } => self.with(user, |it| it.media = *media),
            Event::ConnectionLost { user, until } => self.with(user, |it| {
                if let Stage::Waiting { lost_until, .. } = &mut it.stage {
                    *lost_until = Some(*until);
                } else if let Some(device) = it.device().cloned() {
                    it.stage = Stage::Lost { device, until: *until };
                }
            }),
            Event::ConnectionResumed { user, device } => self.with(user, |it| {
                it.resumed += 1;
                if let Stage::Waiting { device: waits, lost_until, .. } = &mut it.stage {
                    (*waits, *lost_until) = (device.clone(), None);
                } else {
                    it.stage = Stage::Present { device: device.clone() };
                }
            }),
            Event::Left { user, departure, .. } => self.with(user, |it| it.goes(*departure, at)),
            Event::Begun => {
                self.begun = true;
                self.started_at.get_or_insert(at);
            }
            Event::Expected { user, part } => {
                self.name(user, at);
                self.with(user, |it| it.part = *part);
            }
            Event::CameToDoor { user, device, media, check, awaits_consent } => {
                self.name(user, at);
                let (device, media, check) = (device.clone(), *media, *check);
                self.with(user, |it| {
                    let since = match it.stage {
                        Stage::Waiting { since, .. } => since,
                        _ => at,
                    };
                    it.stage = Stage::Waiting { device, media, since, check, lost_until: None };
                    it.kept_out = !it.admitted;
                    it.awaits_consent = *awaits_consent;
                });
            }
            Event::Admitted { user } => {
                self.name(user, at);
                self.with(user, |it| {
                    (it.admitted, it.removed, it.kept_out) = (true, false, false);
                });
            }
            Event::Locked { locked } => self.locked = *locked,
            Event::DoorSet { door } => self.set_door(*door),
            Event::HostChanged { user, host: true } => drop(self.hosts.insert(user.clone())),
            Event::HostChanged { user, host: false } => drop(self.hosts.remove(user)),
            Event::MuteAsked { .. } => {}
            Event::HandRaised { user, raised } => {
                self.with(user, |it| it.hand_since = raised.then_some(at));
            }
            Event::Said { user, key, .. } => self.with(user, |it| it.remember(key.as_ref())),
            Event::RecordingAsked { user, covers, wording } => {
                let (by, wording) = (user.clone(), wording.clone());
                self.request = Some(RecordingRequest { by, covers: *covers, wording, at });
                self.forget_refusals();
            }
            Event::RequestDropped => {
                self.request = None;
                self.forget_refusals();
            }
            Event::ConsentGiven { user, method, covers, wording } => {
                let (covers, method, wording) = (*covers, *method, wording.clone());
                let consent = Consent { covers, method, wording, at };
                self.name(user, at);
                self.with(user, |it| (it.consent, it.declined) = (Some(consent), false));
            }
            Event::ConsentDeclined { user } => self.with(user, |it| it.declined = true),
            Event::ConsentWithdrawn { user } => self.with(user, |it| it.consent = None),
            Event::RecordingStarted { recording, user, covers, newcomers } => {
                self.request = None;
                self.recording = Some(Recording {
                    id: recording.clone(),
                    by: user.clone(),
                    since: at,
                    covers: *covers,
                    newcomers: *newcomers,
                    paused: false,
                });
            }
            Event::RecordingPaused { .. } => self.pause_recording(true),
            Event::RecordingResumed { .. } => self.pause_recording(false),
            Event::RecordingStopped { .. } => {
                self.recording = None;
                self.forget_refusals();
            }
            Event::Ended { outcome, reason, closed } => {
                self.finish(entry, *outcome, reason, *closed);
            }
        }
        self.watch_loneliness(at);
    }

    fn begin(&mut self, at: Timestamp, caller: &UserId, invitation: &Invitation) {
        self.created_at = at;
        self.phase = match invitation.scheduled_at {
            _ if invitation.kind.is_place() => Phase::Active,
            Some(later) if later > at => Phase::Scheduled { at: later },
            _ => Phase::Ringing,
        };
        self.caller = Some(caller.clone());
        self.invitation = Some(invitation.clone());
        if let Phase::Scheduled { at: later } = self.phase {
            self.plan(at, later);
        }
        self.door = invitation.door;
        self.hosts = invitation.hosts.iter().cloned().collect();
        self.participants.insert(caller.clone(), Participant::new(Stage::Calling, at));
        self.with(caller, |it| it.part = invitation.part);
        for user in invitation.callees.iter().chain(&invitation.hosts) {
            self.name(user, at);
        }
        for user in &invitation.removed {
            self.name(user, at);
            self.with(user, |it| it.goes(Departure::Removed, at));
        }
    }

    /// Has it ring later. Who plans a call that is near needs no reminder.
    fn plan(&mut self, now: Timestamp, at: Timestamp) {
        self.phase = Phase::Scheduled { at };
        self.remind_at = Some(at.minus(self.rules.remind)).filter(|it| *it > now);
        if let Some(invitation) = &mut self.invitation {
            invitation.scheduled_at = Some(at);
        }
    }

    /// Has somebody among the participants, if they are not yet.
    fn name(&mut self, user: &UserId, at: Timestamp) {
        let newcomer = || Participant::new(Stage::Invited, at);
        self.participants.entry(user.clone()).or_insert_with(newcomer);
    }

    fn start_ringing(&mut self, until: Timestamp) {
        if let Phase::Scheduled { .. } = self.phase {
            self.phase = Phase::Ringing;
        }
        self.ring_until = Some(until);
        let callees = self.invitation.as_ref().map(|it| it.callees.as_slice()).unwrap_or_default();
        for (user, participant) in &mut self.participants {
            if participant.stage == Stage::Invited && callees.contains(user) {
                participant.stage = Stage::Ringing;
            }
        }
    }

    fn finish(&mut self, entry: &Entry, outcome: Outcome, reason: &Option<Reason>, closed: bool) {
        self.phase = Phase::Over {
            at: entry.at,
            outcome,
            by: entry.by.user().cloned(),
            reason: reason.clone(),
            closed,
        };
        self.request = None;
        for participant in self.participants.values_mut() {
            if participant.stage.is_in_room() || participant.stage.is_waiting() {
                participant.goes(Departure::Left, entry.at);
            }
        }
    }

    /// Remembers since when an answered call has held no two people who are
    /// in it or on their way. At a place, one is enough: they may wait as long
    /// as they like.
    fn watch_loneliness(&mut self, at: Timestamp) {
        let enough = if self.kind().is_place() { 1 } else { 2 };
        if matches!(self.phase, Phase::Active) && self.people_coming() < enough {
            self.alone_since.get_or_insert(at);
        } else {
            self.alone_since = None;
        }
    }

    /// How many are in or on their way. At a place, those who are only rung do
    /// not count: nobody's wait depends on them. In a call those at the door do
    /// not: they came to it and do not keep it going.
    fn people_coming(&self) -> usize {
        let place = self.kind().is_place();
        let counts = |it: &Stage| match it {
            Stage::Ringing => !place,
            Stage::Waiting { .. } => place,
            it => it.is_coming(),
        };
        self.participants.values().filter(|it| counts(&it.stage)).count()
    }

    /// Whom only a recording kept has this door before them as well, unless it is
    /// open.
    fn set_door(&mut self, door: Door) {
        self.door = door;
        if door != Door::Open {
            self.participants.values_mut().for_each(|it| it.awaits_consent = false);
        }
    }

    fn pause_recording(&mut self, paused: bool) {
        if let Some(recording) = &mut self.recording {
            recording.paused = paused;
        }
    }

    /// Whoever said no is asked anew the next time.
    fn forget_refusals(&mut self) {
        self.participants.values_mut().for_each(|it| it.declined = false);
    }

    fn with(&mut self, user: &UserId, change: impl FnOnce(&mut Participant)) {
        if let Some(participant) = self.participants.get_mut(user) {
            change(participant);
        }
    }

    fn stage_deadlines(&self) -> impl Iterator<Item = Timestamp> {
        self.participants.values().filter_map(|it| it.stage.deadline())
    }

    fn anybody_rings(&self) -> bool {
        self.participants.values().any(|it| it.stage == Stage::Ringing)
    }

    /// Whether `user` is in the room with this very device, connected.
    pub fn is_in_with(&self, user: &UserId, device: &DeviceId) -> Result<(), Refusal> {
        let participant = self.participant(user).ok_or(Refusal::NotAParticipant)?;
        if self.is_over() {
            return Err(Refusal::Over);
        }
        match &participant.stage {
            Stage::Present { device: present } if present == device => Ok(()),
            _ => Err(Refusal::NotInRoom),
        }
    }
}
