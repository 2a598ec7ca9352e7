//! A network that changes when the test says so.

import type { WatchNetwork } from '../src';

/** Where a device is connected. */
export class FakeNetwork {
  #changed: ((wasOffline: boolean) => void) | undefined;

  /** For the options of a manager. */
  readonly watch: WatchNetwork = (changed) => {
    this.#changed = changed;
    return () => (this.#changed = undefined);
  };

  /** The device is on another network now. */
  changes({ wasOffline = false } = {}): void {
    this.#changed?.(wasOffline);
  }
}
