//! One run of the browser's recorder, cut into pieces that can be saved one by one.

import type { Covered } from '../wire.gen';

/** The part of a `MediaRecorder` that is used here. */
export type Tape = Pick<MediaRecorder, 'start' | 'stop' | 'state'> & EventTarget;

/** Some of a run. Times are milliseconds since the run began. */
export interface Piece {
  at: number;
  length: number;
  bytes: Blob;
}

/** What a capture needs from its surroundings. */
export interface CaptureOptions {
  tape: Tape;
  /** A clock that nobody sets, in milliseconds. */
  now: () => number;
  piece: (piece: Piece) => void;
  /** The browser records no more, and nobody asked it to stop. */
  broke: () => void;
}

/** How often a piece is handed over, in milliseconds: so much is lost at most when
 *  the page is closed. */
const TIMESLICE = 1_000;

/** How much the house takes for one piece. */
const LONGEST = 2_500;

/** From how many bytes on the house knows a container. A busy browser may hand over a
 *  single one first; so few hold no media. */
const RECOGNIZABLE = 256;

/** How often a picture stands alone, in milliseconds. MP4 is handed over only there,
 *  which would be every ten seconds. */
const KEY_FRAMES = 2_000;

/** How a run is recorded: sharp enough to read a shared screen, and no more than most
 *  connections can save while they carry a call. */
export function settingsFor(mediaType: string): MediaRecorderOptions {
  const settings = {
    mimeType: mediaType,
    videoBitsPerSecond: 1_500_000,
    audioBitsPerSecond: 64_000,
    videoKeyFrameIntervalDuration: KEY_FRAMES,
  };
  return settings;
}

/** What may be recorded with, the best first. Seeking in WebM with VP8 works
 *  everywhere; Safari makes MP4 only. */
export function mediaTypesFor({ audio, video, screen }: Covered): string[] {
  if (!video && !screen) {
    return ['audio/webm;codecs=opus', 'audio/mp4;codecs=mp4a.40.2', 'audio/mp4'];
  }
  return audio
    ? ['video/webm;codecs=vp8,opus', 'video/mp4;codecs=avc1.42E01F,mp4a.40.2', 'video/mp4']
    : ['video/webm;codecs=vp8', 'video/mp4;codecs=avc1.42E01F', 'video/mp4'];
}

/** Hands over what is recorded, until it is stopped. */
export class Capture {
  readonly #options: CaptureOptions;
  readonly #ended: Promise<void>;
  #beganAt = 0;
  /** Up to where it was handed over. */
  #until = 0;
  /** Where the piece that was handed over last begins. */
  #last = -1;
  #stoppedAt: number | undefined;
  /** The beginning, until it can be recognized. */
  #beginning: Blob | undefined = new Blob();
  /** What was handed over since it was stopped: one piece, since a browser may cut it
   *  anywhere. */
  #end: Blob[] = [];

  constructor(options: CaptureOptions) {
    this.#options = options;
    const { tape, broke } = options;
    tape.addEventListener('dataavailable', (event) => {
      const { data } = event as BlobEvent;
      if (this.#stoppedAt === undefined) this.#take(data);
      else this.#end.push(data);
    });
    this.#ended = new Promise((resolve) => {
      tape.addEventListener('stop', () => {
        this.#take(new Blob(this.#end));
        resolve();
        if (this.#stoppedAt === undefined) broke();
      });
    });
  }

  /** How long it has run, in milliseconds. */
  get length(): number {
    return (this.#stoppedAt ?? this.#options.now()) - this.#beganAt;
  }

  /** Begins. */
  start(): void {
    this.#beganAt = this.#options.now();
    this.#options.tape.start(TIMESLICE);
  }

  /** Nothing that happens from now on is recorded. Resolves when all before is
   *  handed over. */
  stop(): Promise<void> {
    if (this.#stoppedAt === undefined) {
      this.#stoppedAt = this.#options.now();
      // The room stopped a moment earlier. What is left was captured before that, and
      // a piece that began only now would be none of the recording.
      const early = Math.min(this.#until, Math.round(this.length) - TIMESLICE);
      this.#until = Math.max(this.#last + 1, early);
      if (this.#options.tape.state !== 'inactive') this.#options.tape.stop();
    }
    return this.#ended;
  }

  #take(given: Blob): void {
    const bytes = this.#beginning === undefined ? given : new Blob([this.#beginning, given]);
    const isBeginning = this.#beginning !== undefined && bytes.size < RECOGNIZABLE;
    this.#beginning = isBeginning ? bytes : undefined;
    // A container that is written in fragments has not always something to give.
    if (isBeginning || bytes.size === 0) return;
    const at = this.#until;
    const until = Math.max(at, Math.round(this.length));
    this.#until = until;
    this.#last = at;
    // A busy page hands over late.
    this.#options.piece({ at, length: Math.min(until - at, LONGEST), bytes });
  }
}
