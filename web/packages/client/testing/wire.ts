//! Short ways to say what the server says.

import type {
  CallState,
  ConsentState,
  Covered,
  ParticipantState,
  Person,
  RecordingRequest,
  RecordingState,
} from '../src';

/** Somebody: `person('ana')` is Ana, a patient. */
export function person(id: string, role: Person['role'] = 'patient'): Person {
  return { id, name: id.charAt(0).toUpperCase() + id.slice(1), role };
}

/** Somebody in a call, present with everything on unless said otherwise. */
export function participant(
  id: string,
  rest: Partial<Omit<ParticipantState, 'person'>> = {},
): ParticipantState {
  const media = { audio: true, video: true };
  return {
    person: person(id),
    stage: 'present',
    media,
    incarnation: 1,
    yieldTo: false,
    offersFirst: false,
    consented: false,
    declined: false,
    host: false,
    removed: false,
    away: false,
    ...rest,
  };
}

/** A call of these people; the first of them called. */
export function callState(people: ParticipantState[], rest: Partial<CallState> = {}): CallState {
  const answered = rest.phase === undefined || rest.phase === 'active' || rest.phase === 'over';
  return {
    id: 'call-1',
    seq: 5,
    kind: 'call',
    purpose: 'video',
    phase: 'active',
    caller: people[0]?.person.id ?? '',
    people,
    here: true,
    door: 'open',
    locked: false,
    createdAt: '2025-03-04T14:00:00Z',
    ...(answered ? { startedAt: '2025-03-04T14:00:05Z' } : {}),
    ...rest,
  };
}

/** Everything there is to record. */
export const EVERYTHING: Covered = { audio: true, video: true, screen: true };

/** What somebody agreed to by a click: everything unless said otherwise. */
export function consent(covers: Covered = EVERYTHING): ConsentState {
  return { covers, wording: '2025-03/en', method: 'electronic', at: '2025-03-04T14:00:30Z' };
}

/** Somebody wants to record everything unless said otherwise. */
export function request(by: string, rest: Partial<RecordingRequest> = {}): RecordingRequest {
  const at = '2025-03-04T14:00:20Z';
  return { by, covers: EVERYTHING, wording: '2025-03/en', at, ...rest };
}

/** A recording of everything that runs, unless said otherwise. */
export function recording(by: string, rest: Partial<RecordingState> = {}): RecordingState {
  return {
    id: 'rec-1',
    by,
    since: '2025-03-04T14:01:00Z',
    covers: EVERYTHING,
    paused: false,
    newcomers: 'pause',
    ...rest,
  };
}
