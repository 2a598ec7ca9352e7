//! Everybody else in the room. Given who is there, makes the peer connections
//! that are missing and closes those that lead nowhere.

import type { Ice } from './ice';
import type { Tracks } from './media';
import type { PathInUse } from './paths';
import { Peer, type PeerView } from './peer';
import type { ReceivedSignal, SignalKind } from './wire.gen';

/** Somebody a connection should lead to. */
export interface Expected {
  user: string;
  /** Which meeting of our two devices this is. */
  meeting: string;
  /** We were in the room first. */
  offers: boolean;
  /** We give way when both offer at once. */
  polite: boolean;
  /** Their connection to the server is there, so signals reach them. */
  reachable: boolean;
}

/** What the peers need from their surroundings. */
export interface PeersOptions {
  connect: (configuration: RTCConfiguration) => RTCPeerConnection;
  ice: Ice;
  stream: () => MediaStream;
  /** How long a newcomer waits for an offer before making one. */
  patience: number;
  send: (user: string, kind: SignalKind, body: unknown) => void;
  /** Media to somebody takes another way. */
  moved: (user: string, path: PathInUse) => void;
  changed: () => void;
}

/** More signals than this from strangers are not for us. */
const MOST_EARLY = 256;

/** Any number of peers, by user. */
export class Peers {
  readonly #options: PeersOptions;
  readonly #peers = new Map<string, Peer>();
  readonly #unreachable = new Set<string>();
  #tracks: Tracks = { audio: null, video: null };
  /** Signals that came before we knew of their sender. */
  #early: ReceivedSignal[] = [];
  /** Signals that wait until the server knows us again. */
  #held: (() => void)[] | null = null;

  constructor(options: PeersOptions) {
    this.#options = options;
  }

  /** What a page shows of each. A new map each time: keep it. */
  views(): ReadonlyMap<string, PeerView> {
    return new Map([...this.#peers].map(([user, peer]) => [user, peer.view]));
  }

  /** The connections themselves, for statistics. */
  connections(): RTCPeerConnection[] {
    return [...this.#peers.values()].map((it) => it.connection);
  }

  /** Makes the peers match who is there. */
  expect(everybody: Expected[]): void {
    const there = new Map(everybody.map((it) => [it.user, it]));
    for (const [user, peer] of this.#peers) {
      if (there.get(user)?.meeting !== peer.meeting) this.#drop(user, peer);
    }
    for (const expected of everybody) {
      this.#meet(expected);
      this.#notice(expected);
    }
    this.#options.changed();
  }

  /** Takes a signal, also from somebody we have yet to hear of. */
  receive(signal: ReceivedSignal): void {
    const peer = this.#peers.get(signal.from);
    if (peer !== undefined) peer.receive(signal.kind, signal.body);
    else if (this.#early.length < MOST_EARLY) this.#early.push(signal);
  }

  /** This device is on another network, maybe after it was on none. */
  networkChanged(wasOffline: boolean): void {
    for (const peer of this.#peers.values()) peer.networkChanged(wasOffline);
  }

  /** Sends these to everybody from now on. */
  send(tracks: Tracks): void {
    this.#tracks = tracks;
    for (const peer of this.#peers.values()) peer.send(tracks);
  }

  /** Keeps signals back: the server does not know us as one of the room. */
  hold(): void {
    this.#held ??= [];
  }

  /** Sends what was kept back, and repeats what may have been lost. */
  release(): void {
    if (this.#held === null) return;
    const held = this.#held;
    this.#held = null;
    for (const send of held) send();
    for (const peer of this.#peers.values()) peer.repeat();
  }

  /** Closes everything. */
  clear(): void {
    for (const [user, peer] of this.#peers) this.#drop(user, peer);
    this.#early = [];
    this.#held = null;
    this.#unreachable.clear();
    this.#options.changed();
  }

  #meet({ user, meeting, offers, polite }: Expected): void {
    if (this.#peers.has(user)) return;
    const { connect, ice, stream, patience, moved, changed } = this.#options;
    const peer = new Peer({
      meeting,
      offers,
      polite,
      patience,
      stream,
      changed,
      tracks: this.#tracks,
      connect: () => connect(ice.configuration),
      servers: (failed) => (failed ? ice.renew() : ice.fresh()),
      moved: (path) => moved(user, path),
      send: (kind, body) => this.#post(user, meeting, kind, body),
    });
    this.#peers.set(user, peer);
    const early = this.#early.filter((it) => it.from === user);
    this.#early = this.#early.filter((it) => it.from !== user);
    for (const { kind, body } of early) peer.receive(kind, body);
  }

  #notice({ user, reachable }: Expected): void {
    if (!reachable) this.#unreachable.add(user);
    else if (this.#unreachable.delete(user)) this.#peers.get(user)?.repeat();
  }

  #post(user: string, meeting: string, kind: SignalKind, body: unknown): void {
    const send = () => {
      if (this.#peers.get(user)?.meeting === meeting) this.#options.send(user, kind, body);
    };
    if (this.#held === null) this.#options.send(user, kind, body);
    else this.#held.push(send);
  }

  #drop(user: string, peer: Peer): void {
    peer.close();
    this.#peers.delete(user);
    this.#unreachable.delete(user);
  }
}
