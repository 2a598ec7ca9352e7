//! Stories of a connection whose network changes: new candidates, fresh servers,
//! and the way that media takes in the end.

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { callState, FakeConnection, FakeDevice, FakeServer, participant } from '../testing';

const CALL = 'call-1';
const ben = participant('ben', { incarnation: 3 });
const relay = { urls: ['turn:house:3478'], username: '1:ana', credential: 'first' };
const fresh = { ...relay, username: '2:ana', credential: 'second' };

const settle = () => vi.advanceTimersByTimeAsync(0);
const after = (ms: number) => vi.advanceTimersByTimeAsync(ms);

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Ana in a call with Ben, and her connection to him. */
async function inCall(rules = {}, who = ben) {
  const ana = new FakeDevice('ana', undefined, rules);
  ana.iceServers = [relay];
  const wire = callState([who, participant('ana', { incarnation: 5 })]);
  ana.server.answers('join', () => wire);
  ana.connect();
  await ana.manager.join(CALL);
  await settle();
  const [first = new FakeConnection()] = ana.connections;
  return { ana, first };
}

/** The same, once it is up. */
async function connected(rules = {}, who = ben) {
  const made = await inCall(rules, who);
  made.first.becomes('connected');
  await settle();
  return made;
}

describe('servers', () => {
  it('are asked for when a device goes in, and a connection begins with them', async () => {
    const { ana, first } = await inCall();
    expect(ana.asked).toBe(1);
    expect(first.configuration).toEqual({ iceServers: [relay] });
  });

  it('are asked for anew after a failure, before new candidates', async () => {
    const { ana, first } = await connected();
    ana.iceServers = [fresh];
    first.becomes('failed', 'failed');
    await settle();
    expect(first.restarts).toBe(1);
    expect(first.configuration).toEqual({ iceServers: [fresh] });
  });

  it('are asked for anew before a connection is replaced', async () => {
    const { ana, first } = await connected();
    ana.iceServers = [fresh];
    first.becomes('failed', 'connected');
    await settle();
    expect(ana.connections[1]?.configuration).toEqual({ iceServers: [fresh] });
  });

  it('may be asked for in vain: what was known is used', async () => {
    const { ana, first } = await connected();
    Object.defineProperty(ana, 'iceServers', { get: () => Promise.reject(new Error('offline')) });
    first.becomes('failed', 'failed');
    await settle();
    expect(first.restarts).toBe(1);
    expect(first.configuration).toEqual({ iceServers: [relay] });
  });

  it('may be relays only, and only some of them', async () => {
    const { first } = await inCall({ relayOnly: true, useServer: () => false });
    expect(first.configuration).toEqual({ iceServers: [], iceTransportPolicy: 'relay' });
  });
});

describe('an interruption', () => {
  it('of two seconds is helped with new candidates', async () => {
    const { first } = await connected();
    first.becomes('disconnected');
    await after(1_900);
    expect(first.restarts).toBe(0);
    await after(100);
    expect(first.restarts).toBe(1);
  });

  it('is left to the other side a while longer by whoever gives way', async () => {
    const { first } = await connected({}, { ...ben, yieldTo: true });
    first.becomes('disconnected');
    await after(2_900);
    expect(first.restarts).toBe(0);
    await after(100);
    expect(first.restarts).toBe(1);
  });

  it('that heals is left alone', async () => {
    const { first } = await connected();
    first.becomes('disconnected');
    await after(1_000);
    first.becomes('connected');
    await after(10_000);
    expect(first.restarts).toBe(0);
  });

  it('that the other side helps is left alone', async () => {
    const { first } = await connected();
    first.becomes('disconnected');
    await after(1_000);
    first.becomes('connecting');
    await after(10_000);
    expect(first.restarts).toBe(0);
  });

  it('that ends in a failure at once is helped once', async () => {
    const { first } = await connected();
    first.becomes('disconnected');
    await after(2_000);
    first.becomes('failed', 'failed');
    await after(500);
    expect(first.restarts).toBe(1);
  });

  it('that lasts is helped again later', async () => {
    const { ana, first } = await connected();
    first.becomes('disconnected');
    await after(2_000);
    first.becomes('failed', 'failed');
    await after(3_000);
    expect(first.restarts).toBe(2);
    expect(ana.connections).toHaveLength(1);
  });

  it('of a connection that is closed meanwhile is over', async () => {
    const { ana, first } = await connected();
    first.becomes('disconnected');
    await ana.manager.hangUp(CALL);
    await after(10_000);
    expect(first.restarts).toBe(0);
  });

  it('of the server as well is helped once, when the server is back', async () => {
    const { ana, first } = await connected();
    first.becomes('disconnected');
    ana.server.cuts();
    await after(2_000);
    ana.server.answers('resume', () =>
      callState([ben, participant('ana', { incarnation: 5 })], { seq: 7 }),
    );
    ana.connect(
      callState([ben, participant('ana', { incarnation: 5, stage: 'lost' })], { seq: 6 }),
    );
    await settle();
    expect(first.restarts).toBe(1);
  });
});

describe('another network', () => {
  it('changes nothing where the old way still works', async () => {
    const { ana, first } = await connected();
    ana.network.changes();
    await after(10_000);
    expect(first.restarts).toBe(0);
  });

  it('needs new candidates where the old way does not work within a second', async () => {
    const { ana, first } = await connected();
    ana.network.changes();
    await after(500);
    first.becomes('disconnected');
    await after(500);
    expect(first.restarts).toBe(1);
    await after(10_000);
    expect(first.restarts).toBe(1);
  });

  it('after none needs new candidates at once', async () => {
    const { ana, first } = await connected();
    ana.network.changes({ wasOffline: true });
    await settle();
    expect(first.restarts).toBe(1);
  });

  it('after none does not wait for what was begun without one', async () => {
    const { ana, first } = await connected();
    first.becomes('disconnected');
    await after(2_000);
    ana.network.changes({ wasOffline: true });
    await settle();
    expect(first.restarts).toBe(2);
  });

  it('leaves a connection alone that has not begun', async () => {
    const { ana, first } = await inCall();
    ana.network.changes({ wasOffline: true });
    ana.network.changes();
    await after(3_000);
    expect(first.restarts).toBe(0);
  });

  it('is nothing to somebody who has signed out', async () => {
    const { ana, first } = await connected();
    ana.manager.disconnect();
    ana.network.changes({ wasOffline: true });
    await settle();
    expect(first.restarts).toBe(0);
  });
});

describe('the way that media takes', () => {
  const path = (ana: FakeDevice) => ana.manager.getSnapshot().peers.get('ben')?.path;
  const host = { candidateType: 'host' };
  const relayed = { candidateType: 'relay', relayProtocol: 'tcp' };

  it('is shown and told once it is known', async () => {
    const { ana, first } = await inCall();
    expect(path(ana)).toBeUndefined();
    first.sendsFrom(relayed);
    first.becomes('connected');
    await settle();
    expect(path(ana)).toBe('relay-tcp');
    expect(ana.server.heard('path')).toEqual([
      { callId: CALL, user: 'ben', path: 'relay-tcp', roundTripMs: 20 },
    ]);
  });

  it('is shown soon where the browser knows it a moment after it is connected', async () => {
    const { ana, first } = await inCall();
    first.becomes('connected');
    await settle();
    first.sendsFrom(relayed);
    await after(1_000);
    expect(path(ana)).toBe('relay-tcp');
  });

  it('is told again only when it is another', async () => {
    const { ana, first } = await inCall();
    first.sendsFrom(host);
    first.becomes('connected');
    await after(30_000);
    expect(ana.server.heard('path')).toHaveLength(1);
    first.sendsFrom(relayed);
    await after(10_000);
    expect(path(ana)).toBe('relay-tcp');
    expect(ana.server.heard('path')).toHaveLength(2);
  });

  it('is looked at when the browser says that it moved', async () => {
    const { ana, first } = await inCall();
    first.sendsFrom(host);
    first.becomes('connected');
    await settle();
    first.sendsFrom(relayed);
    first.transport.dispatchEvent(new Event('selectedcandidatepairchange'));
    await settle();
    expect(path(ana)).toBe('relay-tcp');
  });

  it('is not known of a connection that was replaced', async () => {
    const { ana, first } = await inCall();
    first.sendsFrom(host);
    first.becomes('connected');
    await settle();
    first.becomes('failed', 'connected');
    await settle();
    expect(path(ana)).toBeUndefined();
  });

  it('may be told in vain', async () => {
    const { ana, first } = await inCall();
    ana.server.answers('path', () => FakeServer.problem('not_in_room'));
    first.sendsFrom(host);
    first.becomes('connected');
    await settle();
    expect(path(ana)).toBe('direct');
  });

  it('is not looked at when the call is over', async () => {
    const { ana, first } = await connected();
    const look = vi.spyOn(first, 'getStats');
    await ana.manager.hangUp(CALL);
    await after(30_000);
    expect(look).not.toHaveBeenCalled();
  });
});
