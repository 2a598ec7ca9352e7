//! Who people are and what they do, in words.

import { participantOf, type CallState, type RecordingState } from '@housecall/client';
import type { Role } from '../rest';

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

/** Everybody of a call but you, by name; nothing when there is nobody else. */
export function others(call: CallState, you: string | undefined): string {
  const people = call.people.filter((it) => it.person.id !== you && !it.removed);
  return list(people.map((it) => it.person.name));
}

/** What a call is called: by its own name, or by those one meets there. */
export function titleOf(call: CallState, you: string | undefined): string {
  const names = others(call, you);
  return call.title ?? (names === '' ? 'Your visit' : `Visit with ${names}`);
}

/** Who called, by name. */
export function callerOf(call: CallState): string {
  return nameOf(call, call.caller);
}

/** Somebody of a call, by name. */
export function nameOf(call: CallState, user: string): string {
  return participantOf(call, user)?.person.name ?? 'Somebody';
}

/** Who records, as a sentence to whoever is in the room. */
export function recordedBy(
  call: CallState,
  { by, paused }: RecordingState,
  you: string | undefined,
): string {
  if (by === you) return paused ? 'You record this visit.' : 'You are recording this visit.';
  return `${nameOf(call, by)} ${paused ? 'records' : 'is recording'} this visit.`;
}

/** "Ana, Ben or Cleo". */
export function either(names: string[]): string {
  return new Intl.ListFormat('en', { type: 'disjunction' }).format(names);
}

/** The hosts of a call but you, by name. */
export function hostsOf(call: CallState, you: string | undefined): string[] {
  const hosts = call.people.filter((it) => it.host && it.person.id !== you);
  return hosts.map((it) => it.person.name);
}
