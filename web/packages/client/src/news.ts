//! What of a call is worth saying aloud.

import { awaitedIn } from './consent';
import type { HousecallError } from './errors';
import {
  isAtDoor,
  isHost,
  isInRoom,
  isOver,
  participantOf,
  type Call,
  type Ending,
  type Phase,
} from './phase';
import type { CallEvent, CallState, Happening, Person, RecordingRequest, RecordingState } from './wire.gen';

/** Something worth saying aloud. `who` is never you unless it says so. */
export type News =
  | { type: 'joined' | 'left' | 'declined' | 'missed' | 'lost' | 'resumed'; who: Person }
  | { type: 'muted' | 'unmuted'; who: Person }
  /** Told to hosts, wherever they are. */
  | { type: 'came-to-door'; who: Person }
  /** You waited, and are in. */
  | { type: 'let-in' }
  /** `who` may be you. */
  | { type: 'turned-away' | 'removed'; who: Person; reason: string | undefined }
  | { type: 'locked' | 'unlocked' }
  | { type: 'hand-raised'; who: Person }
  /** `who` is you when somebody else lowered your hand. */
  | { type: 'hand-lowered'; who: Person }
  /** Your microphone was on and is off; `by` is not always known. */
  | { type: 'muted-by-host'; by: Person | undefined }
  /** `who` may be you. */
  | { type: 'host-made' | 'host-unmade'; who: Person }
  /** They wrote something that you may read. */
  | { type: 'wrote'; who: Person }
  /** A planned call rings at another time. */
  | { type: 'rescheduled'; at: string }
  /** A planned call rings soon. */
  | { type: 'reminded'; at: string }
  /** Somebody wants to record; `by` is not you. */
  | { type: 'recording-asked'; by: Person | undefined; request: RecordingRequest }
  /** Nobody wants to any more. */
  | { type: 'recording-unasked' }
  /** They will not be recorded. */
  | { type: 'consent-declined'; who: Person }
  | {
      type: 'recording-started' | 'recording-resumed' | 'recording-stopped';
      recording: RecordingState;
    }
  /** It goes on when these have agreed; you may be one of them. */
  | { type: 'recording-paused'; recording: RecordingState; waitingFor: Person[] }
  | { type: 'answered-elsewhere' | 'taken-over' | 'reconnecting' | 'reconnected' }
  | { type: 'not-in'; error: HousecallError }
  | { type: 'ended'; ending: Ending; was: Phase };

/** The news that an event brings. `ending` is how the call came out, if it did. */
export function newsOf(call: Call, told: CallEvent, you: string, ending?: Ending): News[] {
  if (ending !== undefined) return [{ type: 'ended', ending, was: call.phase }];
  const { event } = told;
  if (event.type === 'muteAsked') return newsOfMuting(call, told, you);
  if (event.type === 'locked') {
    return isInRoom(call) ? [{ type: event.locked ? 'locked' : 'unlocked' }] : [];
  }
  if (event.type === 'rescheduled') return [{ type: 'rescheduled', at: event.scheduledAt }];
  if (event.type === 'reminded') return [{ type: 'reminded', at: call.wire.scheduledAt ?? '' }];
  const who = whoIn(call.wire, event);
  if (who === undefined) return [];
  return who.id === you ? newsOfYou(call, told, who) : newsOfOther(call, event, who, you);
}

/** Whoever is in the room hears that it is recorded, or is to be, however this
 *  device came to know: by an event, by a snapshot, or by coming in. */
export function newsOfRecording(before: Call, after: Call, you: string): News[] {
  if (!isInRoom(after)) return [];
  const was = isInRoom(before) ? before.wire : undefined;
  return [...newsOfTape(was, after.wire), ...newsOfRequest(was, after.wire, you)];
}

function newsOfTape(before: CallState | undefined, after: CallState): News[] {
  const was = before?.recording;
  const { recording } = after;
  if (recording === undefined) {
    return was === undefined ? [] : [{ type: 'recording-stopped', recording: was }];
  }
  if (recording.paused) return newsOfPause(before, after, recording);
  if (was?.id !== recording.id) return [{ type: 'recording-started', recording }];
  return was.paused ? [{ type: 'recording-resumed', recording }] : [];
}

/** It pauses before the door opens: whom it waits for, is known once they are in. */
function newsOfPause(
  before: CallState | undefined,
  after: CallState,
  recording: RecordingState,
): News[] {
  const waitingFor = awaitedIn(after);
  const wasTold = before?.recording?.id === recording.id && awaitedIn(before).length > 0;
  if (waitingFor.length === 0 || wasTold) return [];
  return [{ type: 'recording-paused', recording, waitingFor }];
}

function newsOfRequest(before: CallState | undefined, after: CallState, you: string): News[] {
  const was = before?.recordingRequest;
  const request = after.recordingRequest;
  if (was?.at === request?.at && was?.by === request?.by) return [];
  if (request !== undefined) {
    const by = personOf(after, request.by);
    return request.by === you ? [] : [{ type: 'recording-asked', by, request }];
  }
  // What was asked for has begun.
  const isUnanswered = after.recording === undefined && was?.by !== you;
  return isUnanswered ? [{ type: 'recording-unasked' }] : [];
}

/** Whether this device was asked to mute its microphone. */
export function asksToMute({ event, by }: CallEvent, you: string): boolean {
  return event.type === 'muteAsked' && (event.user === undefined ? by !== you : event.user === you);
}

function newsOfMuting(call: Call, told: CallEvent, you: string): News[] {
  const isHeard = participantOf(call.wire, you)?.media.audio ?? false;
  if (!isInRoom(call) || !isHeard || !asksToMute(told, you)) return [];
  return [{ type: 'muted-by-host', by: personOf(call.wire, told.by) }];
}

function newsOfYou(call: Call, { event, by }: CallEvent, who: Person): News[] {
  const isThere = isInRoom(call) || call.phase === 'waiting';
  switch (event.type) {
    case 'answered':
      return event.elsewhere ? [{ type: 'answered-elsewhere' }] : [];
    case 'joined':
      if (event.elsewhere) return isThere ? [{ type: 'taken-over' }] : [];
      return call.phase === 'waiting' ? [{ type: 'let-in' }] : [];
    case 'left':
      return isThere ? putOut(event, who) : [];
    case 'hostChanged':
      return isInRoom(call) ? [hostNews(event.host, who)] : [];
    case 'handRaised':
      return isInRoom(call) && !event.raised && by !== who.id
        ? [{ type: 'hand-lowered', who }]
        : [];
    default:
      return [];
  }
}

function newsOfOther(call: Call, event: Happening, who: Person, you: string): News[] {
  if (event.type === 'cameToDoor') {
    const isNew = !waitsIn(call.wire, who);
    return isNew && isHost(call.wire, you) && !isOver(call) ? [{ type: 'came-to-door', who }] : [];
  }
  // Who waits hears only what is written to them.
  if (event.type === 'said' && call.phase === 'waiting') return [{ type: 'wrote', who }];
  return isInRoom(call) ? newsInRoom(call.wire, event, who) : [];
}

function newsInRoom(wire: CallState, event: Happening, who: Person): News[] {
  const waits = waitsIn(wire, who);
  switch (event.type) {
    case 'joined':
    case 'declined':
    case 'missed':
      return [{ type: event.type, who }];
    case 'connectionLost':
      return waits ? [] : [{ type: 'lost', who }];
    case 'connectionResumed':
      return waits ? [] : [{ type: 'resumed', who }];
    case 'left': {
      const out = putOut(event, who);
      return out.length > 0 ? out : [{ type: 'left', who }];
    }
    case 'mediaChanged':
      if (waits || participantOf(wire, who.id)?.media.audio === event.media.audio) return [];
      return [{ type: event.media.audio ? 'unmuted' : 'muted', who }];
    case 'handRaised':
      return [{ type: event.raised ? 'hand-raised' : 'hand-lowered', who }];
    case 'hostChanged':
      return [hostNews(event.host, who)];
    case 'consentDeclined':
      return [{ type: 'consent-declined', who }];
    case 'said':
      return [{ type: 'wrote', who }];
    default:
      return [];
  }
}

function waitsIn(wire: CallState, who: Person): boolean {
  const before = participantOf(wire, who.id);
  return before !== undefined && isAtDoor(before);
}

function putOut(event: Extract<Happening, { type: 'left' }>, who: Person): News[] {
  const { departure, reason } = event;
  if (departure === 'removed') return [{ type: 'removed', who, reason }];
  return departure === 'turned_away' ? [{ type: 'turned-away', who, reason }] : [];
}

function hostNews(host: boolean, who: Person): News {
  return { type: host ? 'host-made' : 'host-unmade', who };
}

function whoIn(wire: CallState, event: Happening): Person | undefined {
  if ('participant' in event) return event.participant.person;
  return 'user' in event ? personOf(wire, event.user) : undefined;
}

function personOf(wire: CallState, user: string | undefined): Person | undefined {
  return user === undefined ? undefined : participantOf(wire, user)?.person;
}
