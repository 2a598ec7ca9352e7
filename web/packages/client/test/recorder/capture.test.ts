//! A run, cut into pieces.

import { describe, expect, it } from 'vitest';
import { Capture, mediaTypesFor, type Piece } from '../../src/recorder/capture';
import { FakeTape } from '../../testing';

/** Enough to know a container by. */
const MUCH = 'x'.repeat(1_000);

function capture() {
  const tape = new FakeTape('video/webm', '');
  const clock = { now: 5_000 };
  const pieces: Omit<Piece, 'bytes'>[] = [];
  const sizes: number[] = [];
  let broken = 0;
  const made = new Capture({
    tape,
    now: () => clock.now,
    piece: ({ at, length, bytes }) => {
      pieces.push({ at, length });
      sizes.push(bytes.size);
    },
    broke: () => void (broken += 1),
  });
  const gives = (after: number, text = MUCH) => {
    clock.now += after;
    tape.gives(text);
  };
  made.start();
  return { made, tape, clock, pieces, sizes, gives, broken: () => broken };
}

describe('a capture', () => {
  it('says of each piece where it lies in the run', () => {
    const { gives, pieces } = capture();
    gives(1_004);
    gives(998.4);
    expect(pieces).toEqual([
      { at: 0, length: 1_004 },
      { at: 1_004, length: 998 },
    ]);
  });

  it('lets the next piece speak for a time with nothing to hand over', () => {
    const { gives, pieces } = capture();
    gives(1_000, '');
    gives(1_000);
    expect(pieces).toEqual([{ at: 0, length: 2_000 }]);
  });

  it('begins with enough to know its container by', async () => {
    const { made, gives, pieces, sizes } = capture();
    gives(1_000, 'x');
    gives(1_000);
    expect(pieces).toEqual([{ at: 0, length: 2_000 }]);
    gives(1_000, 'y');
    await made.stop();
    expect(sizes).toEqual([1_001, 1, 4]);
  });

  it('claims no longer pieces than the house takes', () => {
    const { gives, pieces } = capture();
    gives(7_000);
    gives(1_000);
    expect(pieces).toEqual([
      { at: 0, length: 2_500 },
      { at: 7_000, length: 1_000 },
    ]);
  });

  it('stops at once, and hands over what was before', async () => {
    const { made, tape, clock, pieces, gives, broken } = capture();
    gives(1_000);
    clock.now += 400;
    const ended = made.stop();
    expect(tape.state).toBe('inactive');
    clock.now += 90;
    await ended;
    expect(pieces.at(-1)).toEqual({ at: 400, length: 1_000 });
    expect(made.length).toBe(1_400);
    expect(broken()).toBe(0);
  });

  it('hands over all that comes after it was stopped as one piece', async () => {
    const { made, tape, clock, pieces, sizes, gives } = capture();
    gives(1_000);
    clock.now += 400;
    const ended = made.stop();
    tape.gives('left over');
    await ended;
    expect(pieces).toEqual([
      { at: 0, length: 1_000 },
      { at: 400, length: 1_000 },
    ]);
    expect(sizes.at(-1)).toBe('left over'.length + 4);
  });

  it('says that it broke', async () => {
    const { made, tape, broken } = capture();
    tape.breaks();
    expect(broken()).toBe(1);
    await made.stop();
  });
});

describe('media types', () => {
  it('hold what is covered and nothing else', () => {
    const types = (audio: boolean, video: boolean, screen: boolean) =>
      mediaTypesFor({ audio, video, screen })[0];
    expect(types(true, true, true)).toBe('video/webm;codecs=vp8,opus');
    expect(types(true, false, true)).toBe('video/webm;codecs=vp8,opus');
    expect(types(false, true, false)).toBe('video/webm;codecs=vp8');
    expect(types(true, false, false)).toBe('audio/webm;codecs=opus');
  });
});
