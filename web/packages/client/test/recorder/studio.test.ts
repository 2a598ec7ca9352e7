//! The parts of a studio, over a browser that is played.

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { clock, Composer } from '../../src/recorder/composer';
import { Mixer } from '../../src/recorder/mixer';
import type { Seat } from '../../src/recorder/scene';
import { tickWith } from '../../src/recorder/ticker';
import { FakeStream, FakeTrack } from '../../testing';

/** What a browser made, and what became of it. */
class Element {
  srcObject: MediaStream | null = null;
  videoWidth = 640;
  videoHeight = 480;
  isInPage = false;
  play = async () => undefined;
  remove = () => void (this.isInPage = false);
}

let elements: Element[];

beforeEach(() => {
  elements = [];
  class Made extends Element {
    constructor() {
      super();
      elements.push(this);
    }
  }
  vi.stubGlobal('document', { createElement: () => new Made() });
  vi.stubGlobal('Audio', Made);
  vi.stubGlobal('MediaStream', FakeStream);
});

afterEach(() => void vi.unstubAllGlobals());

const track = (kind: 'audio' | 'video') => new FakeTrack(kind) as unknown as MediaStreamTrack;

describe('a mixer', () => {
  it('hears who comes, and nobody who went', () => {
    const output = { stream: FakeStream.of([track('audio')]) };
    const connected = new Set<object>();
    const context = {
      createMediaStreamDestination: () => output,
      createMediaStreamSource: (stream: object) => ({
        connect: () => connected.add(stream),
        disconnect: () => connected.delete(stream),
      }),
    };
    const mixer = new Mixer(context as unknown as AudioContext);
    const [one, two] = [track('audio'), track('audio')];
    mixer.mix([one]);
    mixer.mix([one, two]);
    expect(connected.size).toBe(2);
    expect(elements).toHaveLength(2);
    mixer.mix([two]);
    expect(connected.size).toBe(1);
    mixer.close();
    expect(connected.size).toBe(0);
    expect(elements.every((it) => it.srcObject === null)).toBe(true);
    expect(mixer.tracks.map((it) => it.readyState)).toEqual(['ended']);
  });
});

describe('a ticker', () => {
  it('ticks with the sound until it is stopped', () => {
    const sounds: { onended: () => void; end: number }[] = [];
    class Source {
      onended = () => undefined;
      connect = () => undefined;
      disconnect = () => undefined;
      start = () => undefined;
      stop = (end: number) => void sounds.push(Object.assign(this, { end }));
    }
    vi.stubGlobal('ConstantSourceNode', Source);
    const context = { currentTime: 10, destination: {} };
    let ticks = 0;
    const stop = tickWith(context as unknown as AudioContext, 0.5, () => void (ticks += 1));
    const ends = () => {
      context.currentTime = sounds.at(-1)?.end ?? 0;
      sounds.at(-1)?.onended();
    };
    ends();
    ends();
    expect(ticks).toBe(2);
    expect(sounds.map((it) => it.end)).toEqual([10.5, 11, 11.5]);
    context.currentTime = 20;
    sounds.at(-1)?.onended();
    expect(sounds.at(-1)?.end).toBe(20);
    stop();
    ends();
    expect(ticks).toBe(3);
    expect(sounds).toHaveLength(4);
  });
});

describe('a composer', () => {
  /** A canvas that remembers what was drawn on it since the last frame. */
  function composer() {
    let drawn: string[] = [];
    const frame = Object.assign(new FakeTrack('video'), { requestFrame: vi.fn() });
    const paint = {
      fillRect: () => undefined,
      measureText: () => ({ width: 50 }),
      fillText: (text: string) => void drawn.push(text),
      drawImage: () => void drawn.push('picture'),
    };
    const canvas = {
      getContext: () => paint,
      captureStream: () => FakeStream.of([frame]),
      toBlob: (give: (image: Blob) => void, _: string, quality: number) =>
        give(new Blob(['x'.repeat(quality === 0.8 ? 600_000 : 1_000)])),
    };
    const backstage = { append: (it: Element) => void (it.isInPage = true), remove: vi.fn() };
    const now = () => new Date('2025-03-04T14:01:00Z');
    const made = new Composer({ canvas, backstage, now } as never);
    const draws = () => {
      drawn = [];
      made.draw();
      return drawn;
    };
    return { made, draws, frame, backstage };
  }

  const seat = (name: string, rest: Partial<Seat> = {}): Seat => ({
    id: name,
    name,
    screen: false,
    sounds: [],
    picture: null,
    ...rest,
  });

  it('draws pictures, names and the time, one frame at a time', () => {
    const { made, draws, frame } = composer();
    made.show([seat('Ana', { picture: track('video') }), seat('Ben')]);
    const time = clock(new Date('2025-03-04T14:01:00Z'));
    expect(draws()).toEqual(['picture', 'Ana', 'Ben', 'Ben', time]);
    expect(frame.requestFrame).toHaveBeenCalledTimes(1);
  });

  it('shows the name until there is a picture, and says whose screen it is', () => {
    const { made, draws } = composer();
    made.show([seat('Ana', { picture: track('video'), screen: true })]);
    Object.assign(elements[0] ?? {}, { videoWidth: 0 });
    expect(draws().slice(0, 2)).toEqual(['Ana', 'Ana: screen']);
  });

  it('keeps no picture of who is not shown any more', () => {
    const { made, frame, backstage } = composer();
    const picture = track('video');
    made.show([seat('Ana', { picture })]);
    made.show([seat('Ana', { picture }), seat('Ben', { picture: track('video') })]);
    expect(elements.map((it) => it.isInPage)).toEqual([true, true]);
    made.show([seat('Ana', { picture })]);
    expect(elements.map((it) => [it.isInPage, it.srcObject === null])).toEqual([
      [true, false],
      [false, true],
    ]);
    made.close();
    expect(elements.every((it) => it.srcObject === null)).toBe(true);
    expect(frame.readyState).toBe('ended');
    expect(backstage.remove).toHaveBeenCalled();
  });

  it('makes a poster that the house takes', async () => {
    const { made } = composer();
    expect((await made.poster())?.size).toBe(1_000);
  });
});

describe('the clock', () => {
  it('is legible, and says how far it is from UTC', () => {
    const at = new Date('2025-03-04T14:01:09Z');
    vi.spyOn(at, 'getTimezoneOffset').mockReturnValue(-330);
    expect(clock(at)).toBe('2025-03-04 19:31:09 UTC+05:30');
    vi.spyOn(at, 'getTimezoneOffset').mockReturnValue(300);
    expect(clock(at)).toBe('2025-03-04 09:01:09 UTC-05:00');
  });
});
