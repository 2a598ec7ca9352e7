//! Saving one recording: its pieces in order, each kept here until the house says
//! that it cannot be lost any more.
//!
//! Pieces get their numbers here, one after the other, so that one that may not be
//! kept leaves no gap. Only the piece that was under way when the page was closed
//! may be saved already: it is offered under the number before the next one, where
//! the house says yes if it is the same and no if it is another.

import type { HousecallError } from '../errors';
import { Bell, patienceAfter } from './bell';
import { Refusal, type Grant, type House } from './house';
import { Queue } from './queue';
import type { Head, Spool } from './spool';
import { judge, problemIn } from './verdict';

/** Does something that no other tab does at the same time. */
export type Lock = <T>(name: string, work: () => Promise<T>) => Promise<T>;

/** Web Locks, where there are any. */
export const browserLock: Lock = async (name, work) => {
  const locks = globalThis.navigator?.locks;
  return locks === undefined ? work() : await locks.request(name, work);
};

/** What an upload needs from its surroundings. */
export interface UploadOptions {
  recording: string;
  spool: Spool;
  house: House;
  lock: Lock;
  changed: () => void;
  /** A piece of this part is not taken, so that nothing after it will be. */
  refused: (part: number, problem: HousecallError) => void;
  /** There is nothing to save any more. */
  done: () => void;
}

/** How long after the house said that the room still records it is asked again. */
const ON_AIR = 10_000;

/** Saves one recording. */
export class Upload {
  readonly #options: UploadOptions;
  /** Rings when there is more to do. */
  readonly #more = new Bell();
  /** Rings when what failed may work again. */
  readonly #again = new Bell();
  /** More is captured, or may be. */
  #isOpen: boolean;
  #isClosed = false;
  /** It is this page's turn, and there was no word that the room still records. */
  #isAtWork = false;
  #grant: Grant | undefined;
  readonly #queue: Queue;
  /** It may be saved already. */
  #doubtful: Head | undefined;
  #poster: Blob | undefined;
  #failures = 0;
  #problem: HousecallError | null = null;
  #isStuck = false;
  #speed: number | undefined;

  constructor(options: UploadOptions, isOpen: boolean) {
    this.#options = options;
    this.#queue = new Queue(options.spool, options.recording);
    this.#isOpen = isOpen;
    void this.#work();
  }

  /** How much waits to be saved, in seconds. */
  get unsaved(): number {
    return this.#queue.seconds;
  }

  /** Something is still to be done that can be done now. */
  get isBusy(): boolean {
    return this.#queue.first !== undefined || (this.#isAtWork && !this.#isOpen);
  }

  /** Why it does not work at the moment. */
  get problem(): HousecallError | null {
    return this.#problem;
  }

  /** Somebody has to do something about it. */
  get isStuck(): boolean {
    return this.#isStuck;
  }

  /** How fast the last pieces were saved. */
  get bytesPerSecond(): number | undefined {
    return this.#queue.first === undefined ? undefined : this.#speed;
  }

  /** The house has let a run begin. */
  take({ grant, next }: Grant): void {
    this.#grant = { grant, next: this.#grant?.next ?? next };
  }

  /** A piece that is in the spool. */
  add(head: Head): void {
    this.#queue.add(head);
    this.#more.ring();
  }

  /** What is shown of the recording where it is not played. */
  addPoster(image: Blob): void {
    this.#poster = image;
    this.#more.ring();
  }

  /** Whether more is captured, or may be: if not, it is finished once all is saved. */
  keepOpen(isOpen: boolean): void {
    this.#isOpen = isOpen;
    this.#more.ring();
  }

  /** Something has changed that may help: tries again at once. */
  nudge(): void {
    this.#more.ring();
    this.#again.ring();
  }

  /** Saves nothing any more. What is not saved stays in the spool. */
  close(): void {
    this.#isClosed = true;
    this.nudge();
  }

  async #work(): Promise<void> {
    const { recording, lock, changed, done } = this.#options;
    while (!this.#isClosed) {
      const isDone = await lock(`housecall.recording.${recording}`, () => {
        this.#isAtWork = true;
        return this.#drain();
      });
      this.#isAtWork = false;
      changed();
      if (isDone) {
        await this.#queue.forget();
        return done();
      }
      if (!this.#isClosed) await this.#more.wait(ON_AIR);
    }
  }

  /** Saves what there is; whether that was all. */
  async #drain(): Promise<boolean> {
    await this.#queue.refill();
    this.#doubtful = this.#queue.first;
    this.#options.changed();
    while (!this.#isClosed) {
      const head = this.#queue.first;
      if (head === undefined && this.#poster === undefined && this.#isOpen) {
        await this.#more.wait();
        continue;
      }
      try {
        if (await this.#goOn(head)) return true;
        this.#worked();
      } catch (thrown) {
        const what = await this.#failed(thrown, head);
        if (what !== 'go-on') return what === 'done';
      }
    }
    return false;
  }

  /** Does what is next; whether that was the last of all. */
  async #goOn(head: Head | undefined): Promise<boolean> {
    if (head !== undefined) await this.#save(head);
    else if (this.#poster !== undefined) await this.#savePoster(this.#poster);
    else return this.#finish();
    return false;
  }

  async #save(head: Head): Promise<void> {
    const { recording, house } = this.#options;
    const bytes = await this.#queue.read(head);
    if (bytes === undefined) return this.#queue.drop(head);
    const grant = await this.#granted();
    const next = head === this.#doubtful && grant.next > 0 ? grant.next - 1 : grant.next;
    const began = performance.now();
    await house.put(recording, { grant: grant.grant, next }, head, bytes);
    this.#measure(bytes.length, performance.now() - began);
    this.#count(next + 1);
    await this.#queue.drop(head);
  }

  async #savePoster(image: Blob): Promise<void> {
    const { recording, house } = this.#options;
    const { grant } = await this.#granted();
    await house.poster(recording, grant, image).catch((thrown: unknown) => {
      // Without a poster, it is a recording nevertheless.
      if (!(thrown instanceof Refusal)) throw thrown;
    });
    this.#poster = undefined;
  }

  async #finish(): Promise<boolean> {
    const { recording, house } = this.#options;
    // A page that waits for its turn may have kept more meanwhile.
    await this.#queue.refill();
    if (this.#queue.first !== undefined) return false;
    await house.finish(recording, await this.#granted());
    return true;
  }

  async #granted(): Promise<Grant> {
    if (this.#grant === undefined) {
      const { grant, next } = await this.#options.house.grant(this.#options.recording);
      this.#grant = { grant, next };
      this.#doubtful = this.#queue.first;
    }
    return this.#grant;
  }

  async #failed(thrown: unknown, head: Head | undefined): Promise<'go-on' | 'wait' | 'done'> {
    if (this.#isClosed) return 'wait';
    const verdict = judge(thrown);
    switch (verdict.do) {
      case 'give-up':
        return 'done';
      case 'wait':
        this.#worked();
        return 'wait';
      case 'drop':
        await this.#refuse(head, problemIn(thrown));
        return 'go-on';
      case 'differ':
        if (head !== undefined && head === this.#doubtful) {
          this.#doubtful = undefined;
          return 'go-on';
        }
        this.#grant = undefined;
        break;
      case 'count':
        this.#count(verdict.next);
        break;
      case 'renew':
        await this.#renew();
        break;
      case 'again':
        this.#isStuck = verdict.stuck;
    }
    this.#failures += 1;
    // What was put right may be tried at once, but not for ever.
    if (verdict.do === 'again' || this.#failures > 2) await this.#rest(problemIn(thrown));
    return 'go-on';
  }

  async #rest(problem: HousecallError): Promise<void> {
    this.#problem = problem;
    this.#options.changed();
    await this.#again.wait(patienceAfter(this.#failures));
  }

  /** Only the right to go on is new: what was counted stays so. */
  async #renew(): Promise<void> {
    const next = this.#grant?.next;
    const doubtful = this.#doubtful;
    this.#grant = undefined;
    const grant = await this.#granted().catch(() => undefined);
    if (grant === undefined || next === undefined) return;
    this.#grant = { ...grant, next };
    this.#doubtful = doubtful;
  }

  /** What follows a piece that is missing cannot be played. */
  async #refuse(head: Head | undefined, problem: HousecallError): Promise<void> {
    if (head === undefined) return;
    this.#options.refused(head.part, problem);
    await this.#queue.dropPart(head.part);
  }

  #worked(): void {
    this.#failures = 0;
    this.#problem = null;
    this.#isStuck = false;
    this.#options.changed();
  }

  #count(next: number): void {
    if (this.#grant !== undefined) this.#grant = { ...this.#grant, next };
  }

  #measure(bytes: number, time: number): void {
    const now = (bytes * 1_000) / Math.max(time, 1);
    this.#speed = this.#speed === undefined ? now : this.#speed * 0.7 + now * 0.3;
  }
}
