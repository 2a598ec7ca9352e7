//! Devices that are there, missing or forbidden, as the test likes.

import type { Devices } from '../src';

/** A track of a fake device. */
export class FakeTrack extends EventTarget {
  enabled = true;
  readyState: MediaStreamTrackState = 'live';

  constructor(readonly kind: 'audio' | 'video') {
    super();
  }

  stop(): void {
    this.readyState = 'ended';
  }

  /** What happens when the device is unplugged. */
  unplug(): void {
    this.readyState = 'ended';
    this.dispatchEvent(new Event('ended'));
  }
}

/** A stream of fake tracks. */
export class FakeStream {
  readonly #tracks: FakeTrack[];

  constructor(tracks: FakeTrack[] = []) {
    this.#tracks = [...tracks];
  }

  /** As the browser's type. */
  static of(tracks: unknown[] = []): MediaStream {
    return new FakeStream(tracks as FakeTrack[]) as unknown as MediaStream;
  }

  addTrack(track: FakeTrack): void {
    this.#tracks.push(track);
  }

  getTracks(): FakeTrack[] {
    return this.#tracks;
  }

  getAudioTracks(): FakeTrack[] {
    return this.#tracks.filter((it) => it.kind === 'audio');
  }

  getVideoTracks(): FakeTrack[] {
    return this.#tracks.filter((it) => it.kind === 'video');
  }
}

/** `navigator.mediaDevices` with a microphone, a camera and a screen. */
export class FakeDevices {
  /** Which of them cannot be had, and why. */
  readonly missing = new Map<'audio' | 'video' | 'screen', string>();
  /** Every track that was ever handed out. */
  readonly tracks: FakeTrack[] = [];

  /** As the browser's type. */
  get devices(): Devices {
    return this as unknown as Devices;
  }

  async getUserMedia(wanted: { audio: unknown; video: unknown }): Promise<MediaStream> {
    const kinds = (['audio', 'video'] as const).filter((it) => wanted[it]);
    return this.#open(kinds, kinds);
  }

  async getDisplayMedia(): Promise<MediaStream> {
    return this.#open(['screen'], ['video']);
  }

  #open(from: readonly ('audio' | 'video' | 'screen')[], kinds: readonly ('audio' | 'video')[]) {
    for (const device of from) {
      const why = this.missing.get(device);
      if (why !== undefined) throw new DOMException('no', why);
    }
    const tracks = kinds.map((kind) => new FakeTrack(kind));
    this.tracks.push(...tracks);
    return FakeStream.of(tracks);
  }
}
