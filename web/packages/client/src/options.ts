//! What a manager, a call and an arrival are made with.

import type { IceRules } from './ice';
import type { LocalMedia, Wanted } from './media';
import type { Memory } from './memory';
import type { WatchNetwork } from './network';
import type { Equipment } from './recorder/equipment';
import type { SocketFactory, TokenProvider } from './transport';
import type { Covered, DeviceCheck, MethodWord, NewcomersWord, Purpose } from './wire.gen';

/** What a manager is made with. Only `token` is needed in a page. */
export interface ManagerOptions extends IceRules {
  /** Where the server is; the page's own origin unless said otherwise. */
  url?: string;
  token: TokenProvider;
  /** How long a newcomer waits for an offer before making one, in milliseconds. */
  patience?: number;
  memory?: Memory;
  media?: LocalMedia;
  socket?: SocketFactory;
  /** Where ICE servers come from; from the server unless said otherwise. */
  iceServers?: () => Promise<RTCIceServer[]>;
  network?: WatchNetwork;
  connect?: (configuration: RTCConfiguration) => RTCPeerConnection;
  stream?: () => MediaStream;
  /** What is recorded with. */
  equipment?: Equipment;
}

/** What to start a call with. */
export interface StartOptions {
  purpose?: Purpose;
  /** Not to ring somebody who is in another call, or not there: refused with
   *  `callee_busy`, `callee_offline` or `in_another_call`. */
  onlyIfFree?: boolean;
}

/** What to arrive with. */
export interface ArriveOptions extends Partial<Wanted> {
  /** What the device check found out, for the hosts to see. */
  check?: DeviceCheck | undefined;
}

/** Whom to write to. */
export interface SayOptions {
  /** Everybody, unless this names somebody. */
  to?: string[];
}

/** How somebody agrees to being recorded, or says no. */
export interface ConsentOptions {
  /** Who said so, if it was not you: a provider notes it. */
  user?: string;
  /** To what; to what is asked unless said otherwise, else to everything. */
  covers?: Covered;
  /** The id of the text that was shown: `2026-11/en`. */
  wording?: string;
  method?: MethodWord;
}

/** What is recorded, and how. */
export interface RecordOptions {
  /** What; what was asked unless said otherwise, else everything. */
  covers?: Covered;
  /** What becomes of it when somebody comes who has not agreed. */
  newcomers?: NewcomersWord;
}
