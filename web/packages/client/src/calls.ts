//! The book of calls: every call this person has, each moved on by the rules
//! in `call.ts` and by nothing else.

import { meet, step, type Call, type Effect, type Input, type News } from './call';
import { HousecallError } from './errors';
import type { Transport } from './transport';
import type { CallEvent, CallState, MediaState, Welcome } from './wire.gen';

/** What the book needs from its surroundings. */
export interface CallsOptions {
  ask: Transport['ask'];
  /** What this device sends, for coming back into a room. */
  media: () => MediaState;
  /** A call is another one than before. */
  changed: (call: Call) => void;
  /** The server let this device in, or in again. */
  entered: (wire: CallState) => void;
  /** Something worth saying aloud. */
  announce: (news: News, call: CallState) => void;
}

/** All calls of one person, by id. */
export class Calls {
  readonly #options: CallsOptions;
  #you: string | null = null;
  #calls: ReadonlyMap<string, Call> = new Map();

  constructor(options: CallsOptions) {
    this.#options = options;
  }

  /** All of them, in the order they were heard of; a new map after each change. */
  get all(): ReadonlyMap<string, Call> {
    return this.#calls;
  }

  /** The server's first word, also after each reconnection: these are open. */
  welcome({ you, calls }: Welcome): void {
    this.#you = you.id;
    const open = new Set(calls.map((it) => it.id));
    for (const wire of calls) {
      if (this.#calls.has(wire.id)) this.step(wire.id, { type: 'welcomed', wire });
      else this.#put(meet(wire, you.id));
    }
    for (const id of this.#calls.keys()) {
      if (!open.has(id)) this.step(id, { type: 'welcomed' });
    }
  }

  /** The connection to the server is gone. */
  lost(): void {
    for (const id of this.#calls.keys()) this.step(id, { type: 'disconnected' });
  }

  /** The server told one event. */
  happened(event: CallEvent): void {
    if (event.event.type === 'initiated') this.heardOf(event.event.call);
    else if (this.#calls.has(event.callId)) this.step(event.callId, { type: 'happened', event });
    else this.#look(event.callId);
  }

  /** The server told the whole state. */
  heardOf(wire: CallState): void {
    if (this.#you === null) return;
    if (this.#calls.has(wire.id)) this.step(wire.id, { type: 'snapshot', wire });
    else this.#put(meet(wire, this.#you));
  }

  /** The server let this device in. */
  enter(wire: CallState): void {
    if (this.#you === null) return;
    const before = this.#calls.get(wire.id) ?? meet(wire, this.#you);
    this.#take(before, step(before, { type: 'entered', wire }, this.#you));
    this.#options.entered(wire);
  }

  /** Moves a call on. */
  step(callId: string, input: Input): void {
    const before = this.#calls.get(callId);
    if (before === undefined || this.#you === null) return;
    this.#take(before, step(before, input, this.#you));
  }

  /** Out of the room without the server's word for it. */
  abandon(callId: string): void {
    const call = this.#calls.get(callId);
    if (call === undefined) return;
    this.#put({ phase: 'away', wire: { ...call.wire, here: false }, why: 'not-joined' });
  }

  /** Forgets a call that is over; false if it is not. */
  forget(callId: string): boolean {
    if (this.#calls.get(callId)?.phase !== 'ended') return false;
    this.#calls = new Map([...this.#calls].filter(([id]) => id !== callId));
    return true;
  }

  /** Forgets everything: somebody else may sign in. */
  clear(): void {
    this.#you = null;
    this.#calls = new Map();
  }

  #take(before: Call, [after, effects]: [Call, Effect[]]): void {
    if (after !== before) this.#put(after);
    for (const effect of effects) this.#perform(effect, after);
  }

  #put(call: Call): void {
    this.#calls = new Map(this.#calls).set(call.wire.id, call);
    this.#options.changed(call);
  }

  #perform(effect: Effect, { wire }: Call): void {
    switch (effect.do) {
      case 'look':
        return this.#look(wire.id);
      case 'resume':
        return this.#resume(wire.id);
      case 'announce':
        return this.#options.announce(effect.news, wire);
    }
  }

  #look(callId: string): void {
    this.#options.ask('look', { callId }).then(
      (wire) => this.heardOf(wire),
      // Not ours any more, or offline; the next welcome tells.
      () => undefined,
    );
  }

  #resume(callId: string): void {
    this.#options.ask('resume', { callId, media: this.#options.media() }).then(
      (wire) => this.enter(wire),
      (thrown: unknown) => {
        // Offline again: the next welcome tries again.
        if (HousecallError.from(thrown).reason === 'unreachable') return;
        this.step(callId, { type: 'refused' });
      },
    );
  }
}
