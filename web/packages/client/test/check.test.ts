//! Which ways are open, on networks that close some of them.

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { checkConnection, type CheckOptions, type CheckStep } from '../src';
import { FakeDevice, FakeReach, type Reached } from '../testing';

const STUN = 'stun:house:3478';
const UDP = 'turn:house:3478?transport=udp';
const TCP = 'turn:house:3478?transport=tcp';
const TLS = 'turns:house:5349?transport=tcp';

const offered: RTCIceServer[] = [
  { urls: [STUN] },
  { urls: [UDP, TCP, TLS], username: '1:ana', credential: 'secret' },
];

beforeEach(() => {
  vi.useFakeTimers();
  offers(offered);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** What the house tells of STUN and TURN. */
function offers(iceServers: RTCIceServer[]): void {
  vi.stubGlobal('fetch', async () => Response.json({ iceServers, ttl: 3_600 }));
}

/** Checks a connection that reaches these. */
async function check(servers: Record<string, Reached>, options: CheckOptions = {}) {
  const reach = new FakeReach(servers);
  const steps: CheckStep[] = [];
  const { connect } = reach;
  const progress = (step: CheckStep) => void steps.push(step);
  const done = checkConnection('', async () => 'token', { connect, progress, ...options });
  done.catch(() => undefined);
  await vi.runAllTimersAsync();
  return { reach, steps, report: await done };
}

const said = (steps: CheckStep[]) =>
  steps.filter((it) => !it.pending).map(({ part, verdict, why }) => ({ part, verdict, why }));

describe('a check', () => {
  it('of an open network finds every way, and how long the relay takes', async () => {
    const { report, steps, reach } = await check({
      [STUN]: 'works',
      [UDP]: 'works',
      [TCP]: 'works',
      [TLS]: 'works',
    });
    expect(report).toEqual({
      stun: 'works',
      relayUdp: 'works',
      relayTcp: 'works',
      relayTls: 'works',
      candidates: ['host', 'srflx', 'relay'],
      roundTripMs: 15,
    });
    expect(steps.at(-1)).toMatchObject({ part: 'roundTrip', verdict: 'works', roundTripMs: 15 });
    expect(reach.connections.every((it) => it.isClosed)).toBe(true);
  });

  it('tries each way alone, and relays through nothing else', async () => {
    const { reach } = await check({ [STUN]: 'works', [UDP]: 'works' });
    const tried = reach.connections.map(({ configuration }) => [
      configuration.iceTransportPolicy,
      configuration.iceServers?.flatMap((it) => it.urls),
    ]);
    expect(tried).toEqual([
      [undefined, [STUN]],
      ['relay', [UDP]],
      ['relay', [TCP]],
      ['relay', [TLS]],
      ['relay', [UDP]],
      ['relay', [UDP]],
    ]);
  });

  it('of a network without UDP says so, and tries the relay over TCP', async () => {
    const { report, steps, reach } = await check({ [TCP]: 'works', [TLS]: 'works' });
    expect(report).toMatchObject({ stun: 'blocked', relayUdp: 'blocked', relayTcp: 'works' });
    expect(said(steps)).toEqual([
      { part: 'relayUdp', verdict: 'blocked', why: 'unreachable' },
      { part: 'stun', verdict: 'blocked', why: 'unreachable' },
      { part: 'relayTcp', verdict: 'works' },
      { part: 'relayTls', verdict: 'works' },
      { part: 'roundTrip', verdict: 'works' },
    ]);
    expect(reach.connections.at(-1)?.configuration.iceServers).toMatchObject([{ urls: [TCP] }]);
  });

  it('takes no longer than it may where nobody answers', async () => {
    const began = Date.now();
    const reach = new FakeReach({});
    const done = checkConnection('', async () => 'token', { connect: reach.connect });
    await vi.advanceTimersByTimeAsync(17_600);
    await expect(done).resolves.toMatchObject({ stun: 'blocked', relayTls: 'blocked' });
    expect(Date.now() - began).toBeLessThan(18_000);
  });

  it('tells a no from silence', async () => {
    const { steps } = await check({ [STUN]: 'works', [UDP]: 401, [TCP]: 486, [TLS]: 701 });
    expect(said(steps).map((it) => it.why)).toEqual([
      undefined,
      'refused',
      'refused',
      'unreachable',
    ]);
  });

  it('of a device with a public address needs no address that it knew already', async () => {
    const { report } = await check({ [STUN]: 'known' });
    expect(report).toMatchObject({ stun: 'works', candidates: ['host'] });
  });

  it('of a device whose only question failed is no such thing', async () => {
    expect((await check({ [STUN]: 701 })).report.stun).toBe('blocked');
  });

  it('takes the relay for a witness where STUN answers at some addresses only', async () => {
    const other = 'turn:other:3478';
    const silent = await check({ [STUN]: 'silent', [UDP]: 'works' });
    expect(silent.report.stun).toBe('works');
    expect(said(silent.steps).slice(0, 2)).toEqual([
      { part: 'relayUdp', verdict: 'works' },
      { part: 'stun', verdict: 'works' },
    ]);
    offers([{ urls: STUN }, { urls: other, username: 'u', credential: 'p' }]);
    expect((await check({ [STUN]: 'silent', [other]: 'works' })).report.stun).toBe('blocked');
  });

  it('on the machine of the server needs no witness', async () => {
    offers([{ urls: 'stun:localhost:3478' }]);
    expect((await check({})).report.stun).toBe('works');
    expect((await check({ 'stun:localhost:3478': 701 })).report.stun).toBe('blocked');
  });

  it('is content when one of several servers answers', async () => {
    const other = 'stun:other:3478';
    offers([{ urls: [STUN, other] }]);
    expect((await check({ [STUN]: 701, [other]: 'known' })).report.stun).toBe('works');
    expect((await check({ [STUN]: 701, [other]: 701 })).report.stun).toBe('blocked');
  });

  it('says what the server does not offer', async () => {
    offers([{ urls: STUN }, { urls: 'turn:house', username: 'u', credential: 'p' }]);
    const { report, steps } = await check({ [STUN]: 'works', 'turn:house': 'works' });
    expect(report).toMatchObject({ relayUdp: 'works', relayTcp: 'missing', relayTls: 'missing' });
    expect(steps.find((it) => it.part === 'relayUdp')?.servers).toEqual([
      { host: 'house', port: 3478 },
    ]);
  });

  it('where nothing is offered tries nothing', async () => {
    offers([]);
    const { report, steps, reach } = await check({});
    expect(report).toEqual({
      stun: 'missing',
      relayUdp: 'missing',
      relayTcp: 'missing',
      relayTls: 'missing',
      candidates: [],
    });
    expect(said(steps)).toHaveLength(4);
    expect(reach.connections).toEqual([]);
  });

  it('names servers by address, also of IPv6', async () => {
    offers([{ urls: 'turns:[2001:db8::1]?transport=tcp', username: 'u', credential: 'p' }]);
    const { steps } = await check({});
    expect(steps.find((it) => it.part === 'relayTls')?.servers).toEqual([
      { host: '[2001:db8::1]', port: 5349 },
    ]);
  });

  it('notices a relay that passes nothing', async () => {
    const reach = new FakeReach({ [UDP]: 'works' });
    reach.passesNothing = true;
    const { report, steps } = await check({}, { connect: reach.connect });
    expect(report.relayUdp).toBe('works');
    expect(report).not.toHaveProperty('roundTripMs');
    expect(said(steps).at(-1)).toMatchObject({ part: 'roundTrip', verdict: 'blocked' });
  });

  it('can be given up, and leaves nothing open', async () => {
    const reach = new FakeReach({});
    const control = new AbortController();
    const options = { connect: reach.connect, signal: control.signal };
    const done = checkConnection('', async () => 'token', options);
    done.catch(() => undefined);
    await vi.advanceTimersByTimeAsync(1_000);
    control.abort();
    await expect(done).rejects.toMatchObject({ name: 'AbortError' });
    expect(reach.connections.map((it) => it.isClosed)).toEqual([true]);
  });

  it('is made by a manager with what it was made with', async () => {
    const { connect } = new FakeReach({ [TCP]: 'works' });
    const ana = new FakeDevice('ana', undefined, { connect });
    ana.iceServers = [{ urls: TCP, username: '1:ana', credential: 'secret' }];
    const report = ana.manager.checkConnection();
    await vi.runAllTimersAsync();
    await expect(report).resolves.toMatchObject({ relayTcp: 'works', stun: 'missing' });
  });

  it('says why where there is no way to ask', async () => {
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('offline')));
    await expect(check({})).rejects.toMatchObject({ reason: 'unreachable' });
  });

  it('says so where the browser makes no calls', async () => {
    await expect(checkConnection('', async () => 'token')).rejects.toMatchObject({
      reason: 'not-allowed',
    });
  });
});
