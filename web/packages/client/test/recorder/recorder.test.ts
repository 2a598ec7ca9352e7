//! Stories of a device that records: when it captures, and what becomes of it.

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Happening, RecordingState } from '../../src';
import {
  callState,
  consent,
  EVERYTHING,
  FakeDevice,
  FakeEquipment,
  FakeFolder,
  FakeHouse,
  MapStorage,
  participant,
  recording,
} from '../../testing';

const CALL = 'call-1';
const ben = participant('ben', { incarnation: 3, consented: true, consent: consent() });

let house: FakeHouse;
let devices: FakeDevice[];

beforeEach(() => {
  vi.useFakeTimers();
  house = new FakeHouse();
  devices = [];
  vi.stubGlobal('fetch', house.fetch);
});

afterEach(() => {
  for (const it of devices) it.manager.disconnect();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const until = (check: () => void) => vi.waitFor(check, { timeout: 3_000, interval: 5 });
const state = (ana: FakeDevice) => ana.manager.getSnapshot().recorder;

/** What Ana's device knows of her call. */
function talk(tape?: RecordingState, seq = 5) {
  const ana = participant('ana', { incarnation: 5, consented: true, consent: consent() });
  return callState([ben, ana], { seq, ...(tape === undefined ? {} : { recording: tape }) });
}

/** Ana's device; with the folder and the storage of another it is that one, reloaded. */
function device(folder?: FakeFolder, storage?: MapStorage): FakeDevice {
  const url = 'https://house.test';
  const ana = new FakeDevice('ana', storage, { url }, new FakeEquipment(folder));
  devices.push(ana);
  return ana;
}

/** Ana's device, in a call. */
async function inCall(folder?: FakeFolder, storage?: MapStorage): Promise<FakeDevice> {
  const ana = device(folder, storage);
  ana.server.answers('join', () => talk());
  ana.connect(talk());
  await ana.manager.join(CALL);
  return ana;
}

const started: Happening = { type: 'recordingStarted', recording: recording('ana') };
const paused: Happening = { type: 'recordingPaused', recording: 'rec-1' };
const resumed: Happening = { type: 'recordingResumed', recording: 'rec-1' };
const stopped: Happening = { type: 'recordingStopped', recording: 'rec-1' };

const tape = (ana: FakeDevice, index = -1) => ana.equipment.tapes.at(index);
const captures = (ana: FakeDevice) => until(() => expect(state(ana).state).toBe('capturing'));

/** Ana's device, recording. */
async function recordingCall(...how: Parameters<typeof inCall>): Promise<FakeDevice> {
  const ana = await inCall(...how);
  ana.happens(CALL, started);
  await captures(ana);
  return ana;
}

describe('a recording of yours', () => {
  it('is captured, saved, and finished once the room has stopped', async () => {
    const ana = await recordingCall();
    expect(state(ana)).toMatchObject({ callId: CALL, recordingId: 'rec-1', problem: null });
    expect(tape(ana)).toMatchObject({ state: 'recording', mediaType: 'video/webm;codecs=vp8,opus' });
    tape(ana)?.gives('one');
    await until(() => expect(house.text).toBe('one'));
    house.isOnAir = false;
    ana.happens(CALL, stopped);
    expect(tape(ana)?.state).toBe('inactive');
    await until(() => expect(house.isFinished).toBe(true));
    expect(house.text).toBe('one rest');
    await until(() => expect(state(ana)).toEqual({ ...state(ana), state: 'idle', unsaved: 0 }));
    expect(state(ana)).not.toHaveProperty('callId');
    expect(ana.equipment.folder.paths).toEqual([]);
  });

  it('begins when the house gives its leave, not before', async () => {
    house.isOnAir = false;
    const ana = await inCall();
    ana.happens(CALL, started);
    await until(() => expect(house.asked).toContain('POST parts'));
    expect(ana.equipment.tapes).toEqual([]);
    expect(state(ana).state).toBe('paused');
    house.isOnAir = true;
    await captures(ana);
  });

  it('shows and mixes everybody who is there, and who comes', async () => {
    const ana = await recordingCall();
    const seats = () => ana.equipment.studios.at(-1)?.seats.map((it) => it.name);
    expect(seats()).toEqual(['Ana', 'Ben']);
    ana.happens(CALL, {
      type: 'joined',
      participant: participant('cleo', { incarnation: 8, consented: true }),
      elsewhere: false,
    });
    expect(seats()).toEqual(['Ana', 'Ben', 'Cleo']);
  });

  it('has a poster after a moment, and only one', async () => {
    const ana = await recordingCall();
    await vi.advanceTimersByTimeAsync(3_100);
    await until(() => expect(house.posters).toBe(1));
    ana.happens(CALL, paused);
    ana.happens(CALL, resumed);
    await captures(ana);
    await vi.advanceTimersByTimeAsync(4_000);
    expect(house.posters).toBe(1);
  });

  it('counts how much it captured', async () => {
    const ana = await recordingCall();
    await vi.advanceTimersByTimeAsync(2_000);
    tape(ana)?.gives('one');
    await until(() => expect(state(ana).seconds).toBe(2));
    ana.happens(CALL, paused);
    await vi.advanceTimersByTimeAsync(5_000);
    ana.happens(CALL, resumed);
    await captures(ana);
    expect(state(ana).seconds).toBe(2);
  });

  it('of somebody else is not captured here', async () => {
    const ana = await inCall();
    ana.happens(CALL, { type: 'recordingStarted', recording: recording('ben') });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(ana.equipment.studios).toEqual([]);
    expect(state(ana).state).toBe('idle');
  });

  it('makes no picture where only sound is covered', async () => {
    const ana = await inCall();
    const covers = { ...EVERYTHING, video: false, screen: false };
    ana.happens(CALL, { type: 'recordingStarted', recording: recording('ana', { covers }) });
    await captures(ana);
    expect(tape(ana)?.mediaType).toBe('audio/webm;codecs=opus');
    expect(ana.equipment.studios.at(-1)?.seats.map((it) => it.picture)).toEqual([null, null]);
  });
});

describe('a pause', () => {
  it('stops within the same task, and a new part follows', async () => {
    const ana = await recordingCall();
    ana.happens(CALL, paused);
    expect(tape(ana)?.state).toBe('inactive');
    expect(ana.equipment.studios.at(-1)?.isOpen).toBe(false);
    expect(state(ana).state).toBe('paused');
    ana.happens(CALL, resumed);
    await captures(ana);
    expect(house.parts).toBe(2);
    expect(ana.equipment.tapes).toHaveLength(2);
    tape(ana)?.gives('two');
    await until(() => expect(house.chunks.map((it) => it.part)).toEqual([1, 2]));
  });

  it('that comes while the house gives its leave is heeded', async () => {
    const ana = await inCall();
    ana.happens(CALL, started);
    ana.happens(CALL, paused);
    await until(() => expect(ana.equipment.studios.every((it) => !it.isOpen)).toBe(true));
    await vi.advanceTimersByTimeAsync(100);
    expect(ana.equipment.tapes).toEqual([]);
  });

  it('that was missed ends the run all the same', async () => {
    const ana = await recordingCall();
    ana.server.answers('look', () => talk(recording('ana'), 20));
    ana.happens(CALL, { type: 'reminded' }, 12);
    await until(() => expect(ana.equipment.tapes).toHaveLength(2));
    expect(tape(ana, 0)?.state).toBe('inactive');
    await captures(ana);
  });
});

describe('an interruption', () => {
  it('that is short is captured too', async () => {
    const ana = await recordingCall();
    ana.server.cuts();
    await vi.advanceTimersByTimeAsync(9_000);
    expect(state(ana).state).toBe('capturing');
    ana.server.answers('resume', () => talk(recording('ana'), 6));
    ana.server.connected = true;
    ana.welcome(talk(recording('ana'), 6));
    await vi.advanceTimersByTimeAsync(20_000);
    expect(ana.equipment.tapes).toHaveLength(1);
    expect(state(ana).state).toBe('capturing');
  });

  it('that is long is not, and it goes on afterwards', async () => {
    const ana = await recordingCall();
    ana.server.cuts();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(tape(ana)?.state).toBe('inactive');
    expect(state(ana).state).toBe('paused');
    ana.server.answers('resume', () => talk(recording('ana'), 6));
    ana.server.connected = true;
    ana.welcome(talk(recording('ana'), 6));
    await captures(ana);
    expect(house.parts).toBe(2);
  });

  it('in which something happened begins another part', async () => {
    const ana = await recordingCall();
    ana.server.cuts();
    ana.server.answers('resume', () => talk(recording('ana'), 9));
    ana.server.connected = true;
    ana.welcome(talk(recording('ana'), 9));
    expect(tape(ana, 0)?.state).toBe('inactive');
    await until(() => expect(house.parts).toBe(2));
    await captures(ana);
  });
});

describe('trouble', () => {
  it('with the room of the house is told, and saved when there is room again', async () => {
    const ana = await recordingCall();
    house.refusals.set(/PUT/, [507, 'storage_full']);
    tape(ana)?.gives('one');
    await until(() => expect(state(ana).state).toBe('stuck'));
    expect(state(ana).problem).toMatchObject({ code: 'storage_full' });
    house.refusals.clear();
    await vi.advanceTimersByTimeAsync(1_000);
    await until(() => expect(state(ana)).toMatchObject({ state: 'capturing', problem: null }));
    expect(house.text).toBe('one');
  });

  it('with the beginning is told, and it is tried again', async () => {
    house.refusals.set(/parts/, [503, 'recording_unavailable']);
    const ana = await inCall();
    ana.happens(CALL, started);
    await until(() => expect(state(ana).state).toBe('stuck'));
    house.refusals.clear();
    await vi.advanceTimersByTimeAsync(1_000);
    await captures(ana);
    expect(state(ana).problem).toBeNull();
  });

  it('with one container leads to another', async () => {
    const ana = await inCall();
    ana.equipment.unsupported.add('video/webm;codecs=vp8,opus');
    ana.happens(CALL, started);
    await captures(ana);
    expect(tape(ana)?.mediaType).toBe('video/mp4;codecs=avc1.42E01F,mp4a.40.2');
  });

  it('with the recorder of the browser begins another part', async () => {
    const ana = await recordingCall();
    tape(ana)?.breaks();
    expect(state(ana).state).toBe('stuck');
    await vi.advanceTimersByTimeAsync(1_000);
    await captures(ana);
    expect(house.parts).toBe(2);
  });

  it('with sound asks for a click, and records no silence meanwhile', async () => {
    const ana = await inCall();
    let touch = () => {};
    ana.equipment.readiness = new Promise((resolve) => (touch = resolve));
    ana.happens(CALL, started);
    await vi.advanceTimersByTimeAsync(2_100);
    expect(state(ana)).toMatchObject({ state: 'stuck', problem: { reason: 'not-allowed' } });
    expect(house.asked).toEqual([]);
    touch();
    await captures(ana);
    expect(state(ana).problem).toBeNull();
  });

  it('with what may not be kept begins another part', async () => {
    const ana = await recordingCall();
    house.refusals.set(/PUT/, [403, 'outside_consent']);
    tape(ana)?.gives('secret');
    await until(() => expect(tape(ana, 0)?.state).toBe('inactive'));
    house.refusals.clear();
    await until(() => expect(house.parts).toBe(2));
    await captures(ana);
    tape(ana)?.gives('two');
    await until(() => expect(house.text).toContain('two'));
    expect(house.text).not.toContain('secret');
  });

  it('with its size ends it for good', async () => {
    const ana = await recordingCall();
    house.refusals.set(/PUT/, [413, 'recording_too_large']);
    tape(ana)?.gives('much');
    await until(() => expect(state(ana).state).toBe('stuck'));
    expect(state(ana).problem).toMatchObject({ code: 'recording_too_large' });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(ana.equipment.tapes).toHaveLength(1);
  });
});

describe('going away', () => {
  it('by leaving the call goes on saving', async () => {
    const ana = await recordingCall();
    house.isAway = true;
    tape(ana)?.gives('one');
    await ana.manager.leave(CALL);
    expect(tape(ana)?.state).toBe('inactive');
    await until(() => expect(state(ana).unsaved).toBeGreaterThan(0));
    expect(state(ana).state).toBe('saving');
    house.isAway = false;
    house.isOnAir = false;
    await vi.advanceTimersByTimeAsync(1_000);
    await until(() => expect(house.isFinished).toBe(true));
    expect(house.text).toBe('one rest');
  });

  it('by a reload loses nothing that was handed over, and goes on in a new part', async () => {
    const folder = new FakeFolder();
    const storage = new MapStorage();
    const before = await recordingCall(folder, storage);
    await vi.advanceTimersByTimeAsync(3_000);
    house.isAway = true;
    tape(before)?.gives('one');
    await until(() => expect(folder.paths).toHaveLength(1));
    before.manager.disconnect();
    await until(() => expect(folder.paths).toHaveLength(2));
    house.isAway = false;
    storage.setItem('housecall.call', JSON.stringify({ callId: CALL, audio: true, video: true }));
    const after = device(folder, storage);
    after.server.answers('join', () => talk(recording('ana'), 6));
    after.connect(talk(recording('ana'), 6));
    await captures(after);
    await until(() => expect(house.text).toBe('one rest'));
    expect(house.parts).toBe(2);
    expect(state(after).seconds).toBeGreaterThanOrEqual(3);
  });

  it('saves what an earlier page left, without any call', async () => {
    const folder = new FakeFolder();
    const before = await recordingCall(folder);
    house.isAway = true;
    tape(before)?.gives('one');
    await until(() => expect(folder.paths).toHaveLength(1));
    before.manager.disconnect();
    await until(() => expect(folder.paths).toHaveLength(2));
    house.isAway = false;
    house.isOnAir = false;
    const after = device(folder);
    after.connect();
    await until(() => expect(house.isFinished).toBe(true));
    expect(house.text).toBe('one rest');
    await until(() => expect(state(after).state).toBe('idle'));
  });

  it('leaves nothing open', async () => {
    const ana = await recordingCall();
    ana.manager.disconnect();
    expect(tape(ana)?.state).toBe('inactive');
    expect(ana.equipment.studios.every((it) => !it.isOpen)).toBe(true);
    expect(state(ana)).toMatchObject({ state: 'idle', unsaved: 0 });
    await vi.advanceTimersByTimeAsync(0);
    expect(vi.getTimerCount()).toBe(0);
  });
});
