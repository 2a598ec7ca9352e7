//! Stories of what is around a call: reactions, presence, missed calls, visits.

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { MissedCall, VisitNews } from '../src';
import { callState, FakeDevice, FakeServer, participant, person } from '../testing';

const CALL = 'call-1';
const ben = participant('ben', { incarnation: 3 });
const talk = callState([ben, participant('ana', { incarnation: 5 })]);
const rings = callState([ben, participant('ana', { stage: 'ringing' })], {
  phase: 'ringing',
  here: false,
  seq: 3,
});

const settle = () => vi.advanceTimersByTimeAsync(0);
const state = (device: FakeDevice) => device.manager.getSnapshot();

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

async function inCall(): Promise<FakeDevice> {
  const ana = new FakeDevice('ana');
  ana.server.answers('join', () => talk);
  ana.connect();
  await ana.manager.join(CALL, { video: true });
  return ana;
}

describe('a reaction', () => {
  const shown = (device: FakeDevice) =>
    state(device).reactions.map((it) => `${it.user} ${it.reaction}`);
  const reacts = (device: FakeDevice, user: string) =>
    device.server.says('reaction', { callId: CALL, user, reaction: 'clap' });

  it('is shown for four seconds, each by itself', async () => {
    const ana = await inCall();
    reacts(ana, 'ben');
    vi.advanceTimersByTime(2_000);
    reacts(ana, 'ben');
    expect(shown(ana)).toEqual(['ben clap', 'ben clap']);
    expect(new Set(state(ana).reactions.map((it) => it.id)).size).toBe(2);
    vi.advanceTimersByTime(2_000);
    expect(shown(ana)).toEqual(['ben clap']);
    vi.advanceTimersByTime(2_000);
    expect(shown(ana)).toEqual([]);
  });

  it('of your own is shown once, when the server has it', async () => {
    const ana = await inCall();
    ana.server.answers('react', () => {
      reacts(ana, 'ana');
      return talk;
    });
    await ana.manager.react(CALL, 'heart');
    expect(ana.server.heard('react')).toEqual([{ callId: CALL, reaction: 'heart' }]);
    expect(shown(ana)).toEqual(['ana heart']);
  });

  it('that is refused is not shown', async () => {
    const ana = await inCall();
    ana.server.answers('react', () => FakeServer.problem('too_fast'));
    await expect(ana.manager.react(CALL, 'heart')).rejects.toMatchObject({ code: 'too_fast' });
    expect(shown(ana)).toEqual([]);
  });

  it('is one of twelve at most, the latest', async () => {
    const ana = await inCall();
    for (let count = 0; count < 15; count += 1) reacts(ana, `user-${count}`);
    expect(shown(ana)).toHaveLength(12);
    expect(shown(ana).at(-1)).toBe('user-14 clap');
  });

  it('does not outlast the call', async () => {
    const ana = await inCall();
    reacts(ana, 'ben');
    await ana.manager.leave(CALL);
    expect(shown(ana)).toEqual([]);
  });
});

describe('presence', () => {
  const says = (device: FakeDevice, userId: string, presence: string) =>
    device.server.says('presence', { userId, online: presence !== 'offline', presence });

  it('is kept by the latest word', async () => {
    const ana = new FakeDevice('ana');
    ana.server.answers('watch-people', () => ['ben']);
    ana.connect();
    await ana.manager.watchPeople(true);
    says(ana, 'ben', 'in_call');
    says(ana, 'cleo', 'away');
    expect(state(ana).online).toEqual(new Set(['ben', 'cleo']));
    expect([...state(ana).presences]).toEqual([
      ['ben', 'in_call'],
      ['cleo', 'away'],
    ]);
    says(ana, 'ben', 'offline');
    expect(state(ana).presences.get('ben')).toBe('offline');
  });

  it('forgets what is not true any more after an interruption', async () => {
    const ana = new FakeDevice('ana');
    ana.server.answers('watch-people', () => ['ben', 'cleo']);
    ana.connect();
    await ana.manager.watchPeople(true);
    says(ana, 'ben', 'in_call');
    says(ana, 'cleo', 'away');
    ana.server.cuts();
    ana.server.answers('watch-people', () => ['cleo']);
    ana.connect();
    await settle();
    expect([...state(ana).presences]).toEqual([['cleo', 'away']]);
  });

  it('is watched as long as somebody watches', async () => {
    const ana = new FakeDevice('ana');
    ana.server.answers('watch-people', () => ['ben']);
    ana.connect();
    await Promise.all([ana.manager.watchPeople(true), ana.manager.watchPeople(true)]);
    await ana.manager.watchPeople(false);
    expect(state(ana).online).toEqual(new Set(['ben']));
    await ana.manager.watchPeople(false);
    expect(ana.server.heard('watch-people')).toEqual([{ on: true }, { on: false }]);
    expect(state(ana).online).toBeNull();
  });

  it('of yourself is told when it changes, and again after an interruption', async () => {
    const ana = new FakeDevice('ana');
    await ana.manager.setAway(true);
    ana.connect();
    await ana.manager.setAway(true);
    expect(ana.server.heard('away')).toEqual([{ away: true }]);
    await ana.manager.setAway(false);
    ana.server.cuts();
    ana.connect();
    expect(ana.server.heard('away')).toEqual([{ away: true }, { away: false }]);
  });
});

describe('a missed call', () => {
  const early: MissedCall = {
    callId: 'call-0',
    caller: person('cleo'),
    at: '2025-03-04T09:00:00Z',
    purpose: 'audio',
  };
  const missed = (device: FakeDevice) => state(device).missed.map((it) => it.callId);

  /** Ana's device, which rings, and missed a call before. */
  function ringing(): FakeDevice {
    const ana = new FakeDevice('ana');
    ana.manager.connect();
    ana.server.says('welcome', {
      you: person('ana'),
      device: 'device',
      calls: [rings],
      missed: [early],
    });
    return ana;
  }

  it('is told with the first word', () => {
    expect(state(ringing()).missed).toEqual([early]);
  });

  it('is one that rang out here, once', () => {
    const ana = ringing();
    ana.happens(CALL, { type: 'missed', user: 'ana' });
    ana.happens(CALL, { type: 'missed', user: 'ana' }, 4);
    ana.happens(CALL, { type: 'ended', outcome: 'missed', durationSeconds: 0 });
    expect(missed(ana)).toEqual([CALL, 'call-0']);
    expect(state(ana).missed[0]).toEqual({
      callId: CALL,
      caller: ben.person,
      at: '2025-03-04T14:01:00Z',
      purpose: 'video',
    });
  });

  it('is one that rang out, or whose caller gave up, with its end alone', () => {
    for (const outcome of ['missed', 'cancelled'] as const) {
      const ana = ringing();
      ana.happens(CALL, { type: 'ended', outcome, by: 'ben', durationSeconds: 0 });
      expect(missed(ana)).toEqual([CALL, 'call-0']);
    }
  });

  it('is none that was declined, or answered on another device', () => {
    const ana = ringing();
    ana.happens(CALL, { type: 'declined', user: 'ana' });
    ana.happens(CALL, { type: 'ended', outcome: 'declined', durationSeconds: 0 });
    const other = ringing();
    other.happens(CALL, { type: 'answered', user: 'ana', elsewhere: true });
    other.happens(CALL, { type: 'ended', outcome: 'completed', durationSeconds: 9 });
    expect([missed(ana), missed(other)]).toEqual([['call-0'], ['call-0']]);
  });

  it('is seen when the server knows', async () => {
    const post = vi.fn(async () => new Response(null, { status: 204 }));
    vi.stubGlobal('fetch', post);
    const ana = ringing();
    ana.happens(CALL, { type: 'missed', user: 'ana' });
    await ana.manager.markMissedSeen(['call-0']);
    expect(post).toHaveBeenCalledWith('/api/missed-calls/seen', {
      method: 'POST',
      headers: { authorization: 'Bearer token-of-ana', 'content-type': 'application/json' },
      body: '{"callIds":["call-0"]}',
    });
    expect(missed(ana)).toEqual([CALL]);
    await ana.manager.markMissedSeen();
    expect(post).toHaveBeenLastCalledWith(
      '/api/missed-calls/seen',
      expect.objectContaining({ body: '{}' }),
    );
    expect(missed(ana)).toEqual([]);
  });

  it('stays when the server does not hear of it, and says why', async () => {
    const ana = ringing();
    const error = async (answer: () => Response | Promise<Response>) => {
      vi.stubGlobal('fetch', async () => answer());
      return ana.manager.markMissedSeen().catch((thrown: unknown) => thrown);
    };
    const problem = { code: 'too_fast', detail: 'Please wait.' };
    expect(await error(() => Response.json(problem, { status: 429 }))).toMatchObject({
      code: 'too_fast',
      message: 'Please wait.',
    });
    const broken = await error(() => new Response('<html>', { status: 502 }));
    expect(broken).toMatchObject({ reason: 'refused', code: 'http_502' });
    const offline = await error(() => Promise.reject(new TypeError('fetch failed')));
    expect(offline).toMatchObject({ reason: 'unreachable' });
    expect(missed(ana)).toEqual(['call-0']);
  });
});

describe('a visit', () => {
  const visit = (id: string, change: VisitNews['change']): VisitNews => ({
    change,
    appointment: {
      id,
      patient: person('ana'),
      provider: person('salem', 'provider'),
      startsAt: '2025-03-05T09:00:00Z',
      durationMinutes: 30,
      status: 'scheduled',
    },
  });
  const told = (device: FakeDevice) =>
    state(device).visits.map((it) => `${it.appointment.id} ${it.change}`);

  it('that changed is told, the latest of each, until it is dismissed', () => {
    const ana = new FakeDevice('ana');
    ana.connect();
    ana.server.says('appointment', visit('a1', 'booked'));
    ana.server.says('appointment', visit('a2', 'booked'));
    ana.server.says('appointment', visit('a1', 'moved'));
    expect(told(ana)).toEqual(['a1 moved', 'a2 booked']);
    ana.manager.dismissVisit('a1');
    expect(told(ana)).toEqual(['a2 booked']);
    ana.server.says('appointment', visit('a1', 'reminder'));
    expect(told(ana)).toEqual(['a1 reminder', 'a2 booked']);
  });

  it('is forgotten when somebody signs out', () => {
    const ana = new FakeDevice('ana');
    ana.connect();
    ana.server.says('appointment', visit('a1', 'booked'));
    ana.manager.disconnect();
    expect(told(ana)).toEqual([]);
  });
});

describe('calling somebody', () => {
  it('only if they are free is said, and refused with its code', async () => {
    const ana = new FakeDevice('ana');
    ana.server.answers('start', () => FakeServer.problem('callee_busy', 'Ben is in a call.'));
    ana.connect();
    const started = ana.manager.start(['ben'], { purpose: 'audio', onlyIfFree: true });
    await expect(started).rejects.toMatchObject({ code: 'callee_busy' });
    expect(ana.server.heard('start')).toMatchObject([{ callees: ['ben'], onlyIfFree: true }]);
    expect(ana.devices.tracks.map((it) => it.readyState)).toEqual(['ended']);
  });

  it('who calls at the same moment answers their call', async () => {
    const ana = new FakeDevice('ana');
    ana.connect(rings);
    ana.server.answers('start', () => talk);
    await expect(ana.manager.start(['ben'])).resolves.toBe(CALL);
    expect(state(ana).calls.get(CALL)?.phase).toBe('connected');
    expect([...state(ana).calls.keys()]).toEqual([CALL]);
  });
});
