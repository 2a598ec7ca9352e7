//! A peer connection without a network: the signaling rules of WebRTC 1.0,
//! section 4, as far as negotiation can see them. Descriptions name the session
//! they come from and the offer they answer, so that a wrong pairing is noticed.

import { FakeTrack } from './media';

/** Waits as long as the test wants each step of the browser to take. */
export type Pace = () => Promise<void>;

interface Transceiver {
  receiver: { track: FakeTrack };
  sender: { track: FakeTrack | null; replaceTrack(track: FakeTrack | null): Promise<void> };
  /** Whether the other side knows about it and about what it sends. */
  agreed: boolean;
  sends: boolean;
}

let sessions = 0;

/** Speaks the signaling part of `RTCPeerConnection`. */
export class FakeConnection {
  signalingState: RTCSignalingState = 'stable';
  connectionState: RTCPeerConnectionState = 'new';
  iceConnectionState: RTCIceConnectionState = 'new';
  localDescription: FakeDescription | null = null;
  remoteDescription: FakeDescription | null = null;
  onnegotiationneeded: (() => void) | null = null;
  onicecandidate: ((event: { candidate: FakeCandidate | null }) => void) | null = null;
  onconnectionstatechange: (() => void) | null = null;
  oniceconnectionstatechange: (() => void) | null = null;
  ontrack: ((event: { track: FakeTrack }) => void) | null = null;
  /** Candidates that were taken. */
  readonly candidates: unknown[] = [];
  restarts = 0;
  /** How it was made, or was told to go on. */
  configuration: RTCConfiguration = {};
  /** Tells when another pair of candidates is used. */
  readonly transport = new EventTarget();
  /** What it tells about itself, by id. */
  readonly stats = new Map<string, object>();

  readonly #session = String(++sessions);
  readonly #pace: Pace;
  readonly #transceivers: Transceiver[] = [];
  #version = 0;
  #chain: Promise<void> = Promise.resolve();
  #chained = 0;
  #needed = false;
  #restartWanted = false;
  /** What to return to when an offer is rolled back. */
  #stable: { local: FakeDescription | null; remote: FakeDescription | null } = {
    local: null,
    remote: null,
  };

  constructor(pace: Pace = () => Promise.resolve()) {
    this.#pace = pace;
  }

  /** As the browser's type. */
  get connection(): RTCPeerConnection {
    return this as unknown as RTCPeerConnection;
  }

  /** Whether everything this side has is known to the other. */
  get isAgreed(): boolean {
    return this.#transceivers.every((it) => it.agreed) && !this.#restartWanted;
  }

  getTransceivers(): Transceiver[] {
    return this.#transceivers;
  }

  getSenders(): Transceiver['sender'][] {
    return this.#transceivers.map((it) => it.sender);
  }

  getReceivers(): object[] {
    const transport = { iceTransport: this.transport };
    return this.#transceivers.map((it) => ({ ...it.receiver, transport }));
  }

  setConfiguration(configuration: RTCConfiguration): void {
    this.configuration = configuration;
  }

  async getStats(): Promise<ReadonlyMap<string, object>> {
    return this.stats;
  }

  /** Media goes out from this candidate from now on. */
  sendsFrom(candidate: { candidateType: string; relayProtocol?: string }): void {
    const pair = { type: 'candidate-pair', localCandidateId: 'local', currentRoundTripTime: 0.02 };
    this.stats.set('transport', {
      id: 'transport',
      type: 'transport',
      selectedCandidatePairId: 'pair',
    });
    this.stats.set('pair', { id: 'pair', ...pair });
    this.stats.set('local', { id: 'local', type: 'local-candidate', ...candidate });
  }

  addTrack(track: FakeTrack): Transceiver['sender'] {
    const free = this.#transceivers.find(
      (it) => it.receiver.track.kind === track.kind && !it.sends,
    );
    const transceiver = free ?? this.#add(track.kind);
    transceiver.sends = true;
    transceiver.agreed = false;
    transceiver.sender.track = track;
    this.#checkNeeded();
    return transceiver.sender;
  }

  addTransceiver(kind: 'audio' | 'video'): Transceiver {
    const transceiver = this.#add(kind);
    this.#checkNeeded();
    return transceiver;
  }

  restartIce(): void {
    this.restarts += 1;
    this.#restartWanted = true;
    this.#checkNeeded();
  }

  setLocalDescription(): Promise<void> {
    return this.#inTurn(async () => {
      const type = this.signalingState === 'have-remote-offer' ? 'answer' : 'offer';
      await this.#pace();
      this.#version += 1;
      const answers = type === 'answer' ? this.remoteDescription?.id : undefined;
      this.localDescription = new FakeDescription(type, this.#session, this.#version, answers);
      for (const it of this.#transceivers) it.agreed = true;
      this.#restartWanted = false;
      this.signalingState = type === 'offer' ? 'have-local-offer' : 'stable';
      if (type === 'answer') this.#settle();
      this.onicecandidate?.({ candidate: new FakeCandidate(this.localDescription.id) });
    });
  }

  setRemoteDescription(init: RTCSessionDescriptionInit): Promise<void> {
    return this.#inTurn(async () => {
      const description = FakeDescription.parse(init);
      await this.#pace();
      if (description.type === 'offer') this.#takeOffer(description);
      else this.#takeAnswer(description);
    });
  }

  addIceCandidate(candidate: { candidate?: string }): Promise<void> {
    return this.#inTurn(async () => {
      await this.#pace();
      if (this.remoteDescription === null) throw new DOMException('too early', 'InvalidStateError');
      if (!candidate.candidate?.startsWith(this.remoteDescription.session)) {
        throw new DOMException('of another session', 'OperationError');
      }
      this.candidates.push(candidate);
    });
  }

  /** Pretends that the connection came to stand so. */
  becomes(state: RTCPeerConnectionState, ice: RTCIceConnectionState = 'connected'): void {
    this.connectionState = state;
    this.iceConnectionState = state === 'failed' ? ice : 'connected';
    this.oniceconnectionstatechange?.();
    this.onconnectionstatechange?.();
  }

  close(): void {
    this.signalingState = 'closed';
    this.connectionState = 'closed';
  }

  #takeOffer(offer: FakeDescription): void {
    if (this.remoteDescription && this.remoteDescription.session !== offer.session) {
      throw new DOMException('another session', 'InvalidAccessError');
    }
    if (this.signalingState === 'have-local-offer') this.#rollBack();
    this.remoteDescription = offer;
    this.signalingState = 'have-remote-offer';
    for (const kind of ['audio', 'video'] as const) {
      if (!this.#transceivers.some((it) => it.receiver.track.kind === kind)) this.#add(kind);
    }
    for (const { receiver } of this.#transceivers) this.ontrack?.({ track: receiver.track });
  }

  #takeAnswer(answer: FakeDescription): void {
    if (
      this.signalingState !== 'have-local-offer' ||
      answer.answers !== this.localDescription?.id
    ) {
      throw new DOMException('answers something else', 'InvalidStateError');
    }
    this.remoteDescription = answer;
    this.signalingState = 'stable';
    for (const { receiver } of this.#transceivers) this.ontrack?.({ track: receiver.track });
    this.#settle();
  }

  #rollBack(): void {
    this.localDescription = this.#stable.local;
    this.remoteDescription = this.#stable.remote;
    for (const it of this.#transceivers) it.agreed = false;
    this.signalingState = 'stable';
  }

  #settle(): void {
    this.#stable = { local: this.localDescription, remote: this.remoteDescription };
    this.#needed = false;
    this.#checkNeeded();
  }

  #add(kind: 'audio' | 'video'): Transceiver {
    const sender: Transceiver['sender'] = {
      track: null,
      replaceTrack: async (track) => void (sender.track = track),
    };
    const receiver = { track: new FakeTrack(kind) };
    const transceiver = { receiver, sender, agreed: false, sends: false };
    this.#transceivers.push(transceiver);
    return transceiver;
  }

  #checkNeeded(): void {
    if (this.#chained > 0 || this.signalingState !== 'stable' || this.isAgreed || this.#needed)
      return;
    this.#needed = true;
    void this.#pace().then(() => {
      if (this.#chained > 0 || this.signalingState !== 'stable' || this.isAgreed) {
        this.#needed = false;
        return this.#chained === 0 ? this.#checkNeeded() : undefined;
      }
      this.onnegotiationneeded?.();
    });
  }

  #inTurn(operation: () => Promise<void>): Promise<void> {
    if (this.signalingState === 'closed') {
      return Promise.reject(new DOMException('closed', 'InvalidStateError'));
    }
    this.#chained += 1;
    // A connection that is closed meanwhile never finishes what it began.
    const done = this.#chain.then(async () => {
      if (this.signalingState === 'closed') await new Promise<never>(() => undefined);
      await operation();
    });
    this.#chain = done
      .catch(() => undefined)
      .then(() => {
        this.#chained -= 1;
        if (this.#chained === 0) this.#checkNeeded();
      });
    return done;
  }
}

/** A description that says where it comes from. */
class FakeDescription {
  constructor(
    readonly type: 'offer' | 'answer',
    readonly session: string,
    readonly version: number,
    readonly answers?: string,
  ) {}

  get id(): string {
    return `${this.session}.${this.version}`;
  }

  static parse({ type, sdp = '' }: RTCSessionDescriptionInit): FakeDescription {
    const [, session = '', version = ''] = /^o=- (\S+) (\S+)/m.exec(sdp) ?? [];
    const answers = /^a=answers:(\S+)/m.exec(sdp)?.[1];
    if (type !== 'offer' && type !== 'answer') throw new TypeError('no such type');
    return new FakeDescription(type, session, Number(version), answers);
  }

  toJSON(): RTCSessionDescriptionInit {
    const answers = this.answers === undefined ? '' : `a=answers:${this.answers}\r\n`;
    const origin = `o=- ${this.session} ${this.version} IN IP4 127.0.0.1\r\n`;
    return { type: this.type, sdp: `v=0\r\n${origin}${answers}` };
  }
}

class FakeCandidate {
  constructor(readonly candidate: string) {}

  toJSON(): RTCIceCandidateInit {
    return { candidate: this.candidate };
  }
}
