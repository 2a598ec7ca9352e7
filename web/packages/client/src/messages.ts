//! What was written in calls, as far as this device knows.

import type { CallEvent, SaidBefore } from './wire.gen';

/** How many messages of one call are kept; the server gives back as many. */
const MOST = 200;

/** The latest messages of each call by its id, in the order they were written. */
export type Messages = ReadonlyMap<string, readonly SaidBefore[]>;

/** The message that an event brings, if it brings one. */
export function messageIn({ seq, at, event }: CallEvent): SaidBefore | undefined {
  if (event.type !== 'said') return undefined;
  const { user, message, to } = event;
  return { seq, at, user, message, to };
}

/** All messages and these, each once and in its place. */
export function withMessages(all: Messages, callId: string, more: SaidBefore[]): Messages {
  const known = all.get(callId) ?? [];
  const each = new Map([...known, ...more].map((it) => [it.seq, it]));
  const inOrder = [...each.values()].sort((one, other) => one.seq - other.seq);
  return new Map(all).set(callId, inOrder.slice(-MOST));
}

/** All messages but those of one call. */
export function withoutMessages(all: Messages, callId: string): Messages {
  if (!all.has(callId)) return all;
  return new Map([...all].filter(([id]) => id !== callId));
}
