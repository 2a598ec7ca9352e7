//! Stories of one device at the door, and of the device of a host.

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { CallState, DeviceCheck, Happening, ParticipantState } from '../src';
import { callState, FakeDevice, FakeServer, participant } from '../testing';

const CALL = 'call-1';
const APPOINTMENT = 'appointment-1';
const check: DeviceCheck = { microphone: 'works', camera: 'blocked', connection: 'works' };

const salem = participant('salem', { host: true, incarnation: 3 });
const cleo = participant('cleo', { incarnation: 4 });
const own = participant('ana', { incarnation: 5 });

/** What Ana knows at the door, and inside. */
const atDoor = callState(
  [salem, participant('ana', { stage: 'waiting', waitingSince: '', incarnation: 0 })],
  { kind: 'consultation', here: false },
);
const inside = callState([salem, cleo, own], { kind: 'consultation', seq: 7 });

const letIn: Happening = { type: 'joined', participant: own, elsewhere: false };

const settle = () => vi.advanceTimersByTimeAsync(0);
const state = (device: FakeDevice) => device.manager.getSnapshot();
const call = (device: FakeDevice) => state(device).calls.get(CALL);
const news = (device: FakeDevice) => state(device).announcement?.news;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Ana's device, waiting. */
async function waits(storage = new FakeDevice('ana').storage): Promise<FakeDevice> {
  const ana = new FakeDevice('ana', storage);
  ana.server.answers('arrive', () => atDoor);
  ana.server.answers('look', () => inside);
  ana.connect();
  await ana.manager.arrive(APPOINTMENT, { video: true, check });
  await settle();
  return ana;
}

/** A device in a call with these. */
async function inCall(wire: CallState): Promise<FakeDevice> {
  const ana = new FakeDevice('ana');
  ana.server.answers('join', () => wire);
  ana.connect();
  await ana.manager.join(CALL, { video: true });
  return ana;
}

describe('arriving', () => {
  it('tells what the check found out, shows the preview and meets nobody', async () => {
    const ana = new FakeDevice('ana');
    ana.server.answers('arrive', () => atDoor);
    ana.connect();
    await expect(ana.manager.arrive(APPOINTMENT, { video: true, check })).resolves.toBe(CALL);
    const media = { audio: true, video: true, screen: false };
    expect(ana.server.heard('arrive')).toEqual([{ callId: APPOINTMENT, media, check }]);
    expect(call(ana)?.phase).toBe('waiting');
    expect(state(ana)).toMatchObject({ current: CALL, media: { video: true } });
    expect(state(ana).media.preview).not.toBeNull();
    expect(ana.connections).toEqual([]);
  });

  it('comes right in where nothing keeps you', async () => {
    const ana = new FakeDevice('ana');
    ana.server.answers('arrive', () => inside);
    ana.connect();
    await ana.manager.arrive(APPOINTMENT);
    expect(call(ana)?.phase).toBe('connected');
    expect(ana.server.heard('arrive')[0]).not.toHaveProperty('check');
    expect(ana.connections).toHaveLength(2);
  });

  it('releases the devices where it is refused, and says why', async () => {
    const ana = new FakeDevice('ana');
    ana.server.answers('arrive', () => FakeServer.problem('too_early', 'It opens at 13:45.'));
    ana.connect();
    await expect(ana.manager.arrive(APPOINTMENT)).rejects.toThrow('It opens at 13:45.');
    expect(ana.devices.tracks.map((it) => it.readyState)).toEqual(['ended']);
    expect(state(ana).current).toBeNull();
  });

  it('may end at the door also for whoever only wanted to join', async () => {
    expect(call(await inCall(atDoor))?.phase).toBe('waiting');
  });
});

describe('being let in', () => {
  it('asks for the whole room, then connects to everybody in it', async () => {
    const ana = await waits();
    ana.happens(CALL, letIn);
    expect(news(ana)).toEqual({ type: 'let-in' });
    await settle();
    expect(call(ana)?.phase).toBe('connected');
    expect([...state(ana).peers.keys()]).toEqual(['salem', 'cleo']);
    expect(ana.server.heard('look')).toEqual([{ callId: CALL }]);
    expect(ana.server.heard('messages')).toHaveLength(2);
  });

  it('keeps offers that come before the whole room is known', async () => {
    const ana = await waits();
    ana.happens(CALL, letIn);
    const body = { type: 'offer', sdp: 'v=0\r\no=- 77 1 IN IP4 127.0.0.1\r\n' };
    ana.server.says('signal', { callId: CALL, from: 'cleo', kind: 'offer', body });
    await settle();
    await settle();
    const answers = ana.server.heard('signal').filter((it) => it.kind === 'answer');
    expect(answers.map((it) => it.to)).toEqual(['cleo']);
  });

  it('asks again when the answer was overtaken by events', async () => {
    const ana = await waits();
    let looks = 0;
    ana.server.answers('look', () => {
      looks += 1;
      if (looks > 1) return { ...inside, seq: 9 };
      ana.happens(CALL, { type: 'hidden' });
      return { ...inside, seq: 6 };
    });
    ana.happens(CALL, letIn);
    await settle();
    expect([looks, call(ana)?.phase]).toEqual([2, 'connected']);
  });

  it('tells the others what was switched while waiting', async () => {
    const ana = await waits();
    await ana.manager.toggleCamera();
    expect(ana.server.heard('media')).toEqual([]);
    ana.happens(CALL, letIn);
    await settle();
    expect(ana.server.heard('media')).toMatchObject([{ callId: CALL, video: false }]);
  });

  it('leads nowhere for whoever has gone meanwhile', async () => {
    const ana = await waits();
    ana.happens(CALL, letIn);
    await ana.manager.hangUp(CALL);
    await settle();
    expect(call(ana)?.phase).toBe('away');
    expect(ana.connections).toEqual([]);
    expect(ana.devices.tracks.every((it) => it.readyState === 'ended')).toBe(true);
  });
});

describe('leaving the door', () => {
  it('is leaving, and releases the devices', async () => {
    const ana = await waits();
    await ana.manager.hangUp(CALL);
    expect(ana.server.said.at(-1)).toEqual({ word: 'leave', body: { callId: CALL } });
    expect(ana.devices.tracks.every((it) => it.readyState === 'ended')).toBe(true);
    expect(state(ana).current).toBeNull();
  });

  it('because of being turned away is told with the reason', async () => {
    const ana = await waits();
    const reason = 'Please come tomorrow';
    ana.happens(CALL, { type: 'left', user: 'ana', departure: 'turned_away', reason });
    expect(call(ana)).toMatchObject({ phase: 'away', why: 'turned-away', message: reason });
    expect(news(ana)).toMatchObject({ type: 'turned-away', who: { id: 'ana' }, reason });
    expect(ana.devices.tracks.every((it) => it.readyState === 'ended')).toBe(true);
  });
});

describe('coming back to the door', () => {
  it('after an interruption says the last check again', async () => {
    const ana = await waits();
    ana.server.cuts();
    expect(call(ana)?.phase).toBe('waiting');
    ana.connect({ ...atDoor, seq: 9 });
    await settle();
    expect(ana.server.heard('arrive')[1]).toMatchObject({ callId: CALL, check });
    expect(call(ana)?.phase).toBe('waiting');
  });

  it('after an interruption may lead in', async () => {
    const ana = await waits();
    ana.server.cuts();
    ana.server.answers('arrive', () => ({ ...inside, seq: 11 }));
    ana.connect({ ...atDoor, seq: 9 });
    await settle();
    expect(call(ana)?.phase).toBe('connected');
    expect(ana.connections).toHaveLength(2);
  });

  it('from the room closes its connections, and keeps the devices', async () => {
    const ana = await inCall(inside);
    ana.server.cuts();
    ana.server.answers('resume', () => ({ ...atDoor, seq: 9 }));
    ana.connect({ ...atDoor, seq: 9 });
    await settle();
    expect(call(ana)?.phase).toBe('waiting');
    expect(ana.connections.map((it) => it.connectionState)).toEqual(['closed', 'closed']);
    expect(ana.devices.tracks.map((it) => it.readyState)).toEqual(['live', 'live']);
  });

  it('after a reload keeps the place, the check and what was sent', async () => {
    const before = await waits();
    await before.manager.toggleCamera();
    const after = new FakeDevice('ana', before.storage);
    after.server.answers('arrive', () => atDoor);
    after.connect(atDoor);
    await settle();
    const media = { audio: true, video: false, screen: false };
    expect(after.server.heard('arrive')).toEqual([{ callId: CALL, media, check }]);
    expect(call(after)?.phase).toBe('waiting');
  });

  it('after a reload of whoever is in is joining', async () => {
    const before = await waits();
    before.happens(CALL, letIn);
    await settle();
    const after = new FakeDevice('ana', before.storage);
    after.server.answers('join', () => inside);
    after.connect(inside);
    await settle();
    expect(after.server.heard('arrive')).toEqual([]);
    expect(call(after)?.phase).toBe('connected');
  });
});

describe('a host', () => {
  const host = participant('ana', { host: true, incarnation: 5 });
  const dora = participant('dora', { stage: 'waiting', waitingSince: '' });

  it('decides by words to the server', async () => {
    const ana = await inCall(callState([host, cleo, dora]));
    const { manager, server } = ana;
    await manager.admit(CALL, 'dora');
    await manager.admitAll(CALL);
    await manager.turnAway(CALL, 'dora', 'Later');
    await manager.remove(CALL, 'cleo');
    await manager.lock(CALL, true);
    await manager.setDoor(CALL, 'strict');
    await manager.setHost(CALL, 'cleo', true);
    await manager.askToMute(CALL);
    await manager.askToMute(CALL, 'cleo');
    await manager.raiseHand(CALL, true);
    await manager.raiseHand(CALL, false, 'cleo');
    await manager.end(CALL, 'Thank you');
    const said = server.said.slice(server.said.findIndex((it) => it.word === 'admit'));
    expect(said.map(({ word, body: { callId: _, ...rest } }) => [word, rest])).toEqual([
      ['admit', { user: 'dora' }],
      ['admit-all', {}],
      ['turn-away', { user: 'dora', reason: 'Later' }],
      ['remove', { user: 'cleo' }],
      ['lock', { locked: true }],
      ['door', { door: 'strict' }],
      ['host', { user: 'cleo', host: true }],
      ['ask-mute', {}],
      ['ask-mute', { user: 'cleo' }],
      ['hand', { raised: true }],
      ['hand', { raised: false, user: 'cleo' }],
      ['end', { reason: 'Thank you' }],
    ]);
  });

  it('is refused like anybody who is none', async () => {
    const ana = await inCall(inside);
    ana.server.answers('admit', () => FakeServer.problem('not_waiting', 'Nobody waits.'));
    await expect(ana.manager.admit(CALL, 'dora')).rejects.toThrow('Nobody waits.');
  });

  it('makes no connection to who waits, and makes one when they come in', async () => {
    const ana = await inCall(callState([host, dora]));
    expect(ana.connections).toEqual([]);
    ana.happens(CALL, { type: 'connectionLost', user: 'dora', until: '' });
    expect(ana.connections).toEqual([]);
    const came: ParticipantState = participant('dora', { incarnation: 9 });
    ana.happens(CALL, { type: 'joined', participant: came, elsewhere: false });
    expect(ana.connections).toHaveLength(1);
  });
});

describe('being asked to mute', () => {
  it('mutes the microphone, tells the others and announces who asked', async () => {
    const ana = await inCall(inside);
    ana.happens(CALL, { type: 'muteAsked' }, undefined, 'salem');
    expect(state(ana).media.audio).toBe(false);
    expect(ana.server.heard('media')).toMatchObject([{ audio: false }]);
    expect(news(ana)).toEqual({ type: 'muted-by-host', by: salem.person });
    await ana.manager.toggleMicrophone();
    expect(state(ana).media.audio).toBe(true);
  });

  it('changes nothing where the microphone is off', async () => {
    const ana = await inCall(inside);
    await ana.manager.toggleMicrophone();
    ana.happens(CALL, { type: 'muteAsked', user: 'ana' }, undefined, 'salem');
    expect(ana.server.heard('media')).toHaveLength(1);
  });

  it('closes the connections of who is removed', async () => {
    const ana = await inCall(inside);
    ana.happens(CALL, { type: 'left', user: 'ana', departure: 'removed' });
    expect(ana.connections.map((it) => it.connectionState)).toEqual(['closed', 'closed']);
    expect(call(ana)).toMatchObject({ phase: 'away', why: 'removed' });
  });
});
