//! What is said to the house about recordings, over HTTP.

import { HousecallError } from '../errors';
import { problemOf } from '../rest';
import type { TokenProvider } from '../transport';
import type { Head } from './spool';

/** The right to save a recording, for a while. */
export interface Grant {
  grant: string;
  /** The number of the piece that comes next. */
  next: number;
}

/** A run may begin. */
export interface OpenPart extends Grant {
  part: number;
}

/** The house said no. */
export class Refusal extends Error {
  constructor(
    readonly problem: HousecallError,
    readonly status: number,
    /** The number of the piece that it would take. */
    readonly next: number | undefined,
  ) {
    super(problem.message);
  }

  /** The stable code of the no. */
  get code(): string {
    return this.problem.code ?? '';
  }
}

/** How long an answer may take, in milliseconds: a piece over a very slow line. */
const ANSWER_WITHIN = 60_000;

/** Everything about the recordings of one user. Whatever goes wrong is a
 *  {@link Refusal} or, without an answer, a {@link HousecallError}. */
export class House {
  readonly #url: string;
  readonly #token: TokenProvider;
  readonly #closing = new AbortController();

  constructor(url: string, token: TokenProvider) {
    this.#url = `${url}/api/recordings`;
    this.#token = token;
  }

  /** Begins a run; its time begins with the answer. */
  openPart(recording: string, mediaType: string): Promise<OpenPart> {
    return this.#ask('POST', `${recording}/parts`, json({ mediaType }));
  }

  /** Asks for the right to go on saving. */
  grant(recording: string): Promise<Grant> {
    return this.#ask('POST', `${recording}/grants`, json({}));
  }

  /** Saves a piece. Answered when it cannot be lost any more. */
  put(
    recording: string,
    { grant, next }: Grant,
    { part, at, length }: Head,
    bytes: Uint8Array<ArrayBuffer>,
  ): Promise<unknown> {
    const path = `${recording}/chunks/${next}?part=${part}&at=${at}&length=${length}`;
    return digestOf(bytes).then((digest) => {
      const headers = { 'content-digest': digest, 'content-type': 'application/octet-stream' };
      return this.#ask('PUT', path, { headers, body: bytes }, grant);
    });
  }

  /** Saves what is shown of it where it is not played. */
  poster(recording: string, grant: string, image: Blob): Promise<unknown> {
    const headers = { 'content-type': 'image/jpeg' };
    return this.#ask('PUT', `${recording}/poster`, { headers, body: image }, grant);
  }

  /** That was all. */
  finish(recording: string, { grant, next: chunks }: Grant): Promise<unknown> {
    return this.#ask('POST', `${recording}/finish`, json({ chunks }), grant);
  }

  /** Waits for no answer any more. */
  close(): void {
    this.#closing.abort();
  }

  async #ask<T>(method: string, path: string, init: RequestInit, grant?: string): Promise<T> {
    if (grant !== undefined) return this.#fetch(method, path, init, grant);
    try {
      return await this.#fetch(method, path, init, await this.#token({ refresh: false }));
    } catch (thrown) {
      if (!(thrown instanceof Refusal) || thrown.code !== 'token_expired') throw thrown;
      return this.#fetch(method, path, init, await this.#token({ refresh: true }));
    }
  }

  async #fetch<T>(method: string, path: string, init: RequestInit, bearer: string): Promise<T> {
    const limit = new AbortController();
    const abort = () => limit.abort();
    const timer = setTimeout(abort, ANSWER_WITHIN);
    this.#closing.signal.addEventListener('abort', abort);
    const headers = { ...init.headers, authorization: `Bearer ${bearer}` };
    try {
      if (this.#closing.signal.aborted) throw HousecallError.unreachable();
      const request = { ...init, method, headers, signal: limit.signal };
      return await answerOf<T>(await fetch(`${this.#url}/${path}`, request));
    } catch (thrown) {
      throw thrown instanceof Refusal ? thrown : HousecallError.from(thrown);
    } finally {
      clearTimeout(timer);
      this.#closing.signal.removeEventListener('abort', abort);
    }
  }
}

async function answerOf<T>(response: Response): Promise<T> {
  if (response.ok) return (await response.json().catch(() => null)) as T;
  const said = await response.clone().json().catch(() => ({}));
  const { next } = said as { next?: number };
  throw new Refusal(await problemOf(response), response.status, next);
}

function json(body: object): RequestInit {
  return { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

/** RFC 9530. */
async function digestOf(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return `sha-256=:${btoa(String.fromCharCode(...hash))}:`;
}
