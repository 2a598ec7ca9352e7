//! The book of calls: every call this person has, each moved on by the rules
//! in `call.ts` and by nothing else.

import { meet, step, type Call, type Effect, type Input, type News } from './call';
import { HousecallError } from './errors';
import type { Transport } from './transport';
import type { CallEvent, CallState, DeviceCheck, MediaState, Welcome } from './wire.gen';

/** What the book needs from its surroundings. */
export interface CallsOptions {
  ask: Transport['ask'];
  /** What this device sends, for coming back into a room. */
  media: () => MediaState;
  /** What this device found out about itself, for coming back to the door. */
  check: () => DeviceCheck | undefined;
  /** Mutes the microphone of this device. */
  mute: () => void;
  /** A call is another one than before. */
  changed: (call: Call) => void;
  /** The server let this device in, or in again, or as far as the door; before,
   *  the call was this. */
  entered: (wire: CallState, before: Call) => void;
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

  /** The server let this device in, or as far as the door. */
  enter(wire: CallState): void {
    if (this.#you === null) return;
    const before = this.#calls.get(wire.id) ?? meet(wire, this.#you);
    this.#take(before, step(before, { type: 'entered', wire }, this.#you));
    this.#options.entered(wire, before);
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
      case 'arrive':
        return this.#arrive(wire.id);
      case 'come-in':
        return this.#comeIn(wire.id);
      case 'mute':
        return this.#options.mute();
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
    const { ask, media } = this.#options;
    this.#enterWith(callId, ask('resume', { callId, media: media() }));
  }

  #arrive(callId: string): void {
    const { ask, media, check } = this.#options;
    const found = check();
    const body = { callId, media: media(), ...(found === undefined ? {} : { check: found }) };
    this.#enterWith(callId, ask('arrive', body));
  }

  /** Enters the whole room: at the door only a part of it was told. */
  #comeIn(callId: string): void {
    const whole = async (): Promise<CallState> => {
      const wire = await this.#options.ask('look', { callId });
      // Overtaken by events, which do not tell the rest.
      const isOld = wire.seq < (this.#calls.get(callId)?.wire.seq ?? 0);
      return isOld ? whole() : wire;
    };
    this.#enterWith(callId, whole());
  }

  #enterWith(callId: string, answer: Promise<CallState>): void {
    answer.then(
      (wire) => {
        // Whoever left meanwhile stays out.
        if (this.#isOnItsWay(callId)) this.enter(wire);
      },
      (thrown: unknown) => {
        // Offline again: the next welcome tries again.
        if (HousecallError.from(thrown).reason === 'unreachable') return;
        this.step(callId, { type: 'refused' });
      },
    );
  }

  #isOnItsWay(callId: string): boolean {
    const phase = this.#calls.get(callId)?.phase;
    return phase === 'waiting' || phase === 'reconnecting';
  }
}
