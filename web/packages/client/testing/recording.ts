//! A recorder, a studio and a house that takes recordings, played by the test.

import type { Equipment } from '../src';
import type { Tape } from '../src/recorder/capture';
import type { Seat } from '../src/recorder/scene';
import type { Studio } from '../src/recorder/studio';
import { FakeFolder } from './folder';
import { FakeStream } from './media';

/** What every run of a fake recorder begins with: the house knows it by that. */
const HEADER = `webm${' '.repeat(300)}`;

/** A `MediaRecorder` that hands over what the test gives it. */
export class FakeTape extends EventTarget implements Tape {
  state: RecordingState = 'inactive';
  #header: string;

  constructor(
    readonly mediaType: string,
    header = HEADER,
  ) {
    super();
    this.#header = header;
  }

  start(): void {
    this.state = 'recording';
  }

  /** Hands over the rest a moment later, as browsers do. */
  stop(): void {
    this.state = 'inactive';
    queueMicrotask(() => {
      this.gives('rest');
      this.dispatchEvent(new Event('stop'));
    });
  }

  /** Hands over a piece. */
  gives(text: string): void {
    const data = new Blob([this.#header, text]);
    this.#header = '';
    this.dispatchEvent(Object.assign(new Event('dataavailable'), { data }));
  }

  /** Stops by itself. */
  breaks(): void {
    this.state = 'inactive';
    this.dispatchEvent(new Event('stop'));
  }
}

type RecordingState = MediaRecorder['state'];

/** A studio that shows nothing and remembers what it would. */
export class FakeStudio implements Studio {
  readonly stream = FakeStream.of();
  seats: readonly Seat[] = [];
  isOpen = true;

  constructor(readonly readiness: Promise<void>) {}

  show(seats: readonly Seat[]): void {
    this.seats = seats;
  }

  ready(): Promise<void> {
    return this.readiness;
  }

  async poster(): Promise<Blob> {
    return new Blob(['poster']);
  }

  close(): void {
    this.isOpen = false;
  }
}

/** What a test records with. */
export class FakeEquipment implements Equipment {
  /** Every run's recorder and studio, oldest first. */
  readonly tapes: FakeTape[] = [];
  readonly studios: FakeStudio[] = [];
  /** What a browser of this kind cannot record. */
  readonly unsupported = new Set<string>();
  /** Resolves when the browser lets the page make sound. */
  readiness: Promise<void> = Promise.resolve();
  readonly lock: Equipment['lock'] = (_, work) => work();

  constructor(readonly folder = new FakeFolder()) {}

  readonly studio = async (): Promise<FakeStudio> => {
    const studio = new FakeStudio(this.readiness);
    this.studios.push(studio);
    return studio;
  };

  readonly records = (mediaType: string): boolean => !this.unsupported.has(mediaType);

  readonly tape = (_: MediaStream, mediaType: string): FakeTape => {
    const tape = new FakeTape(mediaType);
    this.tapes.push(tape);
    return tape;
  };

  get root(): Equipment['root'] {
    return this.folder.root;
  }
}

/** A piece as the house keeps it. */
interface Kept {
  part: number;
  at: number;
  length: number;
  text: string;
}

/** A house that takes recordings, over `fetch`. */
export class FakeHouse {
  /** What is safe, in order. */
  readonly chunks: Kept[] = [];
  /** Everything that was asked for: `PUT chunks/0`. */
  readonly asked: string[] = [];
  posters = 0;
  parts = 0;
  isFinished = false;
  isOnAir = true;
  /** The network is gone. */
  isAway = false;
  /** The answer to a question gets lost after it was acted on. */
  losesAnswers = false;
  /** The grants that are good. */
  readonly grants = new Set<string>();
  /** Says no to what matches, by status and code. */
  readonly refusals = new Map<RegExp, [number, string]>();

  /** In place of the browser's. */
  readonly fetch = async (url: string, init: RequestInit): Promise<Response> => {
    const { pathname, searchParams } = new URL(url, 'https://house.test');
    const what = `${init.method} ${pathname.split('/').slice(4).join('/')}`;
    this.asked.push(what);
    if (this.isAway) throw new TypeError('Failed to fetch');
    const answer = await this.#answer(what, searchParams, init);
    if (this.losesAnswers) throw new TypeError('Failed to fetch');
    return answer;
  };

  /** What it has, as one text, without what runs begin with. */
  get text(): string {
    return this.chunks.map((it) => it.text.replace(HEADER, '')).join(' ');
  }

  async #answer(what: string, query: URLSearchParams, init: RequestInit): Promise<Response> {
    const bearer = new Headers(init.headers).get('authorization')?.replace('Bearer ', '') ?? '';
    for (const [pattern, [status, code]] of this.refusals) {
      if (pattern.test(what)) return no(status, code);
    }
    if (this.isFinished) return no(409, 'already_finished');
    if (what === 'POST parts') {
      if (!this.isOnAir) return no(409, 'not_on_air');
      this.parts += 1;
      return ok({ part: this.parts, ...this.#grant() }, 201);
    }
    if (what === 'POST grants') return ok(this.#grant());
    if (!this.grants.has(bearer)) return no(401, 'grant_expired');
    if (what === 'PUT poster') {
      this.posters += 1;
      return new Response(null, { status: 204 });
    }
    if (what === 'POST finish') return this.#finish(JSON.parse(String(init.body)));
    return this.#keep(Number(what.split('/').at(-1)), query, init);
  }

  #grant() {
    const grant = `grant-${this.grants.size + 1}-${this.asked.length}`;
    this.grants.add(grant);
    return { grant, next: this.chunks.length, chunkBytes: 4_194_304 };
  }

  #finish({ chunks }: { chunks: number }): Response {
    if (this.isOnAir) return no(409, 'on_air');
    if (chunks > this.chunks.length) return no(409, 'chunks_missing', this.chunks.length);
    this.isFinished = true;
    return ok({ status: 'processing' }, 202);
  }

  async #keep(number: number, query: URLSearchParams, init: RequestInit): Promise<Response> {
    const bytes = init.body as Uint8Array<ArrayBuffer>;
    const hash = await crypto.subtle.digest('SHA-256', bytes);
    const digest = `sha-256=:${btoa(String.fromCharCode(...new Uint8Array(hash)))}:`;
    if (new Headers(init.headers).get('content-digest') !== digest) return no(400, 'digest_mismatch');
    const [part = 0, at = 0, length = 0] = ['part', 'at', 'length'].map((it) => Number(query.get(it)));
    const chunk = { part, at, length, text: new TextDecoder().decode(bytes) };
    if (number > this.chunks.length) return no(409, 'chunk_out_of_order', this.chunks.length);
    const before = this.chunks[number];
    if (before === undefined) this.chunks.push(chunk);
    else if (JSON.stringify(before) !== JSON.stringify(chunk)) return no(409, 'chunk_differs');
    return ok({ next: this.chunks.length });
  }
}

function ok(body: object, status = 200): Response {
  return new Response(JSON.stringify(body), { status });
}

function no(status: number, code: string, next?: number): Response {
  return new Response(JSON.stringify({ title: code, code, next }), { status });
}
