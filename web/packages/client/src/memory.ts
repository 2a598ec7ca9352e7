//! What outlives a reload of the page: which device this tab is, and which
//! call it was in.

import type { Wanted } from './media';
import type { DeviceCheck } from './wire.gen';

/** The call a tab was in, and what it sent. */
export interface Remembered extends Wanted {
  callId: string;
  /** It was at the door. */
  waits?: boolean;
  /** What its device check found out. */
  check?: DeviceCheck | undefined;
}

/** How much of a recording this tab has captured. */
export interface Recorded {
  recording: string;
  seconds: number;
}

/** The part of `sessionStorage` that is used here. */
export type TabStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

const DEVICE = 'housecall.device';
const CALL = 'housecall.call';
const RECORDED = 'housecall.recorded';

/** 128 random bits. `crypto.randomUUID` would be missing on pages without TLS. */
export function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Remembers per tab. */
export class Memory {
  readonly #storage: TabStorage;

  constructor(storage: TabStorage = sessionStorage) {
    this.#storage = storage;
  }

  /** The id of this device; the same after a reload. */
  device(make: () => string = randomId): string {
    const known = this.#storage.getItem(DEVICE);
    if (known !== null) return known;
    const fresh = make();
    this.#storage.setItem(DEVICE, fresh);
    return fresh;
  }

  /** The call this tab is in. */
  get call(): Remembered | null {
    const text = this.#storage.getItem(CALL);
    return text === null ? null : (JSON.parse(text) as Remembered);
  }

  set call(call: Remembered | null) {
    if (call === null) this.#storage.removeItem(CALL);
    else this.#storage.setItem(CALL, JSON.stringify(call));
  }

  /** The recording this tab made last. */
  get recorded(): Recorded | null {
    const text = this.#storage.getItem(RECORDED);
    return text === null ? null : (JSON.parse(text) as Recorded);
  }

  set recorded(recorded: Recorded) {
    this.#storage.setItem(RECORDED, JSON.stringify(recorded));
  }
}
