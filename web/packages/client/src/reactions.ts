//! What people show for a moment: each disappears by itself.

import type { Reaction } from './wire.gen';

/** How long one is shown. Shorter is missed, longer covers faces. */
const SHOWN_FOR = 4_000;

/** More at once would only be noise. */
const MOST = 12;

/** Something that is shown now. */
export interface ShownReaction {
  /** Grows, so that the same reaction twice is shown twice. */
  id: number;
  callId: string;
  user: string;
  reaction: Reaction;
}

/** The reactions that are shown now, oldest first. */
export class Reactions {
  readonly #changed: (all: readonly ShownReaction[]) => void;
  readonly #timers = new Map<number, ReturnType<typeof setTimeout>>();
  #all: readonly ShownReaction[] = [];
  #shown = 0;

  constructor(changed: (all: readonly ShownReaction[]) => void) {
    this.#changed = changed;
  }

  /** Shows one. */
  show(callId: string, user: string, reaction: Reaction): void {
    this.#shown += 1;
    const id = this.#shown;
    this.#timers.set(
      id,
      setTimeout(() => this.#hide(id), SHOWN_FOR),
    );
    for (const { id: old } of this.#all.slice(0, -(MOST - 1))) this.#hide(old);
    this.#tell([...this.#all, { id, callId, user, reaction }]);
  }

  /** Shows nothing any more. */
  clear(): void {
    for (const { id } of this.#all) this.#hide(id);
  }

  #hide(id: number): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
    this.#tell(this.#all.filter((it) => it.id !== id));
  }

  #tell(all: readonly ShownReaction[]): void {
    this.#all = all;
    this.#changed(all);
  }
}
