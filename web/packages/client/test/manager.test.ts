//! Stories of one device: what it says to the server, whom it connects to, and
//! what it shows.

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { CallState, Happening, ParticipantState } from '../src';
import {
  callState,
  FakeConnection,
  FakeDevice,
  FakeServer,
  participant,
  recording,
} from '../testing';

const CALL = 'call-1';

const settle = () => vi.advanceTimersByTimeAsync(0);

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Ben calls Ana, whose device this is. */
const rings = callState(
  [
    participant('ben', { incarnation: 3 }),
    participant('ana', { stage: 'ringing', incarnation: 0 }),
  ],
  { phase: 'ringing', here: false, seq: 3 },
);

/** What Ana's device knows once it is in. */
function talk(...others: ParticipantState[]): CallState {
  return callState([...others, participant('ana', { incarnation: 5 })]);
}

/** Ana's device, in a call with these. */
async function inCall(...others: ParticipantState[]): Promise<FakeDevice> {
  const ana = new FakeDevice('ana');
  ana.server.answers('answer', () => talk(...others));
  ana.connect(rings);
  await ana.manager.answer(CALL);
  await settle();
  return ana;
}

const joined = (who: ParticipantState, elsewhere = false): Happening => ({
  type: 'joined',
  participant: who,
  elsewhere,
});

/** Who was sent which kind of signal. */
const signals = (device: FakeDevice) =>
  device.server.heard('signal').map((it) => `${String(it.kind)} to ${String(it.to)}`);

/** An offer of somebody's fresh connection. */
async function offer() {
  const connection = new FakeConnection();
  await connection.setLocalDescription();
  return connection.localDescription?.toJSON();
}

const state = (device: FakeDevice) => device.manager.getSnapshot();
const phase = (device: FakeDevice) => state(device).calls.get(CALL)?.phase;

describe('calling', () => {
  /** Ana called Ben, and it rings. */
  async function calling() {
    const ana = new FakeDevice('ana');
    const people = [
      participant('ana', { incarnation: 2 }),
      participant('ben', { stage: 'ringing' }),
    ];
    ana.server.answers('start', () => callState(people, { phase: 'ringing', seq: 3 }));
    ana.connect();
    await ana.manager.start(['ben']);
    return ana;
  }

  it('goes in, rings and offers to whoever answers', async () => {
    const ana = await calling();
    expect(ana.server.heard('start')).toEqual([
      { callees: ['ben'], purpose: 'video', media: { audio: true, video: true, screen: false } },
    ]);
    expect(phase(ana)).toBe('ringing');
    expect(ana.connections).toEqual([]);
    ana.happens(CALL, { type: 'answered', user: 'ben', elsewhere: false });
    ana.happens(CALL, joined(participant('ben', { incarnation: 5 })));
    await settle();
    expect(phase(ana)).toBe('connected');
    expect(signals(ana)).toContain('offer to ben');
  });

  it('waits for the offer of a newcomer whose client offers first', async () => {
    const ana = await calling();
    ana.happens(CALL, { type: 'answered', user: 'ben', elsewhere: false });
    ana.happens(CALL, joined(participant('ben', { incarnation: 5, offersFirst: true })));
    await settle();
    expect(phase(ana)).toBe('connected');
    expect(signals(ana)).toEqual([]);
  });

  it('opens no camera for an audio call', async () => {
    const ana = new FakeDevice('ana');
    ana.server.answers('start', () => talk());
    ana.connect();
    await ana.manager.start(['ben'], { purpose: 'audio' });
    expect(ana.devices.tracks.map((it) => it.kind)).toEqual(['audio']);
  });

  it('releases the camera when the call is refused, and says why', async () => {
    const ana = new FakeDevice('ana');
    ana.server.answers('start', () =>
      FakeServer.problem('unknown_user', 'There is no such person.'),
    );
    ana.connect();
    await expect(ana.manager.start(['nobody'])).rejects.toThrow('There is no such person.');
    expect(ana.devices.tracks.map((it) => it.readyState)).toEqual(['ended', 'ended']);
  });

  it('is taken back by hanging up', async () => {
    const ana = await calling();
    await ana.manager.hangUp(CALL);
    expect(ana.server.heard('cancel')).toEqual([{ callId: CALL }]);
    expect(state(ana).current).toBeNull();
  });

  it('may be planned, and does not go in', async () => {
    const ana = new FakeDevice('ana');
    const at = new Date('2025-03-05T09:00:00Z');
    const wire = callState([participant('ana', { stage: 'calling' })], {
      phase: 'scheduled',
      here: false,
    });
    ana.server.answers('start', () => wire);
    ana.connect();
    await ana.manager.schedule(['ben'], at);
    expect(ana.server.heard('start')[0]).toMatchObject({ scheduledAt: '2025-03-05T09:00:00.000Z' });
    expect(phase(ana)).toBe('scheduled');
    expect(state(ana).current).toBeNull();
  });
});

describe('answering', () => {
  it('waits for the offer of who is there, and answers it', async () => {
    const ana = await inCall(participant('ben', { incarnation: 3 }));
    expect(signals(ana)).toEqual([]);
    ana.server.says('signal', { callId: CALL, from: 'ben', kind: 'offer', body: await offer() });
    await settle();
    expect(signals(ana)).toContain('answer to ben');
  });

  it('offers when no offer comes', async () => {
    const ana = await inCall(participant('ben', { incarnation: 3 }));
    await vi.advanceTimersByTimeAsync(4_000);
    expect(signals(ana)).toContain('offer to ben');
  });

  it('keeps an offer that comes before the answer to coming in', async () => {
    const ana = new FakeDevice('ana');
    const early = { callId: CALL, from: 'ben', kind: 'offer', body: await offer() };
    ana.server.answers('answer', () => {
      ana.server.says('signal', early);
      return talk(participant('ben', { incarnation: 3 }));
    });
    ana.connect(rings);
    await ana.manager.answer(CALL);
    await settle();
    expect(signals(ana)).toContain('answer to ben');
  });

  it('works without a camera, and says so', async () => {
    const ana = new FakeDevice('ana');
    ana.devices.missing.set('video', 'NotFoundError');
    ana.server.answers('answer', () => talk());
    ana.connect(rings);
    await ana.manager.answer(CALL);
    expect(ana.server.heard('answer')[0]).toMatchObject({ media: { audio: true, video: false } });
    expect(state(ana).media.problem?.message).toContain('No camera');
    expect(phase(ana)).toBe('connected');
  });

  it('may leave the camera off', async () => {
    const ana = new FakeDevice('ana');
    ana.server.answers('answer', () => talk());
    ana.connect(rings);
    await ana.manager.answer(CALL, { video: false });
    expect(ana.devices.tracks.map((it) => it.kind)).toEqual(['audio']);
  });

  it('leaves the call one was in', async () => {
    const ana = await inCall(participant('ben', { incarnation: 3 }));
    const second = { ...rings, id: 'call-2' };
    ana.happens('call-2', { type: 'initiated', call: second }, 1);
    ana.server.answers('answer', () => ({ ...talk(), id: 'call-2' }));
    await ana.manager.answer('call-2');
    expect(ana.server.heard('leave')).toEqual([{ callId: CALL }]);
    expect(state(ana).current).toBe('call-2');
    expect(ana.connections[0]?.connectionState).toBe('closed');
  });

  it('that another device won first is told and releases the camera', async () => {
    const ana = new FakeDevice('ana');
    ana.server.answers('answer', () => {
      ana.happens(CALL, { type: 'answered', user: 'ana', elsewhere: true });
      return FakeServer.problem('answered_elsewhere', 'It was answered on another device.');
    });
    ana.connect(rings);
    await expect(ana.manager.answer(CALL)).rejects.toMatchObject({ code: 'answered_elsewhere' });
    expect(state(ana).calls.get(CALL)).toMatchObject({ phase: 'away', why: 'answered-elsewhere' });
    expect(ana.devices.tracks.every((it) => it.readyState === 'ended')).toBe(true);
  });

  it('says no', async () => {
    const ana = new FakeDevice('ana');
    ana.connect(rings);
    await ana.manager.decline(CALL, 'busy');
    expect(ana.server.heard('decline')).toEqual([{ callId: CALL, reason: 'busy' }]);
  });
});

describe('several people', () => {
  const ben = participant('ben', { incarnation: 3 });
  const cleo = participant('cleo', { incarnation: 4 });

  it('each have a connection, and who comes later is offered to', async () => {
    const ana = await inCall(ben, cleo);
    expect(ana.connections).toHaveLength(2);
    ana.happens(CALL, joined(participant('dora', { incarnation: 6 })));
    await settle();
    expect(signals(ana)).toEqual(expect.arrayContaining(['offer to dora']));
    expect(signals(ana)).not.toContain('offer to ben');
    expect([...state(ana).peers.keys()]).toEqual(['ben', 'cleo', 'dora']);
  });

  it('lose only the connection to who leaves', async () => {
    const ana = await inCall(ben, cleo);
    ana.happens(CALL, { type: 'left', user: 'ben', departure: 'left' });
    expect(ana.connections.map((it) => it.connectionState)).toEqual(['closed', 'new']);
  });

  it('get a new connection when they come in anew', async () => {
    const ana = await inCall(ben, cleo);
    ana.happens(CALL, joined(participant('ben', { incarnation: 7 })));
    await settle();
    expect(ana.connections.map((it) => it.connectionState)).toEqual(['closed', 'new', 'new']);
    expect(signals(ana)).toContain('offer to ben');
  });

  it('keep their connection while they are lost, and get the offer again', async () => {
    const ana = await inCall(ben, cleo);
    ana.happens(CALL, joined(participant('dora', { incarnation: 6 })));
    await settle();
    ana.happens(CALL, { type: 'connectionLost', user: 'dora', until: '' });
    ana.happens(CALL, { type: 'connectionResumed', user: 'dora' });
    await settle();
    expect(ana.connections).toHaveLength(3);
    expect(signals(ana).filter((it) => it === 'offer to dora')).toHaveLength(2);
  });

  it('are left without ending it for them', async () => {
    const ana = await inCall(ben, cleo);
    await ana.manager.hangUp(CALL);
    expect(ana.server.said.at(-1)).toEqual({ word: 'leave', body: { callId: CALL } });
  });
});

describe('a peer connection', () => {
  const ben = participant('ben', { incarnation: 3 });

  it('that fails is helped with new candidates, then replaced', async () => {
    const ana = await inCall(ben);
    const [first] = ana.connections;
    first?.becomes('failed', 'failed');
    await settle();
    expect(first?.restarts).toBe(1);
    first?.becomes('failed', 'failed');
    await settle();
    expect(ana.connections.map((it) => it.connectionState)).toEqual(['closed', 'new']);
    expect(signals(ana)).toContain('offer to ben');
  });

  it('gets another chance after it was good again', async () => {
    const ana = await inCall(ben);
    const [first] = ana.connections;
    first?.becomes('failed', 'failed');
    first?.becomes('connected');
    first?.becomes('failed', 'failed');
    await settle();
    expect(ana.connections).toHaveLength(1);
  });

  it('whose encryption failed is replaced at once', async () => {
    const ana = await inCall(ben);
    ana.connections[0]?.becomes('failed', 'connected');
    await settle();
    expect(ana.connections).toHaveLength(2);
  });

  it('is replaced when the other page began anew', async () => {
    const ana = await inCall(ben);
    for (const body of [await offer(), await offer()]) {
      ana.server.says('signal', { callId: CALL, from: 'ben', kind: 'offer', body });
      await settle();
    }
    expect(ana.connections.map((it) => it.connectionState)).toEqual(['closed', 'new']);
    expect(signals(ana).filter((it) => it === 'answer to ben')).toHaveLength(2);
  });

  it('tells how it stands', async () => {
    const ana = await inCall(ben);
    ana.connections[0]?.becomes('connected');
    expect(state(ana).peers.get('ben')?.connection).toBe('connected');
  });
});

describe('media', () => {
  it('is told to the others when it changes', async () => {
    const ana = await inCall(participant('ben', { incarnation: 3 }));
    await ana.manager.toggleMicrophone();
    await ana.manager.toggleMicrophone();
    await ana.manager.toggleCamera();
    expect(ana.server.heard('media')).toEqual([
      { callId: CALL, audio: false, video: true, screen: false },
      { callId: CALL, audio: true, video: true, screen: false },
      { callId: CALL, audio: true, video: false, screen: false },
    ]);
  });

  it('reaches connections that were made without it', async () => {
    const ana = new FakeDevice('ana');
    ana.server.answers('answer', () => talk(participant('ben', { incarnation: 3 })));
    ana.connect(rings);
    await ana.manager.answer(CALL, { video: false });
    await ana.manager.toggleCamera();
    await settle();
    const kinds = ana.connections[0]?.getSenders().map((it) => it.track?.kind);
    expect(kinds).toEqual(['audio', 'video']);
  });

  it('goes through the same sender when the camera comes back or the screen is shown', async () => {
    const ana = await inCall(participant('ben', { incarnation: 3 }));
    await ana.manager.toggleCamera();
    await ana.manager.startScreenShare();
    const senders = ana.connections[0]?.getSenders() ?? [];
    expect(senders).toHaveLength(2);
    expect(senders[1]?.track).toBe(ana.devices.tracks.at(-1));
    ana.manager.stopScreenShare();
    expect(senders[1]?.track).toBeNull();
  });
});

describe('a lost connection', () => {
  const ben = participant('ben', { incarnation: 3 });
  const cleo = participant('cleo', { incarnation: 4 });
  const lost = (...others: ParticipantState[]) =>
    callState([...others, participant('ana', { incarnation: 5, stage: 'lost' })], { seq: 6 });
  const back = (...others: ParticipantState[]) =>
    callState([...others, participant('ana', { incarnation: 5 })], { seq: 7 });

  it('keeps all peers and resumes', async () => {
    const ana = await inCall(ben, cleo);
    ana.server.cuts();
    expect(phase(ana)).toBe('reconnecting');
    expect(state(ana).connection).toBe('offline');
    ana.server.answers('resume', () => back(ben, cleo));
    ana.connect(lost(ben, cleo));
    await settle();
    expect(phase(ana)).toBe('connected');
    expect(ana.connections.map((it) => it.connectionState)).toEqual(['new', 'new']);
    expect(ana.server.heard('resume')).toHaveLength(1);
  });

  it('rebuilds only the peers that came in anew meanwhile', async () => {
    const ana = await inCall(ben, cleo);
    ana.server.cuts();
    const again = participant('ben', { incarnation: 6 });
    ana.server.answers('resume', () => back(again, cleo));
    ana.connect(lost(again, cleo));
    await settle();
    expect(ana.connections.map((it) => it.connectionState)).toEqual(['closed', 'new', 'new']);
    expect(signals(ana)).toContain('offer to ben');
  });

  it('rebuilds all peers when the server had given us up', async () => {
    const ana = await inCall(ben, cleo);
    ana.server.cuts();
    const anew = callState([ben, cleo, participant('ana', { incarnation: 9 })], { seq: 9 });
    ana.server.answers('resume', () => anew);
    ana.connect(lost(ben, cleo));
    await settle();
    expect(ana.connections.map((it) => it.connectionState)).toEqual([
      'closed',
      'closed',
      'new',
      'new',
    ]);
    expect(signals(ana)).toEqual([]);
  });

  it('keeps signals back until the server knows us again', async () => {
    const ana = await inCall(ben);
    ana.server.cuts();
    await vi.advanceTimersByTimeAsync(4_000);
    expect(signals(ana)).toEqual([]);
    ana.server.answers('resume', () => back(ben));
    ana.connect(lost(ben));
    await settle();
    expect(signals(ana)).toContain('offer to ben');
  });

  it('tells afterwards what was switched meanwhile', async () => {
    const ana = await inCall(ben);
    ana.server.cuts();
    await ana.manager.toggleMicrophone();
    expect(ana.server.heard('media')).toEqual([]);
    ana.server.answers('resume', () => back(ben));
    ana.connect(lost(ben));
    await settle();
    expect(ana.server.heard('media')).toEqual([
      { callId: CALL, audio: false, video: true, screen: false },
    ]);
  });

  it('restarts ICE where the connection to a peer is interrupted', async () => {
    const ana = await inCall(ben, cleo);
    ana.connections[1]?.becomes('disconnected');
    ana.server.cuts();
    ana.server.answers('resume', () => back(ben, cleo));
    ana.connect(lost(ben, cleo));
    await settle();
    expect(ana.connections.map((it) => it.restarts)).toEqual([0, 1]);
  });

  it('is over when the call ended meanwhile', async () => {
    const ana = await inCall(ben);
    ana.server.cuts();
    ana.server.answers('look', () => ({
      ...talk(ben),
      seq: 9,
      phase: 'over',
      outcome: 'completed',
    }));
    ana.connect();
    await settle();
    expect(phase(ana)).toBe('ended');
    expect(ana.connections[0]?.connectionState).toBe('closed');
  });

  it('lets hanging up work at once', async () => {
    const ana = await inCall(ben);
    ana.server.cuts();
    await ana.manager.hangUp(CALL);
    expect(ana.connections[0]?.connectionState).toBe('closed');
    expect(ana.devices.tracks.every((it) => it.readyState === 'ended')).toBe(true);
  });
});

describe('a place', () => {
  const APPOINTMENT = 'appointment-1';
  const ben = participant('ben', { incarnation: 3 });
  const visit = (...others: ParticipantState[]): CallState => ({
    ...talk(...others),
    kind: 'consultation',
  });

  it('is come to by its id, and kept under the id of the call', async () => {
    const ana = new FakeDevice('ana');
    ana.server.answers('join', () => visit(ben));
    ana.connect();
    await expect(ana.manager.join(APPOINTMENT, { video: true })).resolves.toBe(CALL);
    expect(ana.server.heard('join')).toMatchObject([{ callId: APPOINTMENT, takeOver: true }]);
    expect([...state(ana).calls.keys()]).toEqual([CALL]);
    expect(state(ana).current).toBe(CALL);
    expect(phase(ana)).toBe('connected');
    await ana.manager.toggleCamera();
    expect(ana.server.heard('media')).toMatchObject([{ callId: CALL, video: false }]);
  });

  it('may be told of before the answer, and ring here too', async () => {
    const ana = new FakeDevice('ana');
    ana.connect({ ...rings, kind: 'consultation', phase: 'active' });
    ana.server.answers('join', () => {
      ana.happens(CALL, { type: 'answered', user: 'ana', elsewhere: false });
      ana.happens(CALL, joined(participant('ana', { incarnation: 5 })));
      return visit(ben);
    });
    await ana.manager.join(APPOINTMENT);
    expect([...state(ana).calls.keys()]).toEqual([CALL]);
    expect(phase(ana)).toBe('connected');
  });

  it('keeps an offer that comes before the answer to coming in', async () => {
    const ana = new FakeDevice('ana');
    const early = { callId: CALL, from: 'ben', kind: 'offer', body: await offer() };
    ana.server.answers('join', () => {
      ana.server.says('signal', early);
      return visit(ben);
    });
    ana.connect();
    await ana.manager.join(APPOINTMENT);
    await settle();
    expect(signals(ana)).toContain('answer to ben');
  });

  it('releases the devices where there is no way in', async () => {
    const ana = new FakeDevice('ana');
    ana.server.answers('join', () => FakeServer.problem('room_full'));
    ana.connect();
    await expect(ana.manager.join(APPOINTMENT)).rejects.toMatchObject({ code: 'room_full' });
    expect(ana.devices.tracks.map((it) => it.readyState)).toEqual(['ended']);
    expect(state(ana).current).toBeNull();
  });

  it('leaves a call for it, and stays in none when that fails', async () => {
    const ana = await inCall(ben);
    ana.server.answers('join', () => FakeServer.problem('call_over'));
    await expect(ana.manager.join(APPOINTMENT)).rejects.toMatchObject({ code: 'call_over' });
    expect(ana.server.heard('leave')).toEqual([{ callId: CALL }]);
    expect(state(ana).current).toBeNull();
  });

  it('is left by hanging up, never closed', async () => {
    const ana = new FakeDevice('ana');
    ana.server.answers('join', () => visit(ben));
    ana.connect();
    await ana.manager.join(APPOINTMENT);
    await ana.manager.hangUp(CALL);
    expect(ana.server.said.at(-1)).toEqual({ word: 'leave', body: { callId: CALL } });
  });
});

describe('a recording', () => {
  const ben = participant('ben', { incarnation: 3 });

  it('is agreed to, or not any more', async () => {
    const ana = await inCall(ben);
    await ana.manager.consentToRecording(CALL, true);
    await ana.manager.consentToRecording(CALL, false);
    expect(ana.server.heard('consent')).toEqual([
      { callId: CALL, agreed: true },
      { callId: CALL, agreed: false },
    ]);
  });

  it('is announced with who records', async () => {
    const ana = await inCall(ben);
    ana.happens(CALL, { type: 'recordingStarted', recording: recording('ben') });
    expect(state(ana).announcement).toMatchObject({
      news: { type: 'recording-started', recording: { by: 'ben' } },
      call: { recording: recording('ben') },
    });
  });
});

describe('a reloaded page', () => {
  it('is the same device and goes back into its call with what it sent', async () => {
    const before = await inCall(participant('ben', { incarnation: 3 }));
    await before.manager.toggleCamera();
    const after = new FakeDevice('ana', before.storage);
    after.server.answers('join', () => talk(participant('ben', { incarnation: 3 })));
    after.connect(talk(participant('ben', { incarnation: 3 })));
    await settle();
    const media = { audio: true, video: false, screen: false };
    expect(after.server.heard('join')).toEqual([{ callId: CALL, media, takeOver: true }]);
    expect(phase(after)).toBe('connected');
    expect(after.server.auths).toEqual(before.server.auths);
  });

  it('does not go back into a call it has left', async () => {
    const before = await inCall(participant('ben', { incarnation: 3 }));
    await before.manager.hangUp(CALL);
    const after = new FakeDevice('ana', before.storage);
    after.connect(talk(participant('ben', { incarnation: 3 })));
    await settle();
    expect(after.server.heard('join')).toEqual([]);
    expect(phase(after)).toBe('away');
  });
});

describe('events', () => {
  const ben = participant('ben', { incarnation: 3 });

  it('that are missing are asked for', async () => {
    const ana = await inCall(ben);
    ana.server.answers('look', () => ({
      ...talk(ben, participant('cleo', { incarnation: 8 })),
      seq: 8,
    }));
    ana.happens(
      CALL,
      { type: 'mediaChanged', user: 'ben', media: { audio: false, video: true } },
      8,
    );
    await settle();
    expect([...state(ana).peers.keys()]).toEqual(['ben', 'cleo']);
    expect(signals(ana)).toContain('offer to cleo');
  });

  it('of a call we never heard of are asked for', async () => {
    const ana = new FakeDevice('ana');
    ana.server.answers('look', () => rings);
    ana.connect();
    ana.happens(CALL, { type: 'rang', until: '' }, 2);
    await settle();
    expect(phase(ana)).toBe('incoming');
  });

  it('end the call, its peers and its devices', async () => {
    const ana = await inCall(ben);
    ana.happens(CALL, { type: 'ended', outcome: 'completed', by: 'ben', durationSeconds: 61 });
    expect(phase(ana)).toBe('ended');
    expect(ana.connections[0]?.connectionState).toBe('closed');
    expect(ana.devices.tracks.every((it) => it.readyState === 'ended')).toBe(true);
    ana.manager.forget(CALL);
    expect(phase(ana)).toBeUndefined();
  });

  it('put a device out when another one of yours comes in', async () => {
    const ana = await inCall(ben);
    ana.happens(CALL, joined(participant('ana', { incarnation: 8 }), true));
    expect(state(ana).calls.get(CALL)).toMatchObject({ phase: 'away', why: 'taken-over' });
    expect(ana.connections[0]?.connectionState).toBe('closed');
  });

  it('are announced once each', async () => {
    const ana = await inCall(ben);
    const media = (audio: boolean): Happening => ({
      type: 'mediaChanged',
      user: 'ben',
      media: { audio, video: true },
    });
    ana.happens(CALL, media(false));
    const first = state(ana).announcement;
    ana.happens(CALL, media(true));
    ana.happens(CALL, media(false));
    expect(first?.news).toMatchObject({ type: 'muted', who: { id: 'ben' } });
    expect(state(ana).announcement?.id).toBe((first?.id ?? 0) + 2);
  });
});

describe('people', () => {
  it('are watched, also after a reconnection', async () => {
    const ana = new FakeDevice('ana');
    await ana.manager.watchPeople(true);
    ana.server.answers('watch-people', () => ['ben']);
    ana.connect();
    await settle();
    expect(state(ana).online).toEqual(new Set(['ben']));
    ana.server.says('presence', { userId: 'cleo', online: true });
    ana.server.says('presence', { userId: 'ben', online: false });
    expect(state(ana).online).toEqual(new Set(['cleo']));
    ana.server.cuts();
    ana.connect();
    await settle();
    expect(ana.server.heard('watch-people')).toHaveLength(2);
  });
});

describe('signing out', () => {
  it('lets go of everything', async () => {
    const ana = await inCall(participant('ben', { incarnation: 3 }));
    ana.manager.disconnect();
    expect(state(ana)).toMatchObject({ connection: 'idle', current: null, you: null });
    expect(ana.connections[0]?.connectionState).toBe('closed');
    expect(ana.server.connected).toBe(false);
  });
});
