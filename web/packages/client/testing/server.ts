//! The server's end of the socket, played by the test.

import type { Problem, SocketFactory, SocketLike, SocketOptions } from '../src';

/** A word the client said. */
export interface Said {
  word: string;
  body: Record<string, unknown>;
}

/** Words that are refused until the test says what they give. */
const WITH_RESULT = new Set([
  'start',
  'answer',
  'join',
  'arrive',
  'resume',
  'look',
  'messages',
  'watch-people',
]);

type Listener = (...args: never[]) => void;
type Answer = (body: never) => unknown;

/** Hears what a client says and answers as the test wants. */
export class FakeServer {
  /** Everything that was said, in order. */
  readonly said: Said[] = [];
  /** What each connection was made with. */
  readonly auths: object[] = [];
  url = '';
  connected = false;
  #options: SocketOptions | undefined;
  readonly #listeners = new Map<string, Listener>();
  readonly #answers = new Map<string, Answer>();

  /** Makes the client's socket. */
  readonly socket: SocketFactory = (url, options) => {
    this.url = url;
    this.#options = options;
    return {
      on: (word: string, listener: Listener) => void this.#listeners.set(word, listener),
      connect: () => this.#connect(),
      disconnect: () => void (this.connected = false),
      timeout: () => ({ emitWithAck: (word: string, body: unknown) => this.#hear(word, body) }),
    } as unknown as SocketLike;
  };

  /** Answers a word from now on: with a result, or a {@link Problem} thrown. */
  answers(word: string, answer: Answer): void {
    this.#answers.set(word, answer);
  }

  /** Says a word to the client. */
  says(word: string, body: unknown): void {
    (this.#listeners.get(word) as ((body: unknown) => void) | undefined)?.(body);
  }

  /** Cuts the connection. */
  cuts(reason = 'transport close'): void {
    this.connected = false;
    this.says('disconnect', reason);
  }

  /** Refuses the connection. */
  refuses(problem: Problem): void {
    this.says('connect_error', Object.assign(new Error(problem.message), { data: problem }));
  }

  /** What was said with this word. */
  heard(word: string): Record<string, unknown>[] {
    return this.said.filter((it) => it.word === word).map((it) => it.body);
  }

  /** Throws a typed no, inside an answer. */
  static problem(code: string, message = code): never {
    throw new Refused({ code, message });
  }

  #connect(): void {
    this.connected = true;
    this.#options?.auth((auth) => this.auths.push(auth));
  }

  async #hear(word: string, body: unknown): Promise<unknown> {
    if (!this.connected) throw new Error('socket has been disconnected');
    this.said.push({ word, body: body as Said['body'] });
    try {
      return { ok: true, result: await this.#answerTo(word, body) };
    } catch (refused) {
      if (refused instanceof Refused) return { ok: false, problem: refused.problem };
      throw refused;
    }
  }

  #answerTo(word: string, body: unknown): unknown {
    const answer = this.#answers.get(word);
    if (answer !== undefined) return answer(body as never);
    return WITH_RESULT.has(word) ? FakeServer.problem('not_found') : null;
  }
}

class Refused extends Error {
  constructor(readonly problem: Problem) {
    super(problem.message);
  }
}
