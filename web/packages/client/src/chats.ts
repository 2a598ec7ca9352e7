//! All conversations of this device: what is heard is kept, what is missing is
//! asked for, what is written is said until the server has it or refuses it.

import {
  asOpen,
  asRead,
  EMPTY_CHAT,
  latestIn,
  messageIn,
  onTheWay,
  withFailure,
  withHeard,
  withRetry,
  withWritten,
  type Chat,
  type ChatMessage,
} from './chat';
import { HousecallError } from './errors';
import { randomId } from './memory';
import type { Transport } from './transport';
import type { CallEvent } from './wire.gen';

/** What the conversations need from their surroundings. */
export interface ChatsOptions {
  ask: Transport['ask'];
  /** Who writes here. */
  you: () => string;
  /** The server can be told something about this call now: this device is not
   *  on its way back into it. */
  reaches: (callId: string) => boolean;
  changed: (chats: ReadonlyMap<string, Chat>) => void;
  now?: () => Date;
}

/** The conversations of all calls, by the call's id. */
export class Chats {
  readonly #options: ChatsOptions;
  #all: ReadonlyMap<string, Chat> = new Map();
  /** After which place messages are missing, until they have come. */
  readonly #missing = new Map<string, number>();
  /** What the server has, or is being told, by key. */
  readonly #told = new Set<string>();

  constructor(options: ChatsOptions) {
    this.#options = options;
  }

  /** An event, before the call takes it; `known` is the latest one it has. */
  happened(event: CallEvent, known: number): void {
    if (event.seq > known + 1) this.catchUp(event.callId);
    const message = messageIn(event);
    if (message !== undefined) this.#hear(event.callId, [message]);
  }

  /** Asks for what was written since the latest message that is known. */
  catchUp(callId: string): void {
    this.#askFor(callId, this.#missing.get(callId) ?? latestIn(this.#of(callId)));
  }

  /** Asks for everything: more may be read than could be before. */
  readAll(callId: string): void {
    if (!this.#all.has(callId)) this.#put(callId, EMPTY_CHAT);
    this.#askFor(callId, 0);
  }

  /** Writes something. It is kept until the server has it; a refusal is kept
   *  beside it, and thrown. */
  async say(callId: string, message: string, to: readonly string[]): Promise<void> {
    const key = randomId();
    const at = (this.#options.now?.() ?? new Date()).toISOString();
    const written: ChatMessage = { seq: null, key, at, user: this.#options.you(), message, to };
    this.#put(callId, withWritten(this.#of(callId), written));
    await this.#send(callId, written);
  }

  /** Says a message again that the server would not have. */
  async retry(callId: string, key: string): Promise<void> {
    const chat = withRetry(this.#of(callId), key);
    this.#put(callId, chat);
    const message = onTheWay(chat).find((it) => it.key === key);
    if (message !== undefined) await this.#send(callId, message);
  }

  /** Says what the server does not have yet. The same key says nothing twice. */
  repeat(callId: string): void {
    for (const message of onTheWay(this.#of(callId))) {
      this.#send(callId, message).catch(() => undefined);
    }
  }

  /** Asks for what is missing in each, and repeats what the server can take now. */
  welcome(isBehind: (callId: string) => boolean): void {
    for (const callId of this.#all.keys()) {
      if (isBehind(callId) || this.#missing.has(callId)) this.catchUp(callId);
      this.repeat(callId);
    }
  }

  /** Everything in a chat was read. */
  markRead(callId: string): void {
    const chat = this.#of(callId);
    if (asRead(chat) !== chat) this.#put(callId, asRead(chat));
  }

  /** The page shows a chat, or no more. */
  open(callId: string, isOpen: boolean): void {
    if (this.#of(callId).isOpen !== isOpen) this.#put(callId, asOpen(this.#of(callId), isOpen));
  }

  /** Forgets one chat. */
  forget(callId: string): void {
    this.#missing.delete(callId);
    this.#tell(new Map([...this.#all].filter(([id]) => id !== callId)));
  }

  /** Forgets everything: somebody else may sign in. */
  clear(): void {
    this.#missing.clear();
    this.#told.clear();
    this.#tell(new Map());
  }

  async #send(callId: string, { key = '', message, to }: ChatMessage): Promise<void> {
    const { ask, reaches } = this.#options;
    if (this.#told.has(key) || !reaches(callId)) return;
    this.#told.add(key);
    try {
      await ask('say', { callId, message, to: [...to], key });
    } catch (thrown) {
      this.#told.delete(key);
      this.#failed(callId, key, HousecallError.from(thrown));
    }
  }

  /** Without an answer it is said again when this device is back. */
  #failed(callId: string, key: string, error: HousecallError): void {
    if (error.reason === 'unreachable' && !this.#options.reaches(callId)) return;
    const isWaited = onTheWay(this.#of(callId)).some((it) => it.key === key);
    if (!isWaited) return;
    this.#put(callId, withFailure(this.#of(callId), key, error));
    throw error;
  }

  #askFor(callId: string, after: number): void {
    this.#missing.set(callId, after);
    const body = after === 0 ? { callId } : { callId, after };
    this.#options.ask('messages', body).then(
      (heard) => {
        if (this.#missing.get(callId) === after) this.#missing.delete(callId);
        this.#hear(callId, heard);
      },
      // Not ours to read, or offline; the next welcome asks again.
      () => undefined,
    );
  }

  #hear(callId: string, heard: Parameters<typeof withHeard>[1]): void {
    const before = this.#of(callId);
    const after = withHeard(before, heard, this.#options.you());
    if (after !== before) this.#put(callId, after);
  }

  #of(callId: string): Chat {
    return this.#all.get(callId) ?? EMPTY_CHAT;
  }

  #put(callId: string, chat: Chat): void {
    this.#tell(new Map(this.#all).set(callId, chat));
  }

  #tell(all: ReadonlyMap<string, Chat>): void {
    this.#all = all;
    this.#options.changed(all);
  }
}
