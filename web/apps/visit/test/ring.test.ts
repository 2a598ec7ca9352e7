import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { chime, cue, ring } from '../src/parts/ring';

/** An audio context that counts the notes. */
function fakeContext() {
  const param = {
    value: 0,
    setValueAtTime: vi.fn(),
    linearRampToValueAtTime: vi.fn(),
    exponentialRampToValueAtTime: vi.fn(),
  };
  const start = vi.fn();
  const close = vi.fn(async () => undefined);
  const node = { frequency: param, gain: param, connect: () => node, start, stop: vi.fn() };
  const context = {
    currentTime: 0,
    destination: node,
    createOscillator: () => node,
    createGain: () => node,
    close,
  };
  return { context: context as unknown as AudioContext, start, close };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('the ring', () => {
  it('plays two notes again and again until it is stopped', () => {
    const { context, start, close } = fakeContext();
    const stop = ring(() => context);
    expect(start).toHaveBeenCalledTimes(2);
    vi.advanceTimersByTime(6_000);
    expect(start).toHaveBeenCalledTimes(6);
    stop();
    vi.advanceTimersByTime(6_000);
    expect(start).toHaveBeenCalledTimes(6);
    expect(close).toHaveBeenCalledOnce();
  });
});

describe('the chime', () => {
  it('plays one note once, and lets go of the loudspeaker', () => {
    const { context, start, close } = fakeContext();
    vi.stubGlobal('AudioContext', function AudioContext() {
      return context;
    });
    chime();
    vi.advanceTimersByTime(6_000);
    expect(start).toHaveBeenCalledOnce();
    expect(close).toHaveBeenCalledOnce();
  });

  it('is silent where the browser makes no sound', () => {
    expect(() => chime()).not.toThrow();
  });
});

describe('what is heard of a recording', () => {
  it.each(['start', 'pause', 'stop'] as const)('is two notes when it comes to %s', (turn) => {
    const { context, start, close } = fakeContext();
    vi.stubGlobal('AudioContext', function AudioContext() {
      return context;
    });
    cue(turn);
    vi.advanceTimersByTime(6_000);
    expect(start).toHaveBeenCalledTimes(2);
    expect(close).toHaveBeenCalledOnce();
  });
});
