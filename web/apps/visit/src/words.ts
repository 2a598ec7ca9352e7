//! How things are said: names, times, outcomes, news.

import {
  participantOf,
  type Announcement,
  type CallState,
  type Ending,
  type Outcome,
  type RecordingState,
} from '@housecall/client';
import type { PastCall, Role } from './rest';

const ROLES: Record<Role, string> = {
  patient: 'Patient',
  provider: 'Provider',
  admin: 'Administrator',
  guest: 'Guest',
};

/** What somebody is here. */
export function role(of: Role): string {
  return ROLES[of];
}

/** "Ana, Ben and Cleo". */
export function list(names: string[]): string {
  return new Intl.ListFormat('en', { type: 'conjunction' }).format(names);
}

/** Everybody of a call but you, by name. */
export function others(call: CallState, you: string | undefined): string {
  const names = call.people.filter((it) => it.person.id !== you).map((it) => it.person.name);
  return list(names);
}

/** Who called, by name. */
export function callerOf(call: CallState): string {
  return nameOf(call, call.caller);
}

function nameOf(call: CallState, user: string): string {
  return participantOf(call, user)?.person.name ?? 'Somebody';
}

/** Who records, as a sentence to whoever is in the room. */
export function recordedBy(
  call: CallState,
  { by }: RecordingState,
  you: string | undefined,
): string {
  return by === you
    ? 'You are recording this visit.'
    : `${nameOf(call, by)} is recording this visit.`;
}

/** "4:05" or "1:04:05". */
export function clock(seconds: number): string {
  const hours = Math.floor(seconds / 3_600);
  const minutes = Math.floor(seconds / 60) % 60;
  const rest = String(seconds % 60).padStart(2, '0');
  return hours === 0
    ? `${minutes}:${rest}`
    : `${hours}:${String(minutes).padStart(2, '0')}:${rest}`;
}

/** "12 min 5 s", for reading and for being read aloud. */
export function duration(seconds: number): string {
  const hours = Math.floor(seconds / 3_600);
  const minutes = Math.floor(seconds / 60) % 60;
  const parts = [hours && `${hours} h`, minutes && `${minutes} min`, `${seconds % 60} s`];
  return parts.filter(Boolean).join(' ');
}

/** "Tue, 4 Mar 2025, 14:05", in the reader's own language and zone. */
export function moment(iso: string): string {
  return new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' }).format(
    new Date(iso),
  );
}

const OUTCOMES: Record<Outcome, string> = {
  completed: 'Completed',
  missed: 'Missed',
  declined: 'Declined',
  cancelled: 'Cancelled',
};

/** How a past call came out, in a word or two. */
export function outcome({ outcome, status }: PastCall): string {
  if (outcome !== undefined) return OUTCOMES[outcome];
  switch (status) {
    case 'scheduled':
      return 'Planned';
    case 'ringing':
      return 'Ringing';
    case 'in_progress':
      return 'In progress';
    case 'ended':
      return 'Completed';
    case 'cancelled':
      return 'Cancelled';
    case 'missed':
      return 'Missed';
  }
}

/** How a call ended, as a sentence to somebody who was in it. */
export function ending(call: CallState, { outcome, by }: Ending, you: string | undefined): string {
  const called = call.caller === you;
  switch (outcome) {
    case 'completed':
      return 'The visit has ended.';
    case 'missed':
      return called
        ? `${others(call, you)} did not answer.`
        : `You missed a call from ${callerOf(call)}.`;
    case 'declined':
      if (by === you) return 'You declined the call.';
      return called ? `${others(call, you)} declined the call.` : 'The call was declined.';
    case 'cancelled':
      return called ? 'You cancelled the call.' : `${callerOf(call)} cancelled the call.`;
  }
}

/** News as a sentence. */
export function sentence({ news, call }: Announcement, you: string | undefined): string {
  switch (news.type) {
    case 'joined':
      return `${news.who.name} joined.`;
    case 'left':
      return `${news.who.name} left.`;
    case 'declined':
      return `${news.who.name} declined.`;
    case 'missed':
      return `${news.who.name} did not answer.`;
    case 'lost':
      return `The connection to ${news.who.name} is interrupted.`;
    case 'resumed':
      return `${news.who.name} is back.`;
    case 'muted':
      return `${news.who.name} is muted.`;
    case 'unmuted':
      return `${news.who.name} is not muted any more.`;
    case 'recording-started':
      return `Recording started. ${recordedBy(call, news.recording, you)}`;
    case 'recording-stopped':
      return 'Recording stopped.';
    case 'answered-elsewhere':
      return 'Answered on another device.';
    case 'taken-over':
      return 'The visit goes on on your other device.';
    case 'reconnecting':
      return 'The connection is interrupted. Reconnecting.';
    case 'reconnected':
      return 'The connection is back.';
    case 'not-in':
      return news.error.message;
    case 'ended':
      return ending(call, news.ending, you);
  }
}
