//! Perfect negotiation with one peer, after the W3C's example
//! (https://www.w3.org/TR/webrtc/#perfect-negotiation-example): either side may
//! offer at any time, and when both do, the polite side gives way.

import type { SignalKind } from './wire.gen';

/** What a negotiation needs from its surroundings. */
export interface NegotiationOptions {
  connection: RTCPeerConnection;
  /** Gives way when both sides offer at once. */
  polite: boolean;
  /** Waits so many milliseconds for the other side's first offer before making
   *  one. Without it, offers as soon as there is something to agree on. */
  patience?: number;
  /** Sends a signal to the peer. */
  send: (kind: SignalKind, body: unknown) => void;
  /** The other side began anew, with this offer: so must we. */
  replaced: (offer: RTCSessionDescriptionInit) => void;
}

/** Keeps one peer connection agreed with the other side. */
export class Negotiation {
  readonly #options: NegotiationOptions;
  readonly #connection: RTCPeerConnection;
  #makingOffer = false;
  #ignoreOffer = false;
  #takingDescription = false;
  /** The other side's session: another one is another peer connection. */
  #session: string | undefined;
  /** Runs while the first offer is expected from the other side. */
  #waiting: ReturnType<typeof setTimeout> | undefined;
  /** Candidates that came before the description they belong to. */
  #early: RTCIceCandidateInit[] = [];
  /** Signals are taken one after the other, in the order they came. */
  #turn: Promise<void> = Promise.resolve();

  constructor(options: NegotiationOptions) {
    const { connection, patience } = options;
    this.#options = options;
    this.#connection = connection;
    connection.onnegotiationneeded = () => {
      if (this.#waiting === undefined) void this.#offer();
    };
    connection.onicecandidate = ({ candidate }) => {
      if (candidate !== null) options.send('candidate', candidate.toJSON());
    };
    if (patience !== undefined) this.#waiting = setTimeout(() => this.begin(), patience);
  }

  /** Makes the first offer now. */
  begin(): void {
    this.#stopWaiting();
    if (this.#takingDescription || this.#connection.signalingState !== 'stable') return;
    void this.#offer();
  }

  /** Takes a signal from the peer. Resolves when it has been dealt with. */
  receive(kind: SignalKind, body: unknown): Promise<void> {
    this.#turn = this.#turn.then(() => this.#take(kind, body));
    return this.#turn;
  }

  /** Repeats an offer that may have been lost while one of the two was not
   *  reachable; false if there is none open. */
  repeat(): boolean {
    const { signalingState, localDescription } = this.#connection;
    if (signalingState !== 'have-local-offer' || localDescription === null) return false;
    this.#options.send('offer', localDescription.toJSON());
    return true;
  }

  /** Ends it and closes the connection. */
  close(): void {
    this.#stopWaiting();
    this.#connection.onnegotiationneeded = null;
    this.#connection.onicecandidate = null;
    this.#connection.close();
  }

  async #offer(): Promise<void> {
    if (this.#isClosed() || this.#makingOffer) return;
    try {
      this.#makingOffer = true;
      this.#askForBoth();
      await this.#connection.setLocalDescription();
      this.#tell();
    } catch (error) {
      this.#complain('An offer could not be made', error);
    } finally {
      this.#makingOffer = false;
    }
  }

  async #take(kind: SignalKind, body: unknown): Promise<void> {
    if (this.#isClosed()) return;
    try {
      if (kind === 'candidate') await this.#takeCandidate(body as RTCIceCandidateInit);
      else await this.#takeDescription(body as RTCSessionDescriptionInit);
    } catch (error) {
      // What a peer sends is input: one signal that cannot be used must not
      // stop those after it.
      this.#complain(`A signal could not be used: ${kind}`, error);
    }
  }

  async #takeDescription(description: RTCSessionDescriptionInit): Promise<void> {
    const connection = this.#connection;
    const isOffer = description.type === 'offer';
    const session = sessionOf(description);
    if (isOffer && this.#session !== undefined && session !== this.#session) {
      this.#options.replaced(description);
      return;
    }
    const collides = this.#makingOffer || connection.signalingState !== 'stable';
    this.#ignoreOffer = isOffer && collides && !this.#options.polite;
    if (this.#ignoreOffer) return;
    // An answer to an offer that was withdrawn or is already answered.
    if (!isOffer && connection.signalingState !== 'have-local-offer') return;
    this.#stopWaiting();
    this.#session = session;
    this.#takingDescription = true;
    try {
      await connection.setRemoteDescription(description);
      await this.#takeEarly();
      if (isOffer) {
        await connection.setLocalDescription();
        this.#tell();
      }
    } finally {
      this.#takingDescription = false;
    }
  }

  async #takeCandidate(candidate: RTCIceCandidateInit): Promise<void> {
    if (this.#connection.remoteDescription === null) {
      this.#early.push(candidate);
      return;
    }
    try {
      await this.#connection.addIceCandidate(candidate);
    } catch (error) {
      // Those of an ignored offer belong to nothing here.
      if (!this.#ignoreOffer) throw error;
    }
  }

  async #takeEarly(): Promise<void> {
    const early = this.#early;
    this.#early = [];
    for (const candidate of early) {
      // One that belongs to an earlier connection fails, and may.
      await this.#connection.addIceCandidate(candidate).catch(() => undefined);
    }
  }

  /** Sends the description that was just set. */
  #tell(): void {
    const description = this.#connection.localDescription;
    if (description === null || this.#isClosed()) return;
    this.#options.send(description.type === 'offer' ? 'offer' : 'answer', description.toJSON());
  }

  /** Asks for sound and picture even where there is none to send. */
  #askForBoth(): void {
    for (const kind of ['audio', 'video']) {
      const there = this.#connection
        .getTransceivers()
        .some((it) => it.receiver.track.kind === kind);
      if (!there) this.#connection.addTransceiver(kind, { direction: 'recvonly' });
    }
  }

  #stopWaiting(): void {
    clearTimeout(this.#waiting);
    this.#waiting = undefined;
  }

  #isClosed(): boolean {
    return this.#connection.signalingState === 'closed';
  }

  #complain(sentence: string, error: unknown): void {
    if (!this.#isClosed()) console.warn(sentence, error);
  }
}

/** The session id of a description (RFC 8866, section 5.2: the second word of
 *  `o=`). It stays the same for the life of a peer connection (RFC 8829,
 *  section 5.2.1). */
function sessionOf({ sdp }: RTCSessionDescriptionInit): string | undefined {
  return /^o=\S+ (\S+)/m.exec(sdp ?? '')?.[1];
}
