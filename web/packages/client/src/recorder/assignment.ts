//! One recording that this device makes: run after run, as long as it is wanted.

import type { HousecallError } from '../errors';
import type { RecordingState } from '../wire.gen';
import { patienceAfter } from './bell';
import type { Equipment } from './equipment';
import { Refusal } from './house';
import { Run } from './run';
import type { Saving } from './saving';
import type { Seat } from './scene';
import { judge, problemIn } from './verdict';

/** What an assignment needs from its surroundings. */
export interface AssignmentOptions {
  callId: string;
  recording: RecordingState;
  equipment: Equipment;
  saving: Saving;
  scene: () => readonly Seat[];
  /** How much was captured before the page was reloaded, in seconds. */
  captured: number;
  changed: () => void;
}

/** How soon it is tried again when the house has not heard yet that the room records,
 *  in milliseconds. */
const SOON = 500;

/** Captures one recording. */
export class Assignment {
  readonly callId: string;
  readonly recording: string;
  readonly #options: AssignmentOptions;
  #run: Run | undefined;
  /** Resolves when all that earlier runs captured is kept. */
  #kept: Promise<void> = Promise.resolve();
  #captured: number;
  #hasPoster = false;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;
  #problem: HousecallError | null = null;
  #isStuck = false;
  /** The house takes no more of it. */
  #isRefused = false;

  constructor(options: AssignmentOptions) {
    this.callId = options.callId;
    this.recording = options.recording.id;
    this.#options = options;
    this.#captured = options.captured;
  }

  /** It is being captured. */
  get isCapturing(): boolean {
    return this.#run?.isCapturing ?? false;
  }

  /** How much is captured, in seconds. */
  get seconds(): number {
    return this.#captured + (this.#run?.seconds ?? 0);
  }

  /** Why nothing is captured that should be. */
  get problem(): HousecallError | null {
    return this.#problem ?? this.#run?.problem ?? null;
  }

  /** Somebody has to do something about it. */
  get isStuck(): boolean {
    return this.#isStuck || (this.#run?.problem ?? null) !== null;
  }

  /** Captures from now on, unless it does. */
  begin(): void {
    const isBusy = this.#run !== undefined || this.#retry !== undefined;
    if (isBusy || this.#isRefused) return;
    const { recording, equipment, saving, scene } = this.#options;
    this.#run = new Run({
      recording,
      equipment,
      saving,
      scene,
      after: this.#kept,
      poster: !this.#hasPoster,
      changed: () => this.#progressed(),
      failed: (thrown) => this.#failed(thrown),
    });
  }

  /** Nothing that happens from now on is captured. */
  cut(): void {
    clearTimeout(this.#retry);
    this.#retry = undefined;
    if (!this.#isRefused) this.#worked();
    this.#endRun();
  }

  /** The same, for good. Resolves when all that was captured is kept. */
  end(): Promise<void> {
    this.cut();
    return this.#kept;
  }

  /** The scene is another one. */
  look(): void {
    this.#run?.look();
  }

  /** Nothing more of this part is taken; whether another may begin. */
  refuse(part: number, problem: HousecallError): boolean {
    if (this.#run?.part !== part) return false;
    this.cut();
    if (problem.code === 'outside_consent') return true;
    this.#isRefused = true;
    this.#isStuck = true;
    this.#problem = problem;
    return false;
  }

  #endRun(): void {
    const run = this.#run;
    if (run === undefined) return;
    this.#run = undefined;
    this.#kept = run.stop();
    this.#captured += run.seconds;
    this.#hasPoster ||= run.hasPoster;
  }

  #progressed(): void {
    if (this.isCapturing) this.#worked();
    this.#options.changed();
  }

  #worked(): void {
    this.#failures = 0;
    this.#problem = null;
    this.#isStuck = false;
  }

  /** It did not begin, or it broke: tries again as long as it is wanted. */
  #failed(thrown: unknown): void {
    const isEarly = thrown instanceof Refusal && thrown.code === 'not_on_air';
    const verdict = judge(thrown);
    this.#endRun();
    this.#failures += 1;
    this.#problem = isEarly ? null : problemIn(thrown);
    this.#isStuck = !isEarly && (verdict.do !== 'again' || verdict.stuck);
    this.#retry = setTimeout(
      () => {
        this.#retry = undefined;
        this.begin();
      },
      isEarly ? SOON : patienceAfter(this.#failures),
    );
    this.#options.changed();
  }
}
