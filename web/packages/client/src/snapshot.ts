//! Everything there is to show, as one value.

import type { Call, News } from './call';
import type { Chat } from './chat';
import type { HousecallError } from './errors';
import type { LocalMediaState } from './media';
import type { PeerView } from './peer';
import { IDLE, type RecorderState } from './recorder/state';
import type { ShownReaction } from './reactions';
import type { CallState, MissedCall, Person, PresenceWord, VisitNews } from './wire.gen';

/** How the connection to the server stands. */
export type Connection = 'idle' | 'connecting' | 'online' | 'offline' | 'refused';

/** Something worth saying aloud, once. */
export interface Announcement {
  /** Grows, so that the same news twice is still news. */
  id: number;
  news: News;
  call: CallState;
}

/** Everything there is to show. Parts that did not change keep their reference. */
export interface Snapshot {
  connection: Connection;
  /** Why the server refused us, once it has. */
  refusal: HousecallError | null;
  you: Person | null;
  /** Your calls by id, in the order they were heard of. */
  calls: ReadonlyMap<string, Call>;
  /** The call this device is in, at the door of, or on its way into. */
  current: string | null;
  /** The others in that call, by user id. */
  peers: ReadonlyMap<string, PeerView>;
  /** What was written, by the call's id. */
  chats: ReadonlyMap<string, Chat>;
  /** What is shown for a moment, oldest first. */
  reactions: readonly ShownReaction[];
  media: LocalMediaState;
  /** What this device records, and how far that is saved. */
  recorder: RecorderState;
  /** Who is online, while people are watched; `null` until it is known. */
  online: ReadonlySet<string> | null;
  /** How reachable people are, as far as it was told while they are watched. */
  presences: ReadonlyMap<string, PresenceWord>;
  /** The calls you did not take and have not seen, newest first. */
  missed: readonly MissedCall[];
  /** What changed about your appointments, newest first; one of each. */
  visits: readonly VisitNews[];
  announcement: Announcement | null;
}

/** What is shown before anything is known. */
export function blank(media: LocalMediaState): Snapshot {
  return {
    connection: 'idle',
    refusal: null,
    you: null,
    calls: new Map(),
    current: null,
    peers: new Map(),
    chats: new Map(),
    reactions: [],
    media,
    recorder: IDLE,
    online: null,
    presences: new Map(),
    missed: [],
    visits: [],
    announcement: null,
  };
}
