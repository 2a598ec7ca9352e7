//! The ways into a call and out of it. A device is in one call at a time.

import type { News } from './call';
import type { Calls } from './calls';
import { because } from './commands';
import { HousecallError } from './errors';
import type { LocalMedia, Wanted } from './media';
import type { Memory } from './memory';
import type { ArriveOptions, StartOptions } from './options';
import type { Room } from './room';
import type { Snapshot } from './snapshot';
import type { Transport } from './transport';
import type { CallState, DeviceCheck, MediaState } from './wire.gen';

/** What the ways in and out need from their surroundings. */
export interface EntranceOptions {
  ask: Transport['ask'];
  snapshot: () => Snapshot;
  memory: Memory;
  media: LocalMedia;
  room: Room;
  calls: Calls;
  announce: (news: News, call: CallState) => void;
}

/** One way in: what to say to the server, and with which devices. */
interface Way {
  callId: string;
  wanted: Partial<Wanted> | undefined;
  check?: DeviceCheck | undefined;
  say: (media: MediaState) => Promise<CallState>;
}

/** Goes in and out. */
export class Entrance {
  readonly #options: EntranceOptions;

  constructor(options: EntranceOptions) {
    this.#options = options;
  }

  /** Calls people and goes in. Gives the call's id. */
  async start(callees: string[], { purpose = 'video', onlyIfFree }: StartOptions): Promise<string> {
    const { ask, room, media } = this.#options;
    const ifFree = onlyIfFree === undefined ? {} : { onlyIfFree };
    await this.#freeDevice();
    try {
      const wire = await room.enter({ audio: true, video: purpose === 'video' }, (media) =>
        this.#entering(ask('start', { callees, purpose, media, ...ifFree })),
      );
      return wire.id;
    } catch (error) {
      if (this.#current === null) media.close();
      throw HousecallError.from(error);
    }
  }

  /** Answers a call that rings. */
  answer(callId: string, wanted?: Partial<Wanted>): Promise<string> {
    const { ask } = this.#options;
    return this.#enter({ callId, wanted, say: (media) => ask('answer', { callId, media }) });
  }

  /** Comes into a call that goes on, in place of another device of the same user. */
  join(callId: string, wanted?: Partial<Wanted>): Promise<string> {
    const { ask } = this.#options;
    const say = (media: MediaState) => ask('join', { callId, media, takeOver: true });
    return this.#enter({ callId, wanted, say });
  }

  /** Comes as far as the door. */
  arrive(callId: string, { check, ...wanted }: ArriveOptions): Promise<string> {
    const { ask } = this.#options;
    const found = check === undefined ? {} : { check };
    const say = (media: MediaState) => ask('arrive', { callId, media, ...found });
    return this.#enter({ callId, wanted, check, say });
  }

  /** Returns to the call this tab was in, or at the door of, before the page
   *  was reloaded; forgets it if it is not one of these. */
  comeBack(open: ReadonlySet<string>): void {
    const { memory } = this.#options;
    const remembered = memory.call;
    if (remembered === null || this.#current !== null) return;
    const { callId, waits = false, check, ...sent } = remembered;
    if (open.has(callId)) {
      const back = waits ? this.arrive(callId, { ...sent, check }) : this.join(callId, sent);
      back.catch(() => undefined);
    } else {
      memory.call = null;
    }
  }

  /** Whoever goes out is not heard or seen any more, whatever the server says. */
  async leave(word: 'leave' | 'cancel' | 'end', callId: string, reason?: string): Promise<void> {
    const told = this.#options.ask(word, { callId, ...because(reason) });
    if (this.#current !== callId) return void (await told);
    this.#options.calls.abandon(callId);
    // Offline, the server notices by itself; over, there is nothing to leave.
    await told.catch(() => undefined);
  }

  get #current(): string | null {
    return this.#options.snapshot().current;
  }

  async #enter({ callId, wanted, check, say }: Way): Promise<string> {
    const { calls, room, announce } = this.#options;
    const call = calls.all.get(callId);
    const devices = { audio: true, video: call?.wire.purpose === 'video', ...wanted };
    await this.#freeDevice(callId);
    calls.step(callId, { type: 'enter' });
    try {
      const wire = await room.enter(devices, (media) => this.#entering(say(media)), check);
      return wire.id;
    } catch (thrown) {
      const error = HousecallError.from(thrown);
      calls.step(callId, { type: 'refused' });
      if (call !== undefined) announce({ type: 'not-in', error }, call.wire);
      // A call that was not known has no phase whose end releases the devices.
      if (this.#current === null) room.leave();
      throw error;
    }
  }

  async #entering(answer: Promise<CallState>): Promise<CallState> {
    const wire = await answer;
    this.#options.calls.enter(wire);
    return wire;
  }

  /** Goes out of the call this device is in. */
  async #freeDevice(unless?: string): Promise<void> {
    const current = this.#current;
    if (current !== null && current !== unless) await this.leave('leave', current);
  }
}
