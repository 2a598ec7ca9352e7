//! Where ICE servers come from, and how long they are good.

import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { allowed, fetchIceServers, Ice, type IceAnswer } from '../src/ice';

const stun = { urls: ['stun:house:3478'] };
const turn = {
  urls: ['turn:house:3478?transport=udp', 'turn:house:3478?transport=tcp'],
  username: '1:ana',
  credential: 'secret',
};
const HOUR = 3_600_000;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Servers whose credential counts how often they were asked for. */
function asked(ttl = 3_600) {
  const ask = vi.fn(
    async (): Promise<IceAnswer> => ({
      iceServers: [{ ...turn, credential: `secret-${ask.mock.calls.length}` }],
      ttl,
    }),
  );
  return ask;
}

const credential = (ice: Ice) => ice.configuration.iceServers?.[0]?.credential;

describe('servers', () => {
  it('are used again as long as half of their time', async () => {
    const ask = asked();
    const ice = new Ice(ask);
    await ice.renew();
    await ice.fresh();
    expect(credential(ice)).toBe('secret-1');
    await vi.advanceTimersByTimeAsync(HOUR / 2);
    expect(credential(ice)).toBe('secret-2');
    await ice.fresh();
    expect(ask).toHaveBeenCalledTimes(2);
  });

  it('are asked for whenever they are needed anew, once for everybody', async () => {
    const ask = asked();
    const ice = new Ice(ask);
    await ice.renew();
    await Promise.all([ice.renew(), ice.renew(), ice.renew()]);
    expect(credential(ice)).toBe('secret-2');
  });

  it('stay when the server does not answer, and are asked for again soon', async () => {
    const ask = asked();
    const ice = new Ice(ask);
    await ice.renew();
    ask.mockRejectedValueOnce(new Error('offline'));
    await ice.renew();
    expect(credential(ice)).toBe('secret-1');
    await vi.advanceTimersByTimeAsync(30_000);
    expect(credential(ice)).toBe('secret-3');
  });

  it('are not waited for longer than a moment', async () => {
    const ice = new Ice(() => new Promise(() => undefined));
    const renewed = ice.renew();
    await vi.advanceTimersByTimeAsync(4_000);
    await expect(renewed).resolves.toEqual({ iceServers: [] });
  });

  it('are not asked for when nobody needs them', async () => {
    const ask = asked();
    const ice = new Ice(ask);
    await ice.renew();
    ice.rest();
    await vi.advanceTimersByTimeAsync(10 * HOUR);
    expect(ask).toHaveBeenCalledTimes(1);
  });

  it('that rest while they are asked for are not asked for again', async () => {
    const ask = asked();
    const ice = new Ice(ask);
    const renewed = ice.renew();
    ice.rest();
    await renewed;
    await vi.advanceTimersByTimeAsync(10 * HOUR);
    expect(ask).toHaveBeenCalledTimes(1);
  });

  it('that are good for a second are not asked for every second', async () => {
    const ask = asked(1);
    await new Ice(ask).renew();
    await vi.advanceTimersByTimeAsync(29_000);
    expect(ask).toHaveBeenCalledTimes(1);
  });

  it('that are good for ever are not asked for again', async () => {
    const ask = asked(Infinity);
    await new Ice(ask).renew();
    await vi.advanceTimersByTimeAsync(100 * HOUR);
    expect(ask).toHaveBeenCalledTimes(1);
  });

  it('may be used for relaying only', async () => {
    const ice = new Ice(asked(), { relayOnly: true });
    expect(ice.configuration).toEqual({ iceServers: [], iceTransportPolicy: 'relay' });
    await expect(ice.renew()).resolves.toMatchObject({ iceTransportPolicy: 'relay' });
  });

  it('may be chosen by their address', () => {
    const useServer = (url: string) => url.endsWith('tcp');
    expect(allowed([stun, turn], { useServer })).toEqual([
      { ...turn, urls: ['turn:house:3478?transport=tcp'] },
    ]);
    const single = { urls: 'turn:house:3478?transport=tcp' };
    expect(allowed([single], { useServer })).toEqual([{ urls: [single.urls] }]);
  });
});

describe('asking for servers', () => {
  /** The house answers so. */
  function house(answer: () => Response | Promise<Response>) {
    const ask = vi.fn(async () => answer());
    vi.stubGlobal('fetch', ask);
    onTestFinished(() => void vi.unstubAllGlobals());
    return ask;
  }
  const token = async () => 'token-1';

  it('proves who asks', async () => {
    const ask = house(() => Response.json({ iceServers: [stun], ttl: 60 }));
    await expect(fetchIceServers('https://house', token)).resolves.toMatchObject({ ttl: 60 });
    expect(ask).toHaveBeenCalledWith('https://house/api/ice-servers', {
      headers: { authorization: 'Bearer token-1' },
    });
  });

  it('says why there are none', async () => {
    const detail = 'Your session has expired.';
    house(() => Response.json({ code: 'token_expired', detail }, { status: 401 }));
    await expect(fetchIceServers('', token)).rejects.toMatchObject({ reason: 'signed-out' });
    house(() => Promise.reject(new TypeError('offline')));
    await expect(fetchIceServers('', token)).rejects.toMatchObject({ reason: 'unreachable' });
  });
});
