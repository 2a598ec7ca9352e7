//! The state of a call after one event. The server's state is the truth; this
//! only spares asking for all of it each time.

import { agreedTo } from './consent';
import { isAtDoor, isInside, participantOf } from './phase';
import type { CallState, Happening, ParticipantState, StageWord } from './wire.gen';

/** The state after `event`, as `you` see it. */
export function fold(wire: CallState, event: Happening, at: string, you: string): CallState {
  switch (event.type) {
    case 'initiated':
      return event.call;
    case 'rang':
      return {
        ...everybody(wire, 'invited', 'ringing'),
        // A consultation goes on while it rings whoever is not there.
        phase: wire.kind === 'call' ? 'ringing' : wire.phase,
        ringUntil: event.until,
      };
    case 'answered':
      return {
        ...change(wire, event.user, { stage: 'accepted' }),
        phase: 'active',
        startedAt: wire.startedAt ?? at,
      };
    case 'declined':
      return change(wire, event.user, { stage: 'declined' });
    case 'missed':
      return change(wire, event.user, { stage: 'missed' });
    case 'expected':
    case 'cameToDoor':
      return put(wire, event.participant);
    case 'joined':
      return {
        ...startedByTwo(put(wire, event.participant), at),
        here: event.participant.person.id === you ? !event.elsewhere : wire.here,
      };
    case 'mediaChanged':
      return change(wire, event.user, { media: event.media });
    case 'connectionLost':
      return replace(wire, event.user, (it) =>
        isAtDoor(it) ? { ...it, away: true } : { ...it, stage: 'lost' },
      );
    case 'connectionResumed':
      return replace(wire, event.user, (it) =>
        isAtDoor(it) ? { ...it, away: false } : { ...it, stage: 'present' },
      );
    case 'left':
      return {
        ...replace(wire, event.user, (it) => gone(it, event.departure === 'removed')),
        here: event.user === you ? false : wire.here,
      };
    case 'rescheduled':
      return { ...wire, scheduledAt: event.scheduledAt };
    case 'reminded':
      return wire;
    case 'begun':
      return { ...wire, startedAt: wire.startedAt ?? at };
    case 'admitted':
      return change(wire, event.user, { removed: false });
    case 'locked':
      return { ...wire, locked: event.locked };
    case 'doorSet':
      return { ...wire, door: event.door };
    case 'hostChanged':
      return change(wire, event.user, { host: event.host });
    case 'handRaised':
      return replace(wire, event.user, (it) => withHand(it, event.raised ? at : undefined));
    case 'muteAsked':
    case 'said':
    case 'hidden':
      return wire;
    case 'recordingAsked':
      return judged({ ...undeclined(wire), recordingRequest: event.request });
    case 'requestDropped':
      return judged(undeclined(unasked(wire)));
    case 'consentGiven':
      return judged(change(wire, event.user, { consent: event.consent, declined: false }));
    case 'consentDeclined':
      return change(wire, event.user, { declined: true });
    case 'consentWithdrawn':
      return judged(replace(wire, event.user, unconsented));
    case 'recordingStarted':
      return judged({ ...unasked(wire), recording: event.recording });
    case 'recordingPaused':
      return paused(wire, event.recording, true);
    case 'recordingResumed':
      return paused(wire, event.recording, false);
    case 'recordingStopped':
      return judged(undeclined(unrecorded(wire)));
    case 'ended':
      return { ...wire, phase: 'over', here: false, outcome: event.outcome };
  }
}

function change(wire: CallState, user: string, to: Partial<ParticipantState>): CallState {
  return replace(wire, user, (it) => ({ ...it, ...to }));
}

function replace(
  wire: CallState,
  user: string,
  by: (it: ParticipantState) => ParticipantState,
): CallState {
  const people = wire.people.map((it) => (it.person.id === user ? by(it) : it));
  return { ...wire, people };
}

/** Somebody as they are now, in the place they had. */
function put(wire: CallState, participant: ParticipantState): CallState {
  const { id } = participant.person;
  if (participantOf(wire, id) !== undefined) return replace(wire, id, () => participant);
  return { ...wire, people: [...wire.people, participant] };
}

/** Neither the place in line nor a raised hand outlasts going. */
function gone(participant: ParticipantState, removed: boolean): ParticipantState {
  const { waitingSince: _, check: __, handSince: ___, ...rest } = participant;
  return { ...rest, stage: 'left', away: false, removed: removed || rest.removed };
}

function withHand(participant: ParticipantState, since: string | undefined): ParticipantState {
  const { handSince, ...rest } = participant;
  return since === undefined ? rest : { ...rest, handSince: handSince ?? since };
}

/** Where nobody has to answer, it starts when there are two. */
function startedByTwo(wire: CallState, at: string): CallState {
  const inside = wire.people.filter(isInside);
  if (wire.phase !== 'active' || inside.length < 2) return wire;
  return { ...wire, startedAt: wire.startedAt ?? at };
}

/** Everybody has agreed, or not, to what is recorded or asked now. */
function judged(wire: CallState): CallState {
  const people = wire.people.map((it) => ({ ...it, consented: agreedTo(wire, it.consent) }));
  return { ...wire, people };
}

function unconsented({ consent: _, ...rest }: ParticipantState): ParticipantState {
  return rest;
}

function undeclined(wire: CallState): CallState {
  return { ...wire, people: wire.people.map((it) => ({ ...it, declined: false })) };
}

function unasked({ recordingRequest: _, ...wire }: CallState): CallState {
  return wire;
}

function paused(wire: CallState, id: string, paused: boolean): CallState {
  const { recording } = wire;
  return recording?.id === id ? { ...wire, recording: { ...recording, paused } } : wire;
}

function unrecorded({ recording: _, ...wire }: CallState): CallState {
  return wire;
}

function everybody(wire: CallState, from: StageWord, to: StageWord): CallState {
  const people = wire.people.map((it) => (it.stage === from ? { ...it, stage: to } : it));
  return { ...wire, people };
}
