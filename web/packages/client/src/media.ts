//! The microphone, the camera and the screen of this device.
//!
//! A missing or forbidden device never prevents a call: what is there is used,
//! what is not is said in `problem`.

import { HousecallError, type DeviceKind } from './errors';
import { Store } from './store';
import type { MediaState } from './wire.gen';

/** Which of the two somebody wants to send. */
export interface Wanted {
  audio: boolean;
  video: boolean;
}

/** What this device sends, for a page to show. */
export interface LocalMediaState {
  /** The microphone is on. */
  audio: boolean;
  /** The camera is on. */
  video: boolean;
  /** The screen is shown. */
  screen: boolean;
  /** What others see: the screen, else the camera, else nothing. */
  preview: MediaStream | null;
  /** What could not be had, until something could. */
  problem: HousecallError | null;
}

/** What peers are sent. */
export interface Tracks {
  audio: MediaStreamTrack | null;
  video: MediaStreamTrack | null;
}

/** The part of `navigator.mediaDevices` that is used here. */
export type Devices = Pick<MediaDevices, 'getUserMedia' | 'getDisplayMedia'>;

const OFF: LocalMediaState = {
  audio: false,
  video: false,
  screen: false,
  preview: null,
  problem: null,
};

/** Browsers give devices to secure pages only (W3C Media Capture, 9.1). */
function browserDevices(): Devices {
  if (navigator.mediaDevices === undefined) throw HousecallError.insecurePage();
  return navigator.mediaDevices;
}

/** Opens, switches and releases this device's media. */
export class LocalMedia extends Store<LocalMediaState> {
  readonly #devices: () => Devices;
  readonly #stream: (tracks: MediaStreamTrack[]) => MediaStream;
  #microphone: MediaStreamTrack | null = null;
  #camera: MediaStreamTrack | null = null;
  #screen: MediaStreamTrack | null = null;

  constructor(
    devices: () => Devices = browserDevices,
    stream: (tracks: MediaStreamTrack[]) => MediaStream = (it) => new MediaStream(it),
  ) {
    super(OFF);
    this.#devices = devices;
    this.#stream = stream;
  }

  /** What peers are to be sent now. */
  get tracks(): Tracks {
    return { audio: this.#microphone, video: this.#screen ?? this.#camera };
  }

  /** What others are told about it. */
  get state(): MediaState {
    const { audio, video, screen } = this.getSnapshot();
    return { audio, video, screen };
  }

  /** Opens what is wanted, as far as it is there. Never fails. */
  async open(wanted: Wanted): Promise<void> {
    const missing = {
      audio: wanted.audio && !this.#microphone,
      video: wanted.video && !this.#camera,
    };
    const problem = await this.#openTogether(missing);
    this.#tell(problem);
  }

  /** Turns the microphone on or off. */
  async toggleMicrophone(): Promise<void> {
    if (this.#microphone !== null) {
      // Kept open while muted, so that unmuting is heard from the first word.
      this.#microphone.enabled = !this.#microphone.enabled;
      this.#tell(null);
    } else {
      await this.#openOrThrow('microphone');
    }
  }

  /** Turns the microphone off, if it is on. */
  mute(): void {
    if (this.#microphone?.enabled !== true) return;
    this.#microphone.enabled = false;
    this.#tell(null);
  }

  /** Turns the camera on or off. Off releases it, so that its light goes out. */
  async toggleCamera(): Promise<void> {
    if (this.#camera !== null) {
      this.#camera = release(this.#camera);
      this.#tell(null);
    } else {
      await this.#openOrThrow('camera');
    }
  }

  /** Asks which screen or window to show, and shows it instead of the camera. */
  async startScreen(): Promise<void> {
    try {
      const stream = await this.#devices().getDisplayMedia({ video: true });
      release(this.#screen);
      this.#screen = this.#watched(stream.getVideoTracks()[0] ?? null);
      this.#tell(null);
    } catch (cause) {
      throw HousecallError.device('screen', cause);
    }
  }

  /** Shows the camera again, if it is on. */
  stopScreen(): void {
    this.#screen = release(this.#screen);
    this.#tell(null);
  }

  /** Releases everything. */
  close(): void {
    this.#microphone = release(this.#microphone);
    this.#camera = release(this.#camera);
    this.#screen = release(this.#screen);
    this.change(OFF);
  }

  /** One question for both when both are wanted; each alone when that fails. */
  async #openTogether({ audio, video }: Wanted): Promise<HousecallError | null> {
    if (!audio && !video) return null;
    try {
      await this.#get({ audio, video });
      return null;
    } catch (cause) {
      if (!audio || !video) return HousecallError.device(audio ? 'microphone' : 'camera', cause);
      const camera = await this.#openTogether({ audio: false, video });
      return (await this.#openTogether({ audio, video: false })) ?? camera;
    }
  }

  async #openOrThrow(kind: Exclude<DeviceKind, 'screen'>): Promise<void> {
    const wanted = { audio: kind === 'microphone', video: kind === 'camera' };
    const problem = await this.#openTogether(wanted);
    this.#tell(problem);
    if (problem !== null) throw problem;
  }

  async #get(wanted: Wanted): Promise<void> {
    const stream = await this.#devices().getUserMedia({
      audio: wanted.audio,
      video: wanted.video && { width: { ideal: 1280 }, height: { ideal: 720 } },
    });
    if (wanted.audio) this.#microphone = this.#watched(stream.getAudioTracks()[0] ?? null);
    if (wanted.video) this.#camera = this.#watched(stream.getVideoTracks()[0] ?? null);
  }

  /** A track ends by itself when its device is unplugged or the browser's own
   *  "stop sharing" is used. */
  #watched(track: MediaStreamTrack | null): MediaStreamTrack | null {
    track?.addEventListener('ended', () => {
      if (track === this.#microphone) this.#microphone = null;
      if (track === this.#camera) this.#camera = null;
      if (track === this.#screen) this.#screen = null;
      this.#tell(null);
    });
    return track;
  }

  #tell(problem: HousecallError | null): void {
    const { video } = this.tracks;
    const { preview } = this.getSnapshot();
    const same = video !== null && preview?.getVideoTracks()[0] === video;
    this.change({
      audio: this.#microphone?.enabled ?? false,
      video: this.#camera !== null,
      screen: this.#screen !== null,
      preview: same ? preview : video && this.#stream([video]),
      problem,
    });
  }
}

function release(track: MediaStreamTrack | null): null {
  track?.stop();
  return null;
}
