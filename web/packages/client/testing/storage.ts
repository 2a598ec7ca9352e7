//! A storage that forgets with the test.

import type { TabStorage } from '../src';

/** Like `sessionStorage`. */
export class MapStorage implements TabStorage {
  readonly #items = new Map<string, string>();

  getItem(key: string): string | null {
    return this.#items.get(key) ?? null;
  }

  setItem(key: string, value: string): void {
    this.#items.set(key, value);
  }

  removeItem(key: string): void {
    this.#items.delete(key);
  }
}
