//! A network that lets a device reach some servers and others not, for the
//! check of a connection: only gathering and one data channel are played.

/** What a server does: it answers; it answers what the device knew already; it
 *  keeps silent; or it says no with this code of STUN. */
export type Reached = 'works' | 'known' | 'silent' | number;

/** After so long a browser believes that nobody will answer, in milliseconds. */
const GIVES_UP = 9_500;

/** Makes connections that reach what the test wants. */
export class FakeReach {
  /** Every connection that was made, oldest first. */
  readonly connections: FakeProbe[] = [];
  /** How long something takes through the relay, there and back. */
  delay = 30;
  /** The relay hands out addresses, but passes nothing. */
  passesNothing = false;

  /** What each server does, by its address; one that is not named keeps silent. */
  constructor(readonly servers: Record<string, Reached>) {}

  /** For the options of a check. */
  readonly connect = (configuration: RTCConfiguration): RTCPeerConnection => {
    const probe = new FakeProbe(this, configuration);
    this.connections.push(probe);
    return probe as unknown as RTCPeerConnection;
  };
}

/** A connection as far as a check can see. */
class FakeProbe {
  onicecandidate: ((event: { candidate: { candidate: string } | null }) => void) | null = null;
  onicecandidateerror: ((event: { errorCode: number; url: string }) => void) | null = null;
  ondatachannel: ((event: { channel: FakeChannel }) => void) | null = null;
  localDescription: { from: FakeProbe } | null = null;
  isClosed = false;
  #channel: FakeChannel | undefined;

  constructor(
    readonly reach: FakeReach,
    readonly configuration: RTCConfiguration,
  ) {}

  createDataChannel(): FakeChannel {
    this.#channel = new FakeChannel(this.reach);
    return this.#channel;
  }

  async setLocalDescription(): Promise<void> {
    this.localDescription = { from: this };
    setTimeout(() => this.#gather(), 0);
  }

  async setRemoteDescription({ from }: { from: FakeProbe }): Promise<void> {
    const mine = this.#channel;
    if (mine === undefined || this.reach.passesNothing) return;
    const theirs = new FakeChannel(this.reach);
    mine.other = theirs;
    theirs.other = mine;
    setTimeout(() => {
      from.ondatachannel?.({ channel: theirs });
      mine.onopen?.();
    }, this.reach.delay);
  }

  async addIceCandidate(): Promise<void> {}

  close(): void {
    this.isClosed = true;
  }

  #gather(): void {
    const urls = (this.configuration.iceServers ?? []).flatMap((it) => it.urls);
    if (this.configuration.iceTransportPolicy !== 'relay') this.#find('host');
    const isWaiting = urls.map((url) => this.#ask(url)).some((it) => it === 'silent');
    if (!isWaiting) return this.onicecandidate?.({ candidate: null });
    setTimeout(() => this.onicecandidate?.({ candidate: null }), GIVES_UP);
  }

  #ask(url: string): Reached {
    const reached = this.reach.servers[url] ?? 'silent';
    if (reached === 'works') this.#find(url.startsWith('stun') ? 'srflx' : 'relay');
    if (typeof reached === 'number') this.onicecandidateerror?.({ errorCode: reached, url });
    if (reached === 'silent') {
      setTimeout(() => this.onicecandidateerror?.({ errorCode: 701, url }), GIVES_UP);
    }
    return reached;
  }

  #find(kind: string): void {
    const candidate = `candidate:1 1 udp 2122260223 192.0.2.1 50000 typ ${kind}`;
    this.onicecandidate?.({ candidate: { candidate } });
  }
}

class FakeChannel {
  onopen: (() => void) | null = null;
  onmessage: (() => void) | null = null;
  other: FakeChannel | undefined;

  constructor(readonly reach: FakeReach) {}

  send(): void {
    setTimeout(() => this.other?.onmessage?.(), this.reach.delay / 2);
  }
}
