//! Which ways to others are open to this device, tried one by one: calls use
//! whichever works, so that one that is closed stays unseen until it is needed.

import { HousecallError } from './errors';
import { fetchIceServers } from './ice';
import { offerFor, type Offer, type ServerAddress, type Way } from './offers';
import { ping } from './ping';
import { gather, within, type Gathered } from './probe';
import type { CandidateKind, ConnectionReport, Verdict } from './wire.gen';

/** What is tried: each way, and then sending something through the relay. */
export type CheckPart = Way | 'roundTrip';

/** How one part of a check stands. */
export interface CheckStep {
  part: CheckPart;
  /** It is being tried. */
  pending: boolean;
  /** `unknown` until it was tried; `missing` if the server offers none. */
  verdict: Verdict;
  /** Whom it was tried with. */
  servers: ServerAddress[];
  /** Why it does not work: nobody answered, or the answer was no. */
  why?: 'unreachable' | 'refused';
  /** How long it took, of the part that measures it. */
  roundTripMs?: number;
}

/** How a connection is checked. */
export interface CheckOptions {
  /** Where ICE servers come from; from the server unless said otherwise. */
  iceServers?: () => Promise<RTCIceServer[]>;
  connect?: (configuration: RTCConfiguration) => RTCPeerConnection;
  /** Called when a part begins and when it is done. */
  progress?: (step: CheckStep) => void;
  /** Gives up. */
  signal?: AbortSignal;
}

/** How long a relay may take, in milliseconds: four lost packets in a row. */
const TRY_FOR = 5_000;

/** How long STUN may take, which answers in one step: three of them. */
const ASK_FOR = 2_500;

/** How long sending something through the relay may take. */
const ROUND_TRIP_WITHIN = 8_000;

/** The fastest first. */
const RELAYS = ['relayUdp', 'relayTcp', 'relayTls'] as const;

/** Where nobody answered, browsers say this (W3C WebRTC, section 4.8.3). */
const NO_ANSWER = 701;

/** Tries every way that the server offers to this device. */
export async function checkConnection(
  url: string,
  token: () => Promise<string>,
  options: CheckOptions = {},
): Promise<ConnectionReport> {
  if (options.connect === undefined && !('RTCPeerConnection' in globalThis)) {
    throw HousecallError.withoutCalls();
  }
  const own = options.iceServers;
  const offered = own === undefined ? (await fetchIceServers(url, token)).iceServers : await own();
  return new Check(offered, options).run();
}

class Check {
  readonly #offered: RTCIceServer[];
  readonly #connect: (configuration: RTCConfiguration) => RTCPeerConnection;
  readonly #progress: (step: CheckStep) => void;
  readonly #signal: AbortSignal | undefined;
  readonly #kinds = new Set<CandidateKind>();

  constructor(offered: RTCIceServer[], { connect, progress, signal }: CheckOptions) {
    this.#offered = offered;
    this.#connect = connect ?? ((configuration) => new RTCPeerConnection(configuration));
    this.#progress = progress ?? (() => undefined);
    this.#signal = signal;
  }

  async run(): Promise<ConnectionReport> {
    const stun = await this.#askStun();
    const relayUdp = await this.#tryRelay('relayUdp');
    const verdicts = {
      stun: stun ?? this.#judgeStun(relayUdp),
      relayUdp,
      relayTcp: await this.#tryRelay('relayTcp'),
      relayTls: await this.#tryRelay('relayTls'),
    };
    const relay = RELAYS.find((way) => verdicts[way] === 'works');
    const roundTripMs = relay === undefined ? undefined : await this.#roundTrip(relay);
    return {
      ...verdicts,
      candidates: [...this.#kinds],
      ...(roundTripMs === undefined ? {} : { roundTripMs }),
    };
  }

  /** Where a device has a public address, STUN tells what it knows already, and no
   *  candidate comes of that; and of several addresses some may wait for an answer
   *  for ever. Then there is no verdict yet. */
  async #askStun(): Promise<Verdict | undefined> {
    const { iceServers, servers } = this.#offer('stun');
    const about = { part: 'stun' as const, servers };
    if (servers.length === 0) return this.#done({ ...about, verdict: 'missing' });
    this.#begin('stun', servers);
    const answer = await this.#gather({ iceServers }, 'srflx', ASK_FOR);
    if (wasAnswered(answer, servers)) return this.#done({ ...about, verdict: 'works' });
    return answer.isComplete ? this.#done({ ...about, ...closed(answer) }) : undefined;
  }

  /** The relay is the witness, if it answers at the same place. */
  #judgeStun(relayUdp: Verdict): Verdict {
    const { servers } = this.#offer('stun');
    const witnesses = relayUdp === 'works' ? this.#offer('relayUdp').servers : [];
    const isWitnessed = servers.some((it) => witnesses.some((one) => same(one, it)));
    const step = { part: 'stun' as const, servers };
    return isWitnessed
      ? this.#done({ ...step, verdict: 'works' })
      : this.#done({ ...step, verdict: 'blocked', why: 'unreachable' });
  }

  async #tryRelay(way: Way): Promise<Verdict> {
    const { iceServers, servers } = this.#offer(way);
    const about = { part: way, servers };
    if (servers.length === 0) return this.#done({ ...about, verdict: 'missing' });
    this.#begin(way, servers);
    const configuration = { iceServers, iceTransportPolicy: 'relay' as const };
    const gathered = await this.#gather(configuration, 'relay', TRY_FOR);
    const works = gathered.found.some((it) => it.kind === 'relay');
    return this.#done({ ...about, ...(works ? { verdict: 'works' } : closed(gathered)) });
  }

  async #gather(configuration: RTCConfiguration, wanted: CandidateKind, limit: number) {
    const limits = { limit, signal: this.#signal };
    const connection = this.#connect(configuration);
    const gathered = await gather(connection, ({ kind }) => kind === wanted, limits);
    for (const { kind } of gathered.found) this.#kinds.add(kind);
    return gathered;
  }

  async #roundTrip(way: Way): Promise<number | undefined> {
    const { iceServers, servers } = this.#offer(way);
    const configuration: RTCConfiguration = { iceServers, iceTransportPolicy: 'relay' };
    const ends = [this.#connect(configuration), this.#connect(configuration)] as const;
    this.#begin('roundTrip', servers);
    // A connection that cannot be agreed on passes nothing either.
    const pinged = ping(...ends).catch(() => undefined);
    try {
      const time = await within(pinged, ROUND_TRIP_WITHIN, this.#signal);
      const found =
        time === undefined
          ? ({ verdict: 'blocked' } as const)
          : ({ verdict: 'works', roundTripMs: time } as const);
      this.#done({ part: 'roundTrip', servers, ...found });
      return time;
    } finally {
      for (const end of ends) end.close();
    }
  }

  #offer(way: Way): Offer {
    return offerFor(way, this.#offered);
  }

  #begin(part: CheckPart, servers: ServerAddress[]): void {
    this.#progress({ part, servers, pending: true, verdict: 'unknown' });
  }

  #done(step: Omit<CheckStep, 'pending'>): Verdict {
    this.#progress({ ...step, pending: false });
    return step.verdict;
  }
}

/** A candidate that only STUN can tell; or nothing more to come, and some server
 *  left fewer addresses without an answer than the device has. */
function wasAnswered(answer: Gathered, servers: ServerAddress[]): boolean {
  const { found, isComplete, unanswered } = answer;
  if (found.some((it) => it.kind === 'srflx')) return true;
  if (!isComplete) return servers.some(isHere);
  const own = found.filter((it) => it.kind === 'host' && it.protocol === 'udp').length;
  const fewest = unanswered.length < servers.length ? 0 : Math.min(...unanswered);
  return own > fewest;
}

function closed({ codes }: Gathered): Pick<CheckStep, 'verdict' | 'why'> {
  const isRefused = codes.some((code) => code !== NO_ANSWER);
  return { verdict: 'blocked', why: isRefused ? 'refused' : 'unreachable' };
}

/** No network lies between a server and the machine it runs on, so that whoever
 *  keeps silent there is only another of its addresses. */
function isHere({ host }: ServerAddress): boolean {
  return host === 'localhost' || host === '[::1]' || host.startsWith('127.');
}

function same(one: ServerAddress, other: ServerAddress): boolean {
  return one.host === other.host && one.port === other.port;
}
