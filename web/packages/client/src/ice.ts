//! Where this device finds a way to others: STUN and TURN, from the server.
//!
//! What the server tells is good for a while only, so it is asked again before
//! that is over, and before anything that needs it.

import { HousecallError } from './errors';
import { problemOf } from './rest';

/** What `GET /api/ice-servers` answers. */
export interface IceAnswer {
  iceServers: RTCIceServer[];
  /** For how many seconds they may be used. */
  ttl: number;
}

/** Which of the servers that are offered are used, and for what. */
export interface IceRules {
  /** Media goes through a relay or not at all. */
  relayOnly?: boolean;
  /** Whether to use a STUN or TURN server, by its address: `turn:…?transport=tcp`. */
  useServer?: (url: string) => boolean;
}

/** Longer than this the answer is not waited for: the servers known from
 *  before may still do. */
const ANSWER_WITHIN = 4_000;

/** The server is not asked more often than this unless there is a need. */
const AGAIN_AFTER = 30_000;

/** The longest time that a browser's timer can wait. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** Asks the server for ICE servers; throws when it does not answer. */
export async function fetchIceServers(
  url: string,
  token: () => Promise<string>,
): Promise<IceAnswer> {
  const headers = { authorization: `Bearer ${await token()}` };
  const response = await fetch(`${url}/api/ice-servers`, { headers }).catch((cause: unknown) => {
    throw HousecallError.unreachable(cause);
  });
  if (!response.ok) throw await problemOf(response);
  return (await response.json()) as IceAnswer;
}

/** The servers that `rules` leave. */
export function allowed(servers: RTCIceServer[], { useServer }: IceRules): RTCIceServer[] {
  if (useServer === undefined) return servers;
  return servers
    .map((it) => ({ ...it, urls: [it.urls].flat().filter(useServer) }))
    .filter((it) => it.urls.length > 0);
}

/** How connections are made, kept up to date while there are any. */
export class Ice {
  /** How a connection is made now. */
  configuration: RTCConfiguration;
  readonly #ask: () => Promise<IceAnswer>;
  readonly #rules: IceRules;
  /** The servers are not known, or about to be worth nothing. */
  #isStale = true;
  #isUsed = false;
  #asking: Promise<void> | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(ask: () => Promise<IceAnswer>, rules: IceRules = {}) {
    this.#ask = ask;
    this.#rules = rules;
    this.configuration = this.#with([]);
  }

  /** Asks for servers, and again whenever half of their time is over. Without
   *  an answer those from before stay: a call also works without any between
   *  devices that reach each other directly. */
  async renew(): Promise<RTCConfiguration> {
    this.#isUsed = true;
    this.#asking ??= this.#take().finally(() => (this.#asking = null));
    await this.#asking;
    return this.configuration;
  }

  /** The servers, asked for again if they are old. */
  async fresh(): Promise<RTCConfiguration> {
    return this.#isStale ? this.renew() : this.configuration;
  }

  /** There are no connections any more. */
  rest(): void {
    this.#isUsed = false;
    this.#isStale = true;
    clearTimeout(this.#timer);
  }

  async #take(): Promise<void> {
    try {
      const { iceServers, ttl } = await inTime(this.#ask());
      this.configuration = this.#with(allowed(iceServers, this.#rules));
      this.#isStale = false;
      this.#renewAfter((ttl * 1_000) / 2);
    } catch {
      this.#isStale = true;
      this.#renewAfter(AGAIN_AFTER);
    }
  }

  #renewAfter(time: number): void {
    clearTimeout(this.#timer);
    if (!this.#isUsed || time > LONGEST_TIMER) return;
    this.#timer = setTimeout(
      () => {
        this.#isStale = true;
        void this.renew();
      },
      Math.max(time, AGAIN_AFTER),
    );
  }

  #with(iceServers: RTCIceServer[]): RTCConfiguration {
    return this.#rules.relayOnly === true
      ? { iceServers, iceTransportPolicy: 'relay' }
      : { iceServers };
  }
}

function inTime<T>(answer: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(HousecallError.unreachable()), ANSWER_WITHIN);
    answer.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
