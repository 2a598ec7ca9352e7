//! Everything there is to show, as one value.

import type { Call, News } from './call';
import type { HousecallError } from './errors';
import type { LocalMediaState } from './media';
import type { Messages } from './messages';
import type { PeerView } from './peer';
import type { CallState, Person } from './wire.gen';

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
  /** The call this device is in, or on its way into. */
  current: string | null;
  /** The others in that call, by user id. */
  peers: ReadonlyMap<string, PeerView>;
  /** What was written, as far as it was heard or asked for, by the call's id. */
  messages: Messages;
  media: LocalMediaState;
  /** Who is online, while people are watched; `null` until it is known. */
  online: ReadonlySet<string> | null;
  announcement: Announcement | null;
}
