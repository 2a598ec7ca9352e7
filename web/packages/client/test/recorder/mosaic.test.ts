//! Where tiles are, and what of a picture is in them.

import { describe, expect, it } from 'vitest';
import { cropped, fitted, mosaic, MOST_TILES, type Box } from '../../src/recorder/mosaic';

const SIZE = { width: 1280, height: 720 };
const faces = (count: number) => Array.from({ length: count }, () => ({ screen: false }));
const boxes = (tiles: { screen: boolean }[]) => mosaic(tiles, SIZE).map((it) => it.box);

function overlap(one: Box, other: Box): boolean {
  const apart =
    one.x + one.width <= other.x ||
    other.x + other.width <= one.x ||
    one.y + one.height <= other.y ||
    other.y + other.height <= one.y;
  return !apart;
}

function isInside({ x, y, width, height }: Box): boolean {
  return x >= 0 && y >= 0 && x + width <= SIZE.width && y + height <= SIZE.height;
}

describe('a mosaic', () => {
  it('of one fills the picture, of two halves it', () => {
    expect(boxes(faces(1))).toEqual([{ x: 8, y: 8, width: 1264, height: 704 }]);
    expect(boxes(faces(2))).toEqual([
      { x: 8, y: 8, width: 628, height: 704 },
      { x: 644, y: 8, width: 628, height: 704 },
    ]);
  });

  it('has who is left over in the middle of the last row', () => {
    const [left, right, last] = boxes(faces(3));
    expect(left?.y).toBe(right?.y);
    expect(last?.y).toBeGreaterThan(left?.y ?? 0);
    expect(Math.abs((last?.x ?? 0) + (last?.width ?? 0) / 2 - 640)).toBeLessThanOrEqual(1);
  });

  it.each([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 12])('shows %i people apart, in the picture', (count) => {
    for (const tiles of [faces(count), [...faces(count), { screen: true }]]) {
      const all = boxes(tiles);
      expect(all).toHaveLength(Math.min(tiles.length, MOST_TILES));
      expect(all.every((it) => isInside(it) && it.width > 100 && it.height > 100)).toBe(true);
      const pairs = all.flatMap((one, index) => all.slice(index + 1).map((it) => [one, it] as const));
      expect(pairs.some(([one, other]) => overlap(one, other))).toBe(false);
    }
  });

  it('shows a screen large, with the others beside it', () => {
    const tiles = [{ screen: false }, { screen: true }, { screen: false }];
    const [first, ...others] = mosaic(tiles, SIZE);
    expect(first?.tile.screen).toBe(true);
    expect(first?.box.width).toBeGreaterThan(900);
    expect(others.every((it) => it.box.x > 980)).toBe(true);
    expect(boxes([{ screen: true }])).toEqual(boxes(faces(1)));
  });
});

describe('a picture', () => {
  it('that is a face fills its box and loses its edges', () => {
    const box = { width: 628, height: 704 };
    const part = cropped({ width: 1280, height: 720 }, box);
    expect(part.height).toBe(720);
    expect(part.x * 2 + part.width).toBeCloseTo(1280);
    expect(part.width / part.height).toBeCloseTo(box.width / box.height);
  });

  it('that is a screen is whole in its box', () => {
    const box = { x: 8, y: 8, width: 1000, height: 704 };
    const at = fitted({ width: 1920, height: 1080 }, box);
    expect(at.x).toBeCloseTo(8);
    expect(at.width).toBeCloseTo(1_000);
    expect(at.height).toBeCloseTo(562.5);
    expect(at.y - 8).toBeCloseTo((704 - 562.5) / 2);
  });
});
