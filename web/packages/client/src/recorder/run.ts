//! One run of the recorder, from the house's leave to its last piece: a part of a
//! recording.

import { HousecallError } from '../errors';
import type { RecordingState } from '../wire.gen';
import { Capture, mediaTypesFor, type Piece, type Tape } from './capture';
import type { Equipment } from './equipment';
import { Refusal, type OpenPart } from './house';
import type { Saving } from './saving';
import type { Seat } from './scene';
import type { Studio } from './studio';
import type { Upload } from './upload';

/** What a run needs from its surroundings. */
export interface RunOptions {
  recording: RecordingState;
  equipment: Equipment;
  saving: Saving;
  /** Who is to be seen and heard now. */
  scene: () => readonly Seat[];
  /** What was captured before is kept: pieces are saved part by part. */
  after: Promise<void>;
  /** A poster is wanted. */
  poster: boolean;
  changed: () => void;
  /** It did not begin, or it broke. */
  failed: (thrown: unknown) => void;
}

/** When the poster is made, in milliseconds: everybody's picture is there by then. */
const POSTER_AFTER = 3_000;

/** How long the browser may take to make sound before somebody is told to click. */
const SOUND_WITHIN = 2_000;

/** Containers that are not taken, though others may be. */
const OTHER_TYPE: ReadonlySet<string> = new Set(['unsupported_media_type', 'other_media_type']);

/** Captures until it is stopped. */
export class Run {
  /** Its number in the recording, once the house gave it one. */
  part: number | undefined;
  /** It made the poster. */
  hasPoster = false;
  /** What keeps it from beginning. */
  problem: HousecallError | null = null;
  readonly #options: RunOptions;
  #isStopped = false;
  #studio: Studio | undefined;
  #capture: Capture | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Pieces are kept one after the other. */
  #kept: Promise<void> = Promise.resolve();

  constructor(options: RunOptions) {
    this.#options = options;
    this.#begin().catch((thrown: unknown) => this.#fail(thrown));
  }

  /** It is being recorded. */
  get isCapturing(): boolean {
    return this.#capture !== undefined && !this.#isStopped;
  }

  /** How much it has captured, in seconds. */
  get seconds(): number {
    return (this.#capture?.length ?? 0) / 1_000;
  }

  /** The scene is another one. */
  look(): void {
    if (!this.#isStopped) this.#studio?.show(this.#options.scene());
  }

  /** Captures nothing that happens from now on. Resolves when all before is kept. */
  async stop(): Promise<void> {
    await this.#cut();
    await this.#kept;
  }

  /** Stops at once, and lets go of everything. */
  #cut(): Promise<void> | undefined {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    const ended = this.#capture?.stop();
    this.#studio?.close();
    this.#studio = undefined;
    return ended;
  }

  async #begin(): Promise<void> {
    const { recording, equipment, saving, after } = this.#options;
    const types = mediaTypesFor(recording.covers).filter(equipment.records);
    if (types.length === 0) throw HousecallError.withoutRecorder();
    const upload = await saving.upload(recording.id);
    const studio = await equipment.studio(recording.covers);
    if (this.#isStopped) return studio.close();
    this.#studio = studio;
    this.look();
    await this.#ready(studio);
    await after;
    if (this.#isStopped) return;
    const { opened, type } = await this.#open(types);
    upload.take(opened);
    // Whoever stopped meanwhile is not captured, though the house gave its leave.
    if (this.#isStopped) return;
    this.part = opened.part;
    this.#capture = this.#captureWith(studio, type, upload, opened.part);
    this.#capture.start();
    this.#options.changed();
    if (this.#options.poster) this.#makePosterLater(upload);
  }

  /** The browser makes sound: before, it would record silence. */
  async #ready(studio: Studio): Promise<void> {
    const { changed } = this.#options;
    this.#timer = setTimeout(() => {
      this.problem = HousecallError.untouchedPage();
      changed();
    }, SOUND_WITHIN);
    await studio.ready();
    clearTimeout(this.#timer);
    this.problem = null;
  }

  /** All parts of a recording are in one kind of container, the one of its first. */
  async #open(types: string[]): Promise<{ opened: OpenPart; type: string }> {
    const { recording, saving } = this.#options;
    let refusal: unknown;
    for (const type of types) {
      try {
        return { opened: await saving.house.openPart(recording.id, type), type };
      } catch (thrown) {
        if (!(thrown instanceof Refusal) || !OTHER_TYPE.has(thrown.code)) throw thrown;
        refusal = thrown;
      }
    }
    throw refusal;
  }

  #captureWith(studio: Studio, type: string, upload: Upload, part: number): Capture {
    return new Capture({
      tape: this.#tape(studio, type),
      now: () => performance.now(),
      piece: (piece) => this.#keep(piece, part, upload),
      broke: () => this.#fail(HousecallError.withoutRecorder()),
    });
  }

  #tape({ stream }: Studio, type: string): Tape {
    try {
      return this.#options.equipment.tape(stream, type);
    } catch {
      // What a browser says that it can do may not be so.
      throw HousecallError.withoutRecorder();
    }
  }

  #keep({ at, length, bytes: blob }: Piece, part: number, upload: Upload): void {
    const { recording, saving, changed } = this.#options;
    const keep = async () => {
      const bytes = new Uint8Array(await blob.arrayBuffer());
      const head = { part, at, length, bytes: bytes.length };
      await (await saving.spool).write(recording.id, head, bytes);
      upload.add(head);
      changed();
    };
    this.#kept = this.#kept.then(keep).catch((thrown: unknown) => this.#fail(thrown));
  }

  #makePosterLater(upload: Upload): void {
    this.#timer = setTimeout(() => {
      const made = this.#studio?.poster() ?? Promise.resolve(null);
      made.then(
        (image) => {
          if (image === null) return;
          this.hasPoster = true;
          upload.addPoster(image);
        },
        () => undefined,
      );
    }, POSTER_AFTER);
  }

  #fail(thrown: unknown): void {
    if (this.#isStopped) return;
    void this.#cut();
    this.#options.failed(thrown);
  }
}
