//! A value that can be watched. Its shape fits React's useSyncExternalStore,
//! and anything else that can call a function.

/** Called whenever the value changed. */
export type Listener = () => void;

/** Holds a value and tells when it changed. */
export class Store<T> {
  #value: T;
  readonly #listeners = new Set<Listener>();

  constructor(value: T) {
    this.#value = value;
  }

  /** The value; the same reference until it changes. */
  readonly getSnapshot = (): T => this.#value;

  /** Calls `listener` after each change until the returned function is called. */
  readonly subscribe = (listener: Listener): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Replaces some of the value. */
  change(part: Partial<T>): void {
    this.#value = { ...this.#value, ...part };
    for (const listener of [...this.#listeners]) listener();
  }
}
