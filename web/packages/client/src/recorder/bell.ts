//! Something to wait for that others ring.

/** Wakes whoever waits. */
export class Bell {
  #wake: (() => void) | undefined;

  /** Wakes whoever waits now. */
  ring(): void {
    this.#wake?.();
  }

  /** Resolves at the next ring, or after so many milliseconds. One waits at a time. */
  wait(atMost?: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = atMost === undefined ? undefined : setTimeout(() => this.#wake?.(), atMost);
      this.#wake = () => {
        clearTimeout(timer);
        this.#wake = undefined;
        resolve();
      };
    });
  }
}

/** How long to wait after so many failures, in milliseconds: up to half a minute, and
 *  never as long as everybody else. */
export function patienceAfter(failures: number): number {
  const longest = Math.min(30_000, 1_000 * 2 ** (failures - 1));
  return longest * (0.5 + Math.random() / 2);
}
