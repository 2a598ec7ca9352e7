//! What is captured reaches the house, whatever happens on the way.

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { House } from '../../src/recorder/house';
import { Spool, type Head } from '../../src/recorder/spool';
import { Upload, type Lock } from '../../src/recorder/upload';
import { FakeFolder, FakeHouse } from '../../testing';

const REC = 'rec-1';

let house: FakeHouse;
let folder: FakeFolder;
let open: { close(): void }[];

beforeEach(() => {
  vi.useFakeTimers();
  house = new FakeHouse();
  folder = new FakeFolder();
  open = [];
  vi.stubGlobal('fetch', house.fetch);
});

afterEach(() => {
  for (const it of open) it.close();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const alone: Lock = (_, work) => work();

/** A page that saves the recording, and captures more of it if it is open. */
async function page({ isOpen = true, lock = alone } = {}) {
  const spool = await Spool.of('ana', folder.root);
  const told = { refused: [] as string[], done: 0 };
  const server = new House('https://house.test', async () => 'token');
  const upload = new Upload(
    {
      recording: REC,
      spool,
      house: server,
      lock,
      changed: () => undefined,
      refused: (part, { code }) => void told.refused.push(`${part} ${String(code)}`),
      done: () => void (told.done += 1),
    },
    isOpen,
  );
  const close = () => {
    upload.close();
    server.close();
  };
  open.push({ close });
  const captures = async (text: string, part = 1, at = 0) => {
    const head: Head = { part, at, length: 1_000, bytes: text.length };
    await spool.write(REC, head, new TextEncoder().encode(text));
    upload.add(head);
  };
  return { upload, told, captures, close, spool };
}

/** The next run may begin. */
async function begins({ upload }: { upload: Upload }) {
  upload.take(await new House('https://house.test', async () => 'token').openPart(REC, 'video/webm'));
}

const until = (check: () => void) => vi.waitFor(check, { timeout: 3_000, interval: 5 });
const saved = (text: string) => until(() => expect(house.text).toBe(text));

describe('an upload', () => {
  it('saves pieces in order, keeps none of them, and finishes once it is over', async () => {
    const { upload, told, captures } = await page();
    await begins({ upload });
    await captures('one');
    await captures('two', 1, 1_000);
    await saved('one two');
    await until(() => expect(upload.unsaved).toBe(0));
    expect(folder.paths).toEqual([]);
    expect(told.done).toBe(0);
    house.isOnAir = false;
    upload.keepOpen(false);
    await until(() => expect(told.done).toBe(1));
    expect(house.isFinished).toBe(true);
    expect(house.asked).toEqual(['POST parts', 'PUT chunks/0', 'PUT chunks/1', 'POST finish']);
  });

  it('keeps everything while the network is gone, and goes on when it is back', async () => {
    const { upload, captures } = await page();
    await begins({ upload });
    house.isAway = true;
    await captures('one');
    await until(() => expect(upload.problem).toMatchObject({ reason: 'unreachable' }));
    await captures('two', 1, 1_000);
    expect(upload).toMatchObject({ unsaved: 2, isStuck: false });
    expect(folder.paths).toHaveLength(2);
    house.isAway = false;
    await vi.advanceTimersByTimeAsync(1_000);
    await saved('one two');
    await until(() => expect(upload).toMatchObject({ unsaved: 0, problem: null }));
  });

  it('does not ask more often while more is captured', async () => {
    const { upload, captures } = await page();
    await begins({ upload });
    house.isAway = true;
    await captures('one');
    await until(() => expect(upload.problem).not.toBeNull());
    const asked = house.asked.length;
    for (const at of [1_000, 2_000, 3_000]) await captures('more', 1, at);
    await Promise.resolve();
    expect(house.asked.length).toBe(asked);
  });

  it('says a piece again whose answer was lost, under the same number', async () => {
    const { upload, captures } = await page();
    await begins({ upload });
    house.losesAnswers = true;
    await captures('one');
    await until(() => expect(upload.problem).not.toBeNull());
    house.losesAnswers = false;
    await captures('two', 1, 1_000);
    await vi.advanceTimersByTimeAsync(1_000);
    await saved('one two');
    expect(new Set(house.asked)).toEqual(new Set(['POST parts', 'PUT chunks/0', 'PUT chunks/1']));
  });

  it('is stuck where somebody has to make room, and goes on when they did', async () => {
    const { upload, captures } = await page();
    await begins({ upload });
    house.refusals.set(/PUT/, [507, 'storage_full']);
    await captures('one');
    await until(() => expect(upload.isStuck).toBe(true));
    expect(upload.problem).toMatchObject({ code: 'storage_full' });
    house.refusals.clear();
    await vi.advanceTimersByTimeAsync(1_000);
    await saved('one');
    await until(() => expect(upload.isStuck).toBe(false));
  });

  it('asks for another grant when the old one is over', async () => {
    const { upload, captures } = await page();
    await begins({ upload });
    await captures('one');
    await saved('one');
    await until(() => expect(upload.unsaved).toBe(0));
    house.grants.clear();
    await captures('two', 1, 1_000);
    await saved('one two');
    expect(house.asked.slice(2)).toEqual(['PUT chunks/1', 'POST grants', 'PUT chunks/1']);
  });

  it('leaves no gap where a piece may not be kept, and drops the rest of its run', async () => {
    const { upload, told, captures } = await page();
    await begins({ upload });
    await captures('one');
    await saved('one');
    house.refusals.set(/chunks\/1/, [403, 'outside_consent']);
    await captures('secret', 1, 1_000);
    await until(() => expect(told.refused).toEqual(['1 outside_consent']));
    house.refusals.clear();
    await until(() => expect(upload.unsaved).toBe(0));
    await captures('two', 2);
    await saved('one two');
    expect(house.chunks.map((it) => it.part)).toEqual([1, 2]);
    expect(folder.paths).toEqual([]);
  });

  it('goes by what the house counts', async () => {
    const { upload, captures } = await page();
    upload.take({ grant: 'g', next: 7 });
    house.grants.add('g');
    await captures('one');
    await saved('one');
  });

  it('gives up what is finished, and forgets it', async () => {
    const { upload, told, captures } = await page();
    await begins({ upload });
    house.isFinished = true;
    await captures('late');
    await until(() => expect(told.done).toBe(1));
    expect(upload.unsaved).toBe(0);
    expect(folder.paths).toEqual([]);
  });

  it('brings the poster, and does without one', async () => {
    const { upload, told } = await page();
    await begins({ upload });
    upload.addPoster(new Blob(['face']));
    await until(() => expect(house.posters).toBe(1));
    house.refusals.set(/poster/, [413, 'too_large']);
    upload.addPoster(new Blob(['face']));
    house.isOnAir = false;
    upload.keepOpen(false);
    await until(() => expect(told.done).toBe(1));
  });
});

describe('after a reload', () => {
  it('nothing is saved twice, also if the answer was lost', async () => {
    const before = await page();
    await begins(before);
    await before.captures('one');
    await saved('one');
    house.losesAnswers = true;
    await before.captures('two', 1, 1_000);
    await before.captures('three', 1, 2_000);
    await saved('one two');
    before.close();
    house.losesAnswers = false;
    house.isOnAir = false;
    const after = await page({ isOpen: false });
    await until(() => expect(after.told.done).toBe(1));
    expect(house.text).toBe('one two three');
    expect(house.isFinished).toBe(true);
  });

  it('a piece that the house never saw follows the others', async () => {
    const before = await page();
    await begins(before);
    await before.captures('one');
    await saved('one');
    house.isAway = true;
    await before.captures('two', 1, 1_000);
    await until(() => expect(before.upload.problem).not.toBeNull());
    before.close();
    house.isAway = false;
    await page({ isOpen: false });
    await saved('one two');
    expect(house.asked.slice(-3, -1)).toEqual(['PUT chunks/0', 'PUT chunks/1']);
  });

  it('what another page captures is left to it', async () => {
    const other = await page();
    await begins(other);
    await other.captures('one');
    await saved('one');
    const { told } = await page({ isOpen: false });
    await until(() => expect(house.asked.at(-1)).toBe('POST finish'));
    expect(told.done).toBe(0);
    await other.captures('two', 1, 1_000);
    await saved('one two');
    house.isOnAir = false;
    await vi.advanceTimersByTimeAsync(10_000);
    await until(() => expect(told.done).toBe(1));
  });

  it('what another page kept meanwhile is saved before it is finished', async () => {
    const before = await page();
    await begins(before);
    house.isAway = true;
    await before.captures('one');
    await until(() => expect(before.upload.problem).not.toBeNull());
    before.close();
    house.isAway = false;
    house.refusals.set(/grants/, [503, 'unavailable']);
    const after = await page({ isOpen: false });
    await until(() => expect(after.upload.problem).not.toBeNull());
    await before.spool.write(
      REC,
      { part: 2, at: 0, length: 1_000, bytes: 3 },
      new TextEncoder().encode('two'),
    );
    house.refusals.clear();
    house.isOnAir = false;
    await vi.advanceTimersByTimeAsync(1_000);
    await until(() => expect(after.told.done).toBe(1));
    expect(house.text).toBe('one two');
  });

  it('two pages save one after the other', async () => {
    const turns: Promise<unknown>[] = [Promise.resolve()];
    const lock: Lock = (_, work) => {
      const turn = (turns.at(-1) as Promise<unknown>).then(work);
      turns.push(turn);
      return turn;
    };
    const { upload, captures, close } = await page({ lock });
    await begins({ upload });
    await captures('one');
    await saved('one');
    const second = await page({ isOpen: false, lock });
    await captures('two', 1, 1_000);
    await saved('one two');
    expect(house.asked).not.toContain('POST grants');
    house.isOnAir = false;
    close();
    await until(() => expect(second.told.done).toBe(1));
  });
});
