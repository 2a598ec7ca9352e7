//! What the journal of a room tells about one of its recordings: who was there,
//! who agreed to what, and where in its media things happened.

use std::{collections::BTreeSet, time::Duration};

use housecall_core::{
    Entry, Event, RecordingId, Timestamp, UserId,
    room::{ConsentMethod, Covered, Media, Wording},
};
use housecall_store::{Record, StoredRecording};
use serde_json::Value;

/// Where a part lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    /// When it began, on the clock of the house.
    pub(crate) began: Timestamp,
    /// Where it begins in the media.
    pub(crate) start: Duration,
    pub(crate) length: Duration,
}

/// Where the parts of a recording lie, as the journal says once its file is made.
pub(crate) fn places(it: &StoredRecording, records: &[Record]) -> Vec<Place> {
    let made = records.iter().find(|it| it.name == "recording.completed");
    let listed = made.and_then(|it| it.body.get("parts")?.as_array());
    let place = |listed: &Value| {
        let number = |name| listed.get(name).and_then(Value::as_u64);
        let part = it.parts.iter().find(|it| Some(u64::from(it.number)) == number("part"))?;
        let (start, length) = (number("startMs")?, number("lengthMs")?);
        let (start, length) = (Duration::from_millis(start), Duration::from_millis(length));
        Some(Place { began: part.started_at, start, length })
    };
    listed.into_iter().flatten().filter_map(place).collect()
}

/// A point in the media.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Chapter {
    /// Where in the media.
    pub(crate) position: Duration,
    /// When it happened.
    pub(crate) at: Timestamp,
    pub(crate) kind: ChapterKind,
    pub(crate) user: Option<UserId>,
}

/// What happened there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ChapterKind {
    Joined,
    Left,
    Screen,
    ScreenEnded,
    Chat,
    Resumed,
}

/// What somebody said to being recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) user: UserId,
    pub(crate) what: Word,
    pub(crate) at: Timestamp,
    /// Who noted it, if it was somebody else.
    pub(crate) noted_by: Option<UserId>,
}

/// Yes, no, and no longer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Word {
    Agreed { method: ConsentMethod, covers: Covered, wording: Option<Wording> },
    Declined,
    Withdrew,
}

/// When a recording began and stopped.
fn span<'a>(
    entries: &'a [Entry],
    recording: &RecordingId,
) -> Option<(&'a Entry, Option<&'a Entry>)> {
    let is_start = |it: &&Entry| matches!(&it.event, Event::RecordingStarted { recording: id, .. } if id == recording);
    let is_stop = |it: &&Entry| matches!(&it.event, Event::RecordingStopped { recording: id } if id == recording);
    Some((entries.iter().find(is_start)?, entries.iter().find(is_stop)))
}

/// When a recording stopped, if it has.
pub(crate) fn stopped_at(entries: &[Entry], recording: &RecordingId) -> Option<Timestamp> {
    span(entries, recording)?.1.map(|it| it.at)
}

/// How long what was begun at `began` could go on: until the recording stopped or
/// paused the next time, if it has.
pub(crate) fn take_ended(
    entries: &[Entry],
    recording: &RecordingId,
    began: Timestamp,
) -> Option<Timestamp> {
    let ends = |it: &&Entry| match &it.event {
        Event::RecordingPaused { recording: id } | Event::RecordingStopped { recording: id } => {
            id == recording && it.at >= began
        }
        _ => false,
    };
    entries.iter().find(ends).map(|it| it.at)
}

/// Everybody who was in the room while it was recorded, or while the recording
/// waited for somebody.
pub(crate) fn people(entries: &[Entry], recording: &RecordingId) -> Vec<UserId> {
    let Some((start, stop)) = span(entries, recording) else { return Vec::new() };
    let (mut inside, mut met) = (BTreeSet::new(), BTreeSet::new());
    for entry in entries.iter().take_while(|it| stop.is_none_or(|stop| it.seq < stop.seq)) {
        match &entry.event {
            Event::Joined { user, .. } | Event::ConnectionResumed { user, .. } => {
                inside.insert(user);
            }
            Event::Left { user, .. } => {
                inside.remove(user);
            }
            _ => {}
        }
        if entry.seq >= start.seq {
            met.extend(inside.iter().copied());
        }
    }
    met.into_iter().cloned().collect()
}

/// What people said to being recorded, up to the end of a recording: what they
/// said before it began holds for it too.
pub(crate) fn answers(entries: &[Entry], recording: &RecordingId) -> Vec<Answer> {
    let Some((_, stop)) = span(entries, recording) else { return Vec::new() };
    // Whoever takes their consent back stops the recording first.
    let last = stop.map(|it| it.at);
    let until_its_end = entries.iter().filter(|it| last.is_none_or(|last| it.at <= last));
    until_its_end.filter_map(answer).collect()
}

fn answer(entry: &Entry) -> Option<Answer> {
    let (user, what) = match &entry.event {
        Event::ConsentGiven { user, method, covers, wording } => {
            let wording = wording.clone();
            (user, Word::Agreed { method: *method, covers: *covers, wording })
        }
        Event::ConsentDeclined { user } => (user, Word::Declined),
        Event::ConsentWithdrawn { user } => (user, Word::Withdrew),
        _ => return None,
    };
    let noted_by = entry.by.user().filter(|it| *it != user).cloned();
    Some(Answer { user: user.clone(), what, at: entry.at, noted_by })
}

/// Where in the media of a recording things happened. What happened while nothing
/// was recorded is told where it goes on, but for what was written then: that was
/// off the record.
pub(crate) fn chapters(
    entries: &[Entry],
    recording: &RecordingId,
    places: &[Place],
) -> Vec<Chapter> {
    let Some((start, stop)) = span(entries, recording) else { return Vec::new() };
    let mut seen = Seen::default();
    let mut chapters = Vec::new();
    for entry in entries.iter().take_while(|it| stop.is_none_or(|stop| it.seq <= stop.seq)) {
        let kind = kind(entry, &mut seen, recording);
        let Some((kind, user)) = kind.filter(|_| entry.seq > start.seq) else { continue };
        if let Some(position) = position(places, entry.at, kind) {
            chapters.push(Chapter { position, at: entry.at, kind, user });
        }
    }
    chapters
}

/// Who is to be seen.
#[derive(Default)]
struct Seen {
    inside: BTreeSet<UserId>,
    /// Those who show a screen.
    shows: BTreeSet<UserId>,
}

/// What kind of chapter an entry begins, if any, and about whom.
fn kind(
    entry: &Entry,
    seen: &mut Seen,
    recording: &RecordingId,
) -> Option<(ChapterKind, Option<UserId>)> {
    let (kind, user) = match &entry.event {
        Event::Joined { user, media, .. } => {
            let screen = seen.follow_screen(user, *media);
            // A page that is loaded again joins, and nobody has come.
            let newcomer = seen.inside.insert(user.clone());
            (if newcomer { ChapterKind::Joined } else { screen? }, user)
        }
        Event::Left { user, .. } => {
            seen.shows.remove(user);
            seen.inside.remove(user);
            (ChapterKind::Left, user)
        }
        Event::MediaChanged { user, media } => (seen.follow_screen(user, *media)?, user),
        Event::Said { user, .. } => (ChapterKind::Chat, user),
        Event::RecordingResumed { recording: id } if id == recording => {
            return Some((ChapterKind::Resumed, None));
        }
        _ => return None,
    };
    Some((kind, Some(user.clone())))
}

impl Seen {
    fn follow_screen(&mut self, user: &UserId, media: Media) -> Option<ChapterKind> {
        match media.screen {
            true => self.shows.insert(user.clone()).then_some(ChapterKind::Screen),
            false => self.shows.remove(user).then_some(ChapterKind::ScreenEnded),
        }
    }
}

/// Where in the media a moment is.
fn position(places: &[Place], at: Timestamp, kind: ChapterKind) -> Option<Duration> {
    let inside = |it: &&Place| at >= it.began && at.since(it.began) <= it.length;
    if let Some(place) = places.iter().rev().find(inside) {
        return Some(place.start + at.since(place.began));
    }
    let next = places.iter().find(|it| at < it.began)?;
    (kind != ChapterKind::Chat).then_some(next.start)
}

#[cfg(test)]
mod tests;
