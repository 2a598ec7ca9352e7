//! This device as a recorder: captures what is to be recorded, exactly as long as it
//! may, and sees to it that all of it is saved.

import { isOnAir } from '../consent';
import type { HousecallError } from '../errors';
import type { LocalMedia } from '../media';
import type { Memory } from '../memory';
import { isInRoom, type Call } from '../phase';
import type { Snapshot } from '../snapshot';
import type { Store } from '../store';
import type { TokenProvider } from '../transport';
import type { RecordingState } from '../wire.gen';
import { Assignment } from './assignment';
import type { Equipment } from './equipment';
import { Saving } from './saving';
import { sceneOf, type Seat } from './scene';
import { same, type RecorderState } from './state';

/** What a recorder needs from its surroundings. */
export interface RecorderOptions {
  url: string;
  token: TokenProvider;
  store: Store<Snapshot>;
  media: LocalMedia;
  memory: Memory;
  equipment: Equipment;
}

/** How long it is captured while nobody can tell this device to stop, in
 *  milliseconds. */
const BLIND = 10_000;

/** Records on one device. */
export class Recorder {
  readonly #options: RecorderOptions;
  #saving: Saving | undefined;
  #assignment: Assignment | undefined;
  /** The latest event that is known of its call. */
  #seq = 0;
  /** Those that are over and have pieces to keep. */
  readonly #ending = new Set<Assignment>();
  #blind: ReturnType<typeof setTimeout> | undefined;
  #ignoreStore: (() => void) | undefined;

  constructor(options: RecorderOptions) {
    this.#options = options;
  }

  /** The server knows this device as this user's, maybe again. */
  welcome(user: string): void {
    if (this.#saving?.user === user) return this.#saving.nudge();
    this.#saving?.close();
    const { url, token, equipment } = this.#options;
    this.#saving = new Saving(user, {
      url,
      token,
      root: equipment.root,
      lock: equipment.lock,
      changed: () => this.#tell(),
      refused: (recording, part, problem) => this.#refused(recording, part, problem),
    });
  }

  /** A call is another one than before. */
  callChanged(call: Call): void {
    const { id, recording } = call.wire;
    const isMine = isInRoom(call) && recording !== undefined && recording.by === this.#you;
    const isOver = !isMine || this.#assignment?.recording !== recording.id;
    if (this.#assignment?.callId === id && isOver) this.#dismiss();
    if (isMine) this.#follow(call, this.#assignment ?? this.#assign(call, recording));
  }

  /** Lets go of everything. What is captured is kept for the next time. */
  close(): void {
    this.#dismiss();
    this.#saving?.close();
    this.#saving = undefined;
    this.#tell();
  }

  get #you(): string {
    return this.#options.store.getSnapshot().you?.id ?? '';
  }

  #assign({ wire }: Call, recording: RecordingState): Assignment | undefined {
    const { equipment, memory, store } = this.#options;
    const saving = this.#saving;
    if (saving === undefined) return undefined;
    const { recorded } = memory;
    const assignment = new Assignment({
      callId: wire.id,
      recording,
      equipment,
      saving,
      scene: () => this.#scene(recording),
      captured: recorded?.recording === recording.id ? recorded.seconds : 0,
      changed: () => this.#progressed(),
    });
    saving.keepOpen(recording.id, true);
    this.#assignment = assignment;
    this.#seq = wire.seq;
    this.#ignoreStore = store.subscribe(() => assignment.look());
    return assignment;
  }

  #follow(call: Call, assignment: Assignment | undefined): void {
    const { wire, phase } = call;
    // Between two events that were told one by one nothing is hidden; elsewhere the
    // recording may have paused.
    const isGap = wire.seq > this.#seq + 1;
    this.#seq = wire.seq;
    if (isGap || !isOnAir(wire)) assignment?.cut();
    if (phase === 'reconnecting') this.#blind ??= setTimeout(() => this.#goBlind(), BLIND);
    else this.#see();
    if (isOnAir(wire) && phase !== 'reconnecting') assignment?.begin();
    this.#progressed();
  }

  /** The recording is over, or not this device's any more. */
  #dismiss(): void {
    const assignment = this.#assignment;
    this.#see();
    if (assignment === undefined) return;
    this.#ignoreStore?.();
    this.#ending.add(assignment);
    const kept = assignment.end();
    this.#note();
    this.#assignment = undefined;
    void kept.then(() => {
      this.#ending.delete(assignment);
      this.#settle(assignment.recording);
      this.#tell();
    });
    this.#tell();
  }

  #goBlind(): void {
    this.#assignment?.cut();
    this.#progressed();
  }

  /** This device hears again when it is to stop. */
  #see(): void {
    clearTimeout(this.#blind);
    this.#blind = undefined;
  }

  /** Once all is captured and kept, it can be finished. */
  #settle(recording: string): void {
    const others = [this.#assignment, ...this.#ending];
    const isOpen = others.some((it) => it?.recording === recording);
    this.#saving?.keepOpen(recording, isOpen);
  }

  /** Another run may begin at once, if the room still records. */
  #refused(recording: string, part: number, problem: HousecallError): void {
    const assignment = this.#assignment;
    if (assignment?.recording !== recording) return;
    const mayGoOn = assignment.refuse(part, problem);
    const call = this.#options.store.getSnapshot().calls.get(assignment.callId);
    if (mayGoOn && call !== undefined) this.callChanged(call);
    this.#tell();
  }

  #scene({ covers }: RecordingState): Seat[] {
    const { store, media } = this.#options;
    const { calls, peers, current } = store.getSnapshot();
    const call = calls.get(current ?? '');
    if (call === undefined) return [];
    return sceneOf(call, { you: this.#you, own: media.tracks, media: media.state, peers }, covers);
  }

  #progressed(): void {
    this.#note();
    this.#tell();
  }

  /** What was captured before the page is reloaded counts afterwards too. */
  #note(): void {
    if (this.#assignment === undefined) return;
    const { recording, seconds } = this.#assignment;
    this.#options.memory.recorded = { recording, seconds };
  }

  #tell(): void {
    const { store } = this.#options;
    const recorder = this.#state();
    if (!same(recorder, store.getSnapshot().recorder)) store.change({ recorder });
  }

  #state(): RecorderState {
    const saving = this.#saving;
    const assignment = this.#assignment;
    const speed = saving?.bytesPerSecond;
    return {
      state: this.#word(),
      ...(assignment && { callId: assignment.callId, recordingId: assignment.recording }),
      seconds: Math.floor(assignment?.seconds ?? 0),
      unsaved: saving?.unsaved ?? 0,
      ...(speed === undefined ? {} : { bytesPerSecond: Math.round(speed) }),
      problem: assignment?.problem ?? saving?.problem ?? null,
    };
  }

  #word(): RecorderState['state'] {
    const assignment = this.#assignment;
    if (this.#saving === undefined) return 'idle';
    if (assignment?.isStuck === true || this.#saving.isStuck) return 'stuck';
    if (assignment !== undefined) return assignment.isCapturing ? 'capturing' : 'paused';
    return this.#ending.size > 0 || this.#saving.isBusy ? 'saving' : 'idle';
  }
}
