//! What a page shows of this device as a recorder.

import type { HousecallError } from '../errors';

/** How recording on this device stands. */
export interface RecorderState {
  /** `paused`: a recording of yours waits, or the connection is gone. `saving`:
   *  all is captured, and not yet all of it acknowledged. `stuck`: something has
   *  to be done before it can be saved; `problem` says what. */
  state: 'idle' | 'capturing' | 'paused' | 'saving' | 'stuck';
  /** The call and its recording, while this device records it. */
  callId?: string;
  recordingId?: string;
  /** How much of this recording this device has captured, in seconds. */
  seconds: number;
  /** How much is captured and not yet acknowledged, of all recordings, in seconds. */
  unsaved: number;
  /** How fast it is saved at the moment. */
  bytesPerSecond?: number;
  problem: HousecallError | null;
}

/** Nothing is recorded here, and everything is saved. */
export const IDLE: RecorderState = { state: 'idle', seconds: 0, unsaved: 0, problem: null };

/** Whether there is nothing new to show. */
export function same(one: RecorderState, other: RecorderState): boolean {
  const keys = new Set([...Object.keys(one), ...Object.keys(other)]) as Set<keyof RecorderState>;
  return [...keys].every((key) => one[key] === other[key]);
}
