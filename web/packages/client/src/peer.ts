//! One other person in the room, as the peer connection that leads to them.

import type { Tracks } from './media';
import { Negotiation } from './negotiation';
import { PathWatch, type PathInUse } from './paths';
import type { PathKind, SignalKind } from './wire.gen';

/** What a page shows of a peer. */
export interface PeerView {
  /** Their sound and picture. The same object as long as the connection lives. */
  stream: MediaStream;
  /** How the media connection stands. */
  connection: RTCPeerConnectionState;
  /** How this device reaches them, once it is known. */
  path: PathKind | undefined;
}

/** What makes a peer. */
export interface PeerOptions {
  /** Which meeting of the two devices this is; another needs another peer. */
  meeting: string;
  polite: boolean;
  /** We were in the room first, so we offer. */
  offers: boolean;
  /** How long to wait for their offer when we do not. */
  patience: number;
  connect: () => RTCPeerConnection;
  /** How a connection is made now; asked for anew after a failure. */
  servers: (failed: boolean) => Promise<RTCConfiguration>;
  stream: () => MediaStream;
  tracks: Tracks;
  send: (kind: SignalKind, body: unknown) => void;
  /** Media takes another way. */
  moved: (path: PathInUse) => void;
  /** The view has changed. */
  changed: () => void;
}

/** How long an interruption may last before another way is looked for. Shorter
 *  would disturb what heals by itself, as it does when a phone changes its cell. */
const PATIENCE = 2_000;

/** Whoever is polite lets the other side begin, so that not both do. */
const COURTESY = 1_000;

/** How soon after a change of the network the old way must work. */
const SETTLED = 1_000;

/** Nothing is restarted twice within this time: several events may tell of the
 *  same interruption. */
const QUIET = 3_000;

/** A peer connection, what goes through it and how it is agreed on. */
export class Peer {
  /** Which meeting of the two devices this is. */
  readonly meeting: string;
  readonly #options: PeerOptions;
  #tracks: Tracks;
  readonly #senders = new Map<string, RTCRtpSender>();
  /** Groups our tracks, so that theirs is lip-synchronous. */
  readonly #outgoing: MediaStream;
  /** New candidates were tried since it last worked. */
  #isRestarted = false;
  /** Runs for a while after a restart. */
  #quiet: ReturnType<typeof setTimeout> | undefined;
  /** Runs until it is looked whether the connection works again. */
  #doubts: ReturnType<typeof setTimeout> | undefined;
  #connection: RTCPeerConnection;
  #paths: PathWatch;
  #negotiation: Negotiation;
  #view: PeerView;

  constructor(options: PeerOptions) {
    this.meeting = options.meeting;
    this.#options = options;
    this.#tracks = options.tracks;
    this.#outgoing = options.stream();
    this.#connection = options.connect();
    this.#paths = this.#watchPath();
    this.#view = this.#freshView();
    this.#negotiation = this.#agree(options.offers);
  }

  /** What a page shows; the same reference until it changes. */
  get view(): PeerView {
    return this.#view;
  }

  /** The connection itself, for statistics. */
  get connection(): RTCPeerConnection {
    return this.#connection;
  }

  /** Takes a signal from them. */
  receive(kind: SignalKind, body: unknown): void {
    void this.#negotiation.receive(kind, body);
  }

  /** Repeats what may have been lost while one of us was not reachable. */
  repeat(): void {
    if (!this.#negotiation.repeat() && this.#isInterrupted) void this.#restart();
  }

  /** This device is on another network, maybe after it was on none. */
  networkChanged(wasOffline: boolean): void {
    if (!wasOffline) return this.#doubt(SETTLED);
    if (this.#connection.connectionState === 'new') return;
    // What was begun without a network is not worth waiting for.
    this.#stopTimers();
    void this.#restart();
  }

  /** Sends these from now on. */
  send(tracks: Tracks): void {
    this.#tracks = tracks;
    this.#put('audio', tracks.audio);
    this.#put('video', tracks.video);
  }

  /** Ends it. */
  close(): void {
    this.#stopTimers();
    this.#connection.ontrack = null;
    this.#connection.onconnectionstatechange = null;
    this.#paths.stop();
    this.#negotiation.close();
  }

  get #isInterrupted(): boolean {
    const { connectionState } = this.#connection;
    return connectionState === 'failed' || connectionState === 'disconnected';
  }

  get #patience(): number {
    return this.#options.polite ? PATIENCE + COURTESY : PATIENCE;
  }

  /** Shows how the connection stands, and helps when it is interrupted. */
  #watch(): void {
    const { connectionState } = this.#connection;
    this.#view = { ...this.#view, connection: connectionState };
    this.#options.changed();
    this.#paths.review();
    switch (connectionState) {
      case 'connected':
        this.#isRestarted = false;
        return this.#trust();
      case 'connecting':
        // Somebody has restarted it: that may work.
        return this.#trust();
      case 'disconnected':
        return this.#doubts === undefined ? this.#doubt(this.#patience) : undefined;
      case 'failed':
        return this.#help();
    }
  }

  /** First new candidates, then a new connection. */
  #help(): void {
    // Only ICE can be restarted; a failed DTLS handshake stays failed.
    if (this.#isRestarted || this.#connection.iceConnectionState !== 'failed') {
      void this.#replace();
    } else {
      this.#isRestarted = true;
      void this.#restart();
    }
  }

  /** Looks after a while whether the connection works by then. */
  #doubt(time: number): void {
    this.#trust();
    this.#doubts = setTimeout(() => {
      this.#doubts = undefined;
      const { connectionState } = this.#connection;
      if (connectionState !== 'connected' && connectionState !== 'new') void this.#restart();
    }, time);
  }

  #trust(): void {
    clearTimeout(this.#doubts);
    this.#doubts = undefined;
  }

  #stopTimers(): void {
    this.#trust();
    clearTimeout(this.#quiet);
    this.#quiet = undefined;
  }

  /** Looks for another way, with servers that are good for it. */
  async #restart(): Promise<void> {
    if (this.#quiet !== undefined) return this.#doubt(QUIET);
    this.#trust();
    this.#quiet = setTimeout(() => (this.#quiet = undefined), QUIET);
    const connection = this.#connection;
    const configuration = await this.#options.servers(connection.connectionState === 'failed');
    if (connection !== this.#connection || connection.signalingState === 'closed') return;
    // Older versions of Firefox cannot, and keep the servers they began with.
    connection.setConfiguration?.(configuration);
    connection.restartIce();
  }

  /** A new connection in place of one that is dead, with new servers. */
  async #replace(): Promise<void> {
    const dead = this.#connection;
    await this.#options.servers(true);
    // Meanwhile the other side may have begun anew, or this peer have ended.
    if (dead === this.#connection && dead.signalingState !== 'closed') this.#startOver(true);
  }

  #startOver(offers: boolean): void {
    this.close();
    this.#isRestarted = false;
    this.#senders.clear();
    this.#connection = this.#options.connect();
    this.#paths = this.#watchPath();
    this.#view = this.#freshView();
    this.#negotiation = this.#agree(offers);
    this.#options.changed();
  }

  #watchPath(): PathWatch {
    return new PathWatch(this.#connection, (found) => {
      this.#view = { ...this.#view, path: found.path };
      this.#options.moved(found);
      this.#options.changed();
    });
  }

  #agree(offers: boolean): Negotiation {
    const connection = this.#connection;
    const { polite, patience, send } = this.#options;
    connection.ontrack = ({ track }) => this.#view.stream.addTrack(track);
    connection.onconnectionstatechange = () => this.#watch();
    const negotiation = new Negotiation({
      connection,
      polite,
      send,
      ...(offers ? {} : { patience }),
      replaced: (offer) => {
        this.#startOver(false);
        this.receive('offer', offer);
      },
    });
    this.send(this.#tracks);
    if (offers) negotiation.begin();
    return negotiation;
  }

  #freshView(): PeerView {
    return { stream: this.#options.stream(), connection: 'new', path: undefined };
  }

  #put(kind: 'audio' | 'video', track: MediaStreamTrack | null): void {
    const sender = this.#senders.get(kind);
    if (sender !== undefined) {
      if (sender.track !== track) void sender.replaceTrack(track);
    } else if (track !== null) {
      this.#senders.set(kind, this.#connection.addTrack(track, this.#outgoing));
    }
  }
}
