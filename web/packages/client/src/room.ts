//! The room this device is in, at the door of, or on its way to: whom it
//! connects to, what it sends, and what outlives a reload of the page.

import { isInRoom, othersInRoom, participantOf, type Call } from './call';
import type { Ice } from './ice';
import type { LocalMedia, Wanted } from './media';
import type { Memory } from './memory';
import type { Expected, Peers } from './peers';
import type { Snapshot } from './snapshot';
import type { Store } from './store';
import type { Transport } from './transport';
import type { CallState, DeviceCheck, MediaState, ReceivedSignal } from './wire.gen';

/** What a room needs from its surroundings. */
export interface RoomOptions {
  store: Store<Snapshot>;
  memory: Memory;
  media: LocalMedia;
  peers: Peers;
  ask: Transport['ask'];
  ice: Ice;
}

/** One device is in one room at a time. */
export class Room {
  readonly #options: RoomOptions;
  /** The server was asked to let this device in and has not answered. */
  #entering = false;
  /** What the others were last told that this device sends. */
  #told: MediaState = { audio: false, video: false };
  /** What this device last found out about itself. */
  #check: DeviceCheck | undefined;

  constructor(options: RoomOptions) {
    this.#options = options;
    options.media.subscribe(() => this.#mediaChanged());
  }

  /** What the device check found out, for coming back to the door. */
  get check(): DeviceCheck | undefined {
    return this.#check;
  }

  /** Opens the devices and asks with them to be let in. */
  async enter(
    wanted: Wanted,
    ask: (media: MediaState) => Promise<CallState>,
    check?: DeviceCheck,
  ): Promise<CallState> {
    const { media, ice } = this.#options;
    this.#check = check;
    await Promise.all([ice.renew(), media.open(wanted)]);
    this.#told = media.state;
    this.#entering = true;
    try {
      return await ask(media.state);
    } finally {
      this.#entering = false;
    }
  }

  /** The server let this device in, or as far as the door. */
  entered(wire: CallState): void {
    this.#told = participantOf(wire, this.#you)?.media ?? this.#told;
    this.#tellMedia();
  }

  /** A call is another one than before. */
  callChanged(call: Call): void {
    const { id } = call.wire;
    const isHere = isInRoom(call) || call.phase === 'joining' || call.phase === 'waiting';
    if (isHere) this.#beIn(id, call);
    else if (this.#current === id) this.leave();
  }

  /** Lets go of the peers and the devices. */
  leave(): void {
    const { store, memory, peers, media, ice } = this.#options;
    memory.call = null;
    store.change({ current: null });
    peers.clear();
    ice.rest();
    media.close();
  }

  /** A signal of somebody, maybe of this room. */
  signaled(signal: ReceivedSignal): void {
    // Until the server has answered, a call that was named by its appointment
    // is not known by its own id.
    const isOnTheWay = this.#current === null && this.#entering;
    if (signal.callId === this.#current || isOnTheWay) this.#options.peers.receive(signal);
  }

  get #you(): string {
    return this.#options.store.getSnapshot().you?.id ?? '';
  }

  get #current(): string | null {
    return this.#options.store.getSnapshot().current;
  }

  #beIn(callId: string, call: Call): void {
    const { store, peers, media } = this.#options;
    store.change({ current: callId });
    if (call.phase === 'reconnecting') return peers.hold();
    if (call.phase === 'joining') return;
    this.#remember(callId);
    peers.send(media.tracks);
    peers.expect(call.phase === 'waiting' ? [] : this.#expected(call));
    peers.release();
  }

  #expected(call: Call): Expected[] {
    const own = participantOf(call.wire, this.#you)?.incarnation ?? 0;
    return othersInRoom(call, this.#you).map((it) => ({
      user: it.person.id,
      meeting: `${own}:${it.incarnation}`,
      // Incarnations grow in the order people come in.
      offers: own < it.incarnation && !it.offersFirst,
      polite: it.yieldTo,
      reachable: it.stage === 'present',
    }));
  }

  #mediaChanged(): void {
    const { store, media, peers } = this.#options;
    store.change({ media: media.getSnapshot() });
    const current = this.#current;
    if (current === null) return;
    peers.send(media.tracks);
    this.#remember(current);
    this.#tellMedia();
  }

  #remember(callId: string): void {
    const { memory, media, store } = this.#options;
    const { audio, video } = media.state;
    const waits = store.getSnapshot().calls.get(callId)?.phase === 'waiting';
    const door = waits ? { waits, check: this.#check } : {};
    memory.call = { callId, audio, video, ...door };
  }

  /** Tells the others what this device sends, if they were told something else. */
  #tellMedia(): void {
    const { store, media, ask } = this.#options;
    const { current, calls } = store.getSnapshot();
    const phase = current === null ? undefined : calls.get(current)?.phase;
    if (current === null || (phase !== 'connected' && phase !== 'ringing')) return;
    const { state } = media;
    if (sameMedia(state, this.#told)) return;
    this.#told = state;
    ask('media', { callId: current, ...state }).catch(() => undefined);
  }
}

function sameMedia(one: MediaState, other: MediaState): boolean {
  const screens = (one.screen ?? false) === (other.screen ?? false);
  return one.audio === other.audio && one.video === other.video && screens;
}
