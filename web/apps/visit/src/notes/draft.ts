//! Notes while they are written: saved by themselves, and never over what
//! somebody else has saved.

import { HousecallError } from '@housecall/client';
import type { Notes } from '../rest';

/** How long nobody types before it is saved, in milliseconds. */
const PAUSE = 1_000;

/** What there is to show. */
export interface DraftState {
  text: string;
  /** When what is there was saved last. */
  savedAt: string | undefined;
  /** Everything that was typed is saved. */
  isSaved: boolean;
  /** What somebody else saved meanwhile. Nothing is saved before it is settled. */
  theirs: Notes | undefined;
  error: HousecallError | null;
}

/** What a draft asks of the server. */
export interface NotesServer {
  load: () => Promise<Notes>;
  save: (body: { text: string; version: number }) => Promise<Notes>;
}

type Listener = () => void;

/** The draft of one set of notes. */
export class Draft {
  #state: DraftState;
  #version: number;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #saving: Promise<void> | undefined;
  readonly #server: NotesServer;
  readonly #listeners = new Set<Listener>();

  constructor({ text, version, savedAt }: Notes, server: NotesServer) {
    this.#version = version;
    this.#server = server;
    this.#state = { text, savedAt, isSaved: true, theirs: undefined, error: null };
  }

  readonly getSnapshot = (): DraftState => this.#state;

  readonly subscribe = (listener: Listener): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Something was typed. */
  readonly write = (text: string): void => {
    this.#change({ text, isSaved: false });
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.save(), PAUSE);
  };

  /** Saves what is not saved yet, without waiting for a pause. */
  readonly save = async (): Promise<void> => {
    clearTimeout(this.#timer);
    // One after the other: each save needs the version that the last one made.
    await this.#saving;
    if (this.#state.isSaved || this.#state.theirs !== undefined) return;
    this.#saving = this.#saveNow().finally(() => (this.#saving = undefined));
    return this.#saving;
  };

  /** Settles a conflict: these words are the notes now. */
  readonly settle = (text: string): Promise<void> => {
    this.#change({ text, isSaved: false, theirs: undefined });
    return this.save();
  };

  async #saveNow(): Promise<void> {
    const { text } = this.#state;
    try {
      const saved = await this.#server.save({ text, version: this.#version });
      this.#version = saved.version;
      const isSaved = this.#state.text === text;
      this.#change({ isSaved, savedAt: saved.savedAt, error: null });
    } catch (thrown) {
      await this.#refused(HousecallError.from(thrown));
    }
  }

  async #refused(error: HousecallError): Promise<void> {
    if (error.code !== 'notes_changed') return this.#change({ error });
    try {
      const theirs = await this.#server.load();
      this.#version = theirs.version;
      this.#change({ theirs, error: null });
    } catch (thrown) {
      this.#change({ error: HousecallError.from(thrown) });
    }
  }

  #change(part: Partial<DraftState>): void {
    this.#state = { ...this.#state, ...part };
    for (const listener of [...this.#listeners]) listener();
  }
}
