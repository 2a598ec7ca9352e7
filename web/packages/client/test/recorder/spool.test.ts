//! Pieces that outlive the page.

import { beforeEach, describe, expect, it } from 'vitest';
import { Spool } from '../../src/recorder/spool';
import { FakeFolder } from '../../testing';

let folder: FakeFolder;

beforeEach(() => {
  folder = new FakeFolder();
});

const bytes = (text: string) => new TextEncoder().encode(text);
const head = (part: number, at: number, text: string) => ({
  part,
  at,
  length: 1_000,
  bytes: text.length,
});

async function textOf(spool: Spool, recording: string, it: ReturnType<typeof head>) {
  const kept = await spool.read(recording, it);
  return kept && new TextDecoder().decode(kept);
}

describe('a spool', () => {
  it('is what it was after a reload, in the order it happened', async () => {
    const before = await Spool.of('ana', folder.root);
    await before.write('rec-1', head(2, 0, 'three'), bytes('three'));
    await before.write('rec-1', head(1, 10_000, 'two'), bytes('two'));
    await before.write('rec-1', head(1, 9_000, 'one'), bytes('one'));
    const after = await Spool.of('ana', folder.root);
    expect(await after.recordings()).toEqual(['rec-1']);
    const heads = await after.list('rec-1');
    expect(heads).toEqual([head(1, 9_000, 'one'), head(1, 10_000, 'two'), head(2, 0, 'three')]);
    expect(await textOf(after, 'rec-1', head(1, 10_000, 'two'))).toBe('two');
  });

  it('is nobody else’s, and keeps recordings apart', async () => {
    const ana = await Spool.of('ana', folder.root);
    await ana.write('rec-1', head(1, 0, 'one'), bytes('one'));
    const ben = await Spool.of('../ana', folder.root);
    expect(await ben.recordings()).toEqual([]);
    expect(await ana.list('rec-2')).toEqual([]);
    expect(folder.paths).toEqual(['housecall/recordings/ana/rec-1/1-0-1000-3']);
  });

  it('drops pieces one by one and remembers the recording until it is forgotten', async () => {
    const spool = await Spool.of('ana', folder.root);
    await spool.write('rec-1', head(1, 0, 'one'), bytes('one'));
    await spool.drop('rec-1', head(1, 0, 'one'));
    expect(await spool.read('rec-1', head(1, 0, 'one'))).toBeUndefined();
    expect(await spool.recordings()).toEqual(['rec-1']);
    await spool.forget('rec-1');
    expect(await spool.recordings()).toEqual([]);
  });

  it('gives no piece that is not whole', async () => {
    const spool = await Spool.of('ana', folder.root);
    await spool.write('rec-1', head(1, 0, 'whole'), bytes('torn'));
    expect(await spool.read('rec-1', head(1, 0, 'whole'))).toBeUndefined();
  });

  it.each([
    ['there is no place for files', async () => undefined],
    ['the place is forbidden', () => Promise.reject(new DOMException('no', 'SecurityError'))],
  ])('keeps pieces in memory where %s', async (_, root) => {
    const spool = await Spool.of('ana', root);
    await spool.write('rec-1', head(1, 0, 'one'), bytes('one'));
    expect(await spool.recordings()).toEqual(['rec-1']);
    expect(await spool.list('rec-1')).toEqual([head(1, 0, 'one')]);
    expect(await textOf(spool, 'rec-1', head(1, 0, 'one'))).toBe('one');
    await spool.drop('rec-1', head(1, 0, 'one'));
    expect(await spool.list('rec-1')).toEqual([]);
  });

  it('keeps in memory what the disk has no room for', async () => {
    const spool = await Spool.of('ana', folder.root);
    await spool.write('rec-1', head(1, 0, 'one'), bytes('one'));
    folder.fill();
    await spool.write('rec-1', head(1, 1_000, 'two'), bytes('two'));
    expect(await spool.list('rec-1')).toEqual([head(1, 0, 'one'), head(1, 1_000, 'two')]);
    expect(await textOf(spool, 'rec-1', head(1, 1_000, 'two'))).toBe('two');
  });
});
