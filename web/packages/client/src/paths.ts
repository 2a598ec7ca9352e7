//! Which way media takes: what the statistics of a connection say about it.

import type { PathKind } from './wire.gen';

/** A way, and how good it is. */
export interface PathInUse {
  path: PathKind;
  /** From here to the other device and back. */
  roundTripMs?: number;
  /** How much of what they sent was lost, so far. */
  lossPercent?: number;
}

/** How often the way is looked at while a connection is up, in milliseconds. */
const EVERY = 10_000;

/** A connection is up a moment before its statistics know by which way. */
const SOON = 500;

/** A relay is reached over one of these; browsers that do not say use UDP. */
const RELAYS: Record<string, PathKind> = { udp: 'relay-udp', tcp: 'relay-tcp', tls: 'relay-tls' };

/** Any entry of a report, with what is read of it here. */
interface Entry {
  id: string;
  type: string;
  selectedCandidatePairId?: string;
  selected?: boolean;
  nominated?: boolean;
  state?: string;
  localCandidateId?: string;
  currentRoundTripTime?: number;
  candidateType?: string;
  relayProtocol?: string;
  packetsReceived?: number;
  packetsLost?: number;
}

/** The way that a connection takes by its own statistics, if it has one. */
export function pathIn(report: ReadonlyMap<string, unknown>): PathInUse | undefined {
  const entries = [...report.values()] as Entry[];
  const pair = pairIn(entries);
  const local = entries.find((it) => it.id === pair?.localCandidateId);
  if (pair === undefined || local === undefined) return undefined;
  const { currentRoundTripTime: time } = pair;
  const loss = lossIn(entries);
  return {
    path: kindOf(local),
    ...(time === undefined ? {} : { roundTripMs: Math.round(time * 1_000) }),
    ...(loss === undefined ? {} : { lossPercent: loss }),
  };
}

function pairIn(entries: Entry[]): Entry | undefined {
  const selected = entries.find((it) => it.type === 'transport')?.selectedCandidatePairId;
  const pairs = entries.filter((it) => it.type === 'candidate-pair');
  // Firefox has no transport to ask, but marks the pair.
  return (
    pairs.find((it) => it.id === selected) ??
    pairs.find((it) => it.selected === true) ??
    pairs.find((it) => it.nominated === true && it.state === 'succeeded')
  );
}

function kindOf({ candidateType, relayProtocol = 'udp' }: Entry): PathKind {
  if (candidateType === 'relay') return RELAYS[relayProtocol] ?? 'relay-udp';
  return candidateType === 'host' ? 'direct' : 'stun';
}

function lossIn(entries: Entry[]): number | undefined {
  const streams = entries.filter((it) => it.type === 'inbound-rtp');
  const lost = sum(streams, (it) => it.packetsLost);
  const expected = lost + sum(streams, (it) => it.packetsReceived);
  // Packets that come twice count as less than none lost (RFC 3550, 6.4.1).
  return expected > 0 ? Math.max(0, Math.round((lost / expected) * 1_000) / 10) : undefined;
}

function sum(entries: Entry[], of: (entry: Entry) => number | undefined): number {
  return entries.reduce((all, it) => all + (of(it) ?? 0), 0);
}

/** Looks at the way of one connection, and tells when it is another. */
export class PathWatch {
  readonly #connection: RTCPeerConnection;
  readonly #changed: (path: PathInUse) => void;
  #path: PathKind | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #transport: RTCIceTransport | null = null;
  #isStopped = false;

  constructor(connection: RTCPeerConnection, changed: (path: PathInUse) => void) {
    this.#connection = connection;
    this.#changed = changed;
    connection.oniceconnectionstatechange = () => void this.#look();
  }

  /** The connection came to stand otherwise: while it is up, the way is looked at. */
  review(): void {
    if (this.#connection.connectionState !== 'connected') return;
    this.#listen();
    void this.#look();
  }

  /** Looks no more. */
  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    this.#connection.oniceconnectionstatechange = null;
    this.#transport?.removeEventListener('selectedcandidatepairchange', this.#moved);
  }

  readonly #moved = () => void this.#look();

  /** Some browsers tell at once when another pair is taken. */
  #listen(): void {
    this.#transport ??= this.#connection.getReceivers()[0]?.transport?.iceTransport ?? null;
    this.#transport?.addEventListener('selectedcandidatepairchange', this.#moved);
  }

  async #look(): Promise<void> {
    clearTimeout(this.#timer);
    if (this.#connection.connectionState !== 'connected') return;
    // A connection that is closed meanwhile has nothing to tell.
    const report = await this.#connection.getStats().catch(() => new Map<string, unknown>());
    if (this.#isStopped) return;
    const found = pathIn(report as ReadonlyMap<string, unknown>);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#look(), found === undefined ? SOON : EVERY);
    if (found === undefined || found.path === this.#path) return;
    this.#path = found.path;
    this.#changed(found);
  }
}
