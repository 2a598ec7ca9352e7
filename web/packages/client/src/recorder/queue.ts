//! The pieces of one recording that are not saved yet, in the order they happened.

import { byTime, type Head, type Spool } from './spool';

/** What of the spool waits to be saved. */
export class Queue {
  readonly #spool: Spool;
  readonly #recording: string;
  #heads: Head[] = [];
  /** What was done with, so that it is not taken up again. */
  readonly #past = new Set<string>();

  constructor(spool: Spool, recording: string) {
    this.#spool = spool;
    this.#recording = recording;
  }

  /** The piece to save next. */
  get first(): Head | undefined {
    return this.#heads[0];
  }

  /** How much waits, in seconds. */
  get seconds(): number {
    return this.#heads.reduce((sum, it) => sum + it.length, 0) / 1_000;
  }

  /** A piece that is in the spool. */
  add(head: Head): void {
    const isKnown = this.#heads.some((it) => byTime(it, head) === 0);
    if (isKnown || this.#past.has(keyOf(head))) return;
    this.#heads = [...this.#heads, head].sort(byTime);
  }

  /** Looks what else is in the spool: other pages may have kept something. */
  async refill(): Promise<void> {
    const kept = await this.#spool.list(this.#recording);
    const known = new Set(this.#heads.map(keyOf));
    const fresh = kept.filter((it) => !known.has(keyOf(it)) && !this.#past.has(keyOf(it)));
    this.#heads = [...this.#heads, ...fresh].sort(byTime);
  }

  /** The bytes of a piece, if it is whole and nobody else has saved it. */
  read(head: Head): Promise<Uint8Array<ArrayBuffer> | undefined> {
    return this.#spool.read(this.#recording, head);
  }

  /** A piece is saved, or cannot be. */
  async drop(head: Head): Promise<void> {
    this.#past.add(keyOf(head));
    this.#heads = this.#heads.filter((it) => it !== head);
    await this.#spool.drop(this.#recording, head);
  }

  /** A whole part cannot be saved. */
  async dropPart(part: number): Promise<void> {
    for (const head of this.#heads.filter((it) => it.part === part)) await this.drop(head);
  }

  /** Nothing of the recording can be saved any more, or needs to be. */
  async forget(): Promise<void> {
    this.#heads = [];
    await this.#spool.forget(this.#recording);
  }
}

function keyOf({ part, at }: Head): string {
  return `${part}-${at}`;
}
