//! Everything that one user's browser has captured and not yet saved: of recordings
//! that run, and of those that an earlier page left behind.

import type { HousecallError } from '../errors';
import type { TokenProvider } from '../transport';
import { House } from './house';
import { Spool, type Root } from './spool';
import { Upload, type Lock } from './upload';

/** What saving needs from its surroundings. */
export interface SavingOptions {
  url: string;
  token: TokenProvider;
  root: Root;
  lock: Lock;
  changed: () => void;
  /** Nothing more of this part of a recording is taken. */
  refused: (recording: string, part: number, problem: HousecallError) => void;
}

/** The recordings of one user on their way to the house. */
export class Saving {
  readonly user: string;
  readonly house: House;
  /** Where pieces are kept until they are saved. */
  readonly spool: Promise<Spool>;
  readonly #options: SavingOptions;
  readonly #uploads = new Map<string, Upload>();
  /** The recordings of which more is captured here, or may be. */
  readonly #open = new Set<string>();
  #isClosed = false;

  constructor(user: string, options: SavingOptions) {
    this.user = user;
    this.#options = options;
    this.house = new House(options.url, options.token);
    this.spool = Spool.of(user, options.root);
    void this.#goOn();
  }

  /** How much waits to be saved, in seconds. */
  get unsaved(): number {
    return this.#all.reduce((sum, it) => sum + it.unsaved, 0);
  }

  /** Something is still to be done that can be done now. */
  get isBusy(): boolean {
    return this.#all.some((it) => it.isBusy);
  }

  /** Somebody has to do something before it works. */
  get isStuck(): boolean {
    return this.#all.some((it) => it.isStuck);
  }

  /** Why it does not work at the moment. */
  get problem(): HousecallError | null {
    return this.#all.find((it) => it.problem !== null)?.problem ?? null;
  }

  /** How fast it goes, if it is known. */
  get bytesPerSecond(): number | undefined {
    const speeds = this.#all.flatMap((it) => it.bytesPerSecond ?? []);
    return speeds.length === 0 ? undefined : speeds.reduce((sum, it) => sum + it, 0);
  }

  /** The upload of one recording, which goes on until all of it is saved. */
  async upload(recording: string): Promise<Upload> {
    const spool = await this.spool;
    const known = this.#uploads.get(recording);
    if (known !== undefined) return known;
    const { lock, changed, refused } = this.#options;
    const upload = new Upload(
      {
        recording,
        spool,
        house: this.house,
        lock,
        changed,
        refused: (part, problem) => refused(recording, part, problem),
        done: () => {
          this.#uploads.delete(recording);
          changed();
        },
      },
      this.#open.has(recording),
    );
    this.#uploads.set(recording, upload);
    if (this.#isClosed) upload.close();
    return upload;
  }

  /** Whether more of a recording is captured here, or may be. */
  keepOpen(recording: string, isOpen: boolean): void {
    if (isOpen) this.#open.add(recording);
    else this.#open.delete(recording);
    this.#uploads.get(recording)?.keepOpen(isOpen);
  }

  /** Tries again at once what waits for better times. */
  nudge(): void {
    for (const upload of this.#all) upload.nudge();
  }

  /** Saves nothing any more; what is not saved is kept for the next time. */
  close(): void {
    this.#isClosed = true;
    for (const upload of this.#all) upload.close();
    this.house.close();
  }

  get #all(): Upload[] {
    return [...this.#uploads.values()];
  }

  /** What an earlier page left behind. */
  async #goOn(): Promise<void> {
    const spool = await this.spool;
    for (const recording of await spool.recordings()) await this.upload(recording);
  }
}
