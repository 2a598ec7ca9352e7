//! One other person in the room, as the peer connection that leads to them.

import type { Tracks } from './media';
import { Negotiation } from './negotiation';
import type { SignalKind } from './wire.gen';

/** What a page shows of a peer. */
export interface PeerView {
  /** Their sound and picture. The same object as long as the connection lives. */
  stream: MediaStream;
  /** How the media connection stands. */
  connection: RTCPeerConnectionState;
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
  stream: () => MediaStream;
  tracks: Tracks;
  send: (kind: SignalKind, body: unknown) => void;
  /** The view has changed. */
  changed: () => void;
}

/** A peer connection, what goes through it and how it is agreed on. */
export class Peer {
  /** Which meeting of the two devices this is. */
  readonly meeting: string;
  readonly #options: PeerOptions;
  #tracks: Tracks;
  readonly #senders = new Map<string, RTCRtpSender>();
  /** Groups our tracks, so that theirs is lip-synchronous. */
  readonly #outgoing: MediaStream;
  #restarted = false;
  #connection: RTCPeerConnection;
  #negotiation: Negotiation;
  #view: PeerView;

  constructor(options: PeerOptions) {
    this.meeting = options.meeting;
    this.#options = options;
    this.#tracks = options.tracks;
    this.#outgoing = options.stream();
    this.#connection = options.connect();
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
    this.#negotiation.repeat();
  }

  /** Sends these from now on. */
  send(tracks: Tracks): void {
    this.#tracks = tracks;
    this.#put('audio', tracks.audio);
    this.#put('video', tracks.video);
  }

  /** Ends it. */
  close(): void {
    this.#connection.ontrack = null;
    this.#connection.onconnectionstatechange = null;
    this.#negotiation.close();
  }

  /** Shows how the connection stands, and helps when it fails: first with new
   *  candidates, then with a new connection. */
  #watch(): void {
    const { connectionState, iceConnectionState } = this.#connection;
    this.#view = { ...this.#view, connection: connectionState };
    this.#options.changed();
    if (connectionState === 'connected') this.#restarted = false;
    if (connectionState !== 'failed') return;
    // Only ICE can be restarted; a failed DTLS handshake stays failed.
    if (this.#restarted || iceConnectionState !== 'failed') return this.#startOver(true);
    this.#restarted = true;
    this.#connection.restartIce();
  }

  /** A new connection in place of one that is dead. */
  #startOver(offers: boolean): void {
    this.close();
    this.#restarted = false;
    this.#senders.clear();
    this.#connection = this.#options.connect();
    this.#view = this.#freshView();
    this.#negotiation = this.#agree(offers);
    this.#options.changed();
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
    return { stream: this.#options.stream(), connection: 'new' };
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
