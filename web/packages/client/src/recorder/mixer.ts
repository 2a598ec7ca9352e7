//! Everything that is heard, as one track.

/** A track that is mixed in. */
interface Input {
  source: MediaStreamAudioSourceNode;
  /** Chromium hands the sound of others to the mixer only while an element plays it. */
  element: HTMLAudioElement;
}

/** Mixes any number of tracks, which come and go. */
export class Mixer {
  readonly #context: AudioContext;
  readonly #output: MediaStreamAudioDestinationNode;
  readonly #inputs = new Map<MediaStreamTrack, Input>();

  constructor(context: AudioContext) {
    this.#context = context;
    this.#output = context.createMediaStreamDestination();
  }

  /** All of it; silent while nobody says anything. */
  get tracks(): MediaStreamTrack[] {
    return this.#output.stream.getAudioTracks();
  }

  /** Mixes these from now on, and nothing else. */
  mix(tracks: readonly MediaStreamTrack[]): void {
    for (const track of this.#inputs.keys()) {
      if (!tracks.includes(track)) this.#remove(track);
    }
    for (const track of tracks) {
      if (!this.#inputs.has(track)) this.#add(track);
    }
  }

  /** Mixes nothing any more. */
  close(): void {
    this.mix([]);
    for (const track of this.tracks) track.stop();
  }

  #add(track: MediaStreamTrack): void {
    const stream = new MediaStream([track]);
    const element = new Audio();
    element.muted = true;
    element.srcObject = stream;
    element.play().catch(() => undefined);
    const source = this.#context.createMediaStreamSource(stream);
    source.connect(this.#output);
    this.#inputs.set(track, { source, element });
  }

  #remove(track: MediaStreamTrack): void {
    const input = this.#inputs.get(track);
    this.#inputs.delete(track);
    input?.source.disconnect();
    if (input !== undefined) input.element.srcObject = null;
  }
}
