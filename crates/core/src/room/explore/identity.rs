//! What makes two rooms the same.

use super::*;

/// All of a room that what is still to come depends on.
#[derive(PartialEq, Eq, Hash)]
pub(super) struct Identity(Vec<u8>, Witness);

impl Identity {
    pub(super) fn of(found: &Found) -> Self {
        let mut writer = Writer { bytes: Vec::with_capacity(64), now: found.now };
        writer.room(&found.room);
        Self(writer.bytes, found.witness)
    }
}

struct Writer {
    bytes: Vec<u8>,
    now: Timestamp,
}

impl Writer {
    /// Every field is named, so that a new one asks whether it counts.
    fn room(&mut self, room: &Room) {
        let Room {
            id: _,
            rules,
            seq: _,
            phase,
            created_at: _,
            started_at,
            ring_until,
            alone_since,
            remind_at: _,
            caller: _,
            invitation,
            participants,
            request,
            recording,
            begun,
            door,
            locked,
            hosts,
        } = room;
        self.phase(phase);
        self.yes(started_at.is_some());
        self.until(*ring_until);
        self.until(alone_since.map(|it| it.plus(rules.alone)));
        self.until(room.reminds_at());
        self.until(invitation.as_ref().and_then(|it| it.scheduled_at));
        self.user(request.as_ref().map(|it| &it.by));
        self.covered(request.as_ref().map(|it| it.covers));
        self.user(recording.as_ref().map(|it| &it.by));
        self.covered(recording.as_ref().map(|it| it.covers));
        self.yes(recording.as_ref().is_some_and(|it| it.paused));
        self.yes(recording.as_ref().is_some_and(|it| it.newcomers == Newcomers::Wait));
        self.yes(*begun);
        self.bytes.push(*door as u8);
        self.yes(*locked);
        for name in PEOPLE {
            self.yes(hosts.iter().any(|it| it.as_str() == name));
        }
        for (user, participant) in participants {
            self.user(Some(user));
            let before = |it: &&Participant| waits_since(it) < waits_since(participant);
            let place = participants.values().filter(|it| it.stage.is_waiting()).filter(before);
            let place = place.count();
            self.participant(participant, place);
        }
    }

    fn participant(&mut self, participant: &Participant, place_in_line: usize) {
        let Participant {
            stage,
            media,
            invited_at: _,
            joined_at,
            left_at: _,
            incarnation: _,
            resumed: _,
            consent,
            declined,
            admitted,
            removed,
            part,
            hand_since,
            kept_out,
            awaits_consent,
            said,
        } = participant;
        self.stage(stage, place_in_line);
        self.media(*media);
        self.yes(joined_at.is_some());
        self.covered(consent.as_ref().map(|it| it.covers));
        self.yes(*declined);
        self.yes(*admitted);
        self.yes(*removed);
        self.bytes.push(part.map_or(0, |it| it as u8 + 1));
        self.yes(hand_since.is_some());
        self.yes(*kept_out);
        self.yes(*awaits_consent);
        self.bytes.push(u8::try_from(said.len()).expect("few keys are remembered"));
    }

    fn phase(&mut self, phase: &Phase) {
        let (word, at) = match phase {
            Phase::Blank => (0, None),
            Phase::Scheduled { at } => (1, Some(*at)),
            Phase::Ringing => (2, None),
            Phase::Active => (3, None),
            Phase::Over { closed, .. } => (4 + u8::from(*closed), None),
        };
        self.bytes.push(word);
        self.until(at);
    }

    fn stage(&mut self, stage: &Stage, place_in_line: usize) {
        self.bytes.push(stage.name() as u8);
        match stage {
            Stage::Accepted { device, until } => {
                self.yes(device.is_some());
                self.until(Some(*until));
            }
            Stage::Lost { until, .. } => self.until(Some(*until)),
            Stage::Waiting { media, lost_until, .. } => {
                self.media(*media);
                self.until(*lost_until);
                self.bytes.push(u8::try_from(place_in_line).expect("few people wait"));
            }
            Stage::Left(departure) => self.bytes.push(*departure as u8),
            Stage::Calling
            | Stage::Invited
            | Stage::Ringing
            | Stage::Present { .. }
            | Stage::Declined
            | Stage::Missed => {}
        }
    }

    fn media(&mut self, media: Media) {
        let Media { audio, video, screen } = media;
        self.bytes.push(u8::from(audio) + 2 * u8::from(video) + 4 * u8::from(screen));
    }

    fn covered(&mut self, it: Option<Covered>) {
        let byte = |Covered { audio, video, screen }: Covered| {
            1 + u8::from(audio) + 2 * u8::from(video) + 4 * u8::from(screen)
        };
        self.bytes.push(it.map_or(0, byte));
    }

    fn user(&mut self, user: Option<&UserId>) {
        let place = user.and_then(|user| PEOPLE.iter().position(|it| *it == user.as_str()));
        self.bytes.push(place.map_or(0, |it| u8::try_from(it + 1).expect("three people")));
    }

    /// How many seconds are left; a moment that has passed is as good as now.
    fn until(&mut self, at: Option<Timestamp>) {
        let left = at.map_or(0, |at| at.since(self.now).as_secs() + 1);
        self.bytes.push(u8::try_from(left).expect("the figures are small"));
    }

    fn yes(&mut self, it: bool) {
        self.bytes.push(it.into());
    }
}

fn waits_since(it: &Participant) -> Option<Timestamp> {
    match it.stage {
        Stage::Waiting { since, .. } => Some(since),
        _ => None,
    }
}
