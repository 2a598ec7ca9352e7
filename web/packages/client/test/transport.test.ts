import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { HousecallError } from '../src/errors';
import { Transport, type Heard } from '../src/transport';
import { FakeServer } from '../testing';

function make(token = vi.fn(async () => 'token-1')) {
  const server = new FakeServer();
  const heard = {
    welcome: vi.fn(),
    event: vi.fn(),
    signal: vi.fn(),
    presence: vi.fn(),
    reaction: vi.fn(),
    appointment: vi.fn(),
    lost: vi.fn(),
    refused: vi.fn(),
  } satisfies Heard;
  const options = {
    url: 'https://house.example',
    token,
    device: 'device-1',
    socket: server.socket,
  };
  const transport = new Transport(options, heard);
  transport.connect();
  return { server, heard, token, transport };
}

const settle = () => vi.advanceTimersByTimeAsync(0);
const expired = { code: 'token_expired', message: 'Your session has expired.' };

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('transport', () => {
  it('connects with token and device', async () => {
    const { server } = make();
    await settle();
    expect(server.url).toBe('https://house.example/housecall');
    expect(server.auths).toEqual([{ token: 'token-1', device: 'device-1' }]);
  });

  it('gives the result of a word', async () => {
    const { server, transport } = make();
    server.answers('watch-people', () => ['ben']);
    await expect(transport.ask('watch-people', { on: true })).resolves.toEqual(['ben']);
  });

  it('throws a typed no', async () => {
    const { server, transport } = make();
    server.answers('join', () => FakeServer.problem('over', 'The call is over.'));
    const asked = transport.ask('join', { callId: 'call-1' });
    await expect(asked).rejects.toMatchObject({
      reason: 'refused',
      code: 'over',
      message: 'The call is over.',
    });
  });

  it('throws when no answer comes', async () => {
    const { server, transport } = make();
    server.cuts();
    const asked = transport.ask('look', { callId: 'call-1' });
    await expect(asked).rejects.toMatchObject({ reason: 'unreachable' });
  });

  it('asks for a new token when the old one has expired, once', async () => {
    const { server, token, heard } = make();
    await settle();
    server.refuses(expired);
    await settle();
    expect(token.mock.calls).toEqual([[{ refresh: false }], [{ refresh: true }]]);
    server.refuses(expired);
    expect(heard.refused.mock.lastCall?.[0]).toMatchObject({ reason: 'signed-out' });
    expect(server.connected).toBe(false);
  });

  it('asks for a new token again after the last one was good', async () => {
    const { server, token, heard } = make();
    for (let round = 0; round < 2; round += 1) {
      server.refuses(expired);
      await settle();
      server.says('welcome', {});
    }
    expect(token.mock.calls.map((it) => it)).toContainEqual([{ refresh: true }]);
    expect(heard.refused).not.toHaveBeenCalled();
  });

  it('gives up on a token that nothing can be done about', async () => {
    const { server, heard } = make();
    server.refuses({ code: 'user_disabled', message: 'This account is closed.' });
    expect(heard.refused.mock.lastCall?.[0]).toMatchObject({ code: 'user_disabled' });
  });

  it('tries later when the server is too busy to have us', async () => {
    const { server, heard } = make();
    await settle();
    server.refuses({ code: 'too_many_connections', message: 'Try later.' });
    expect(heard.refused).not.toHaveBeenCalled();
    expect(heard.lost).toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(server.auths).toHaveLength(2);
  });

  it('comes back when the server restarts', async () => {
    const { server, heard } = make();
    await settle();
    server.cuts('io server disconnect');
    expect(heard.lost).toHaveBeenCalledOnce();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(server.auths).toHaveLength(2);
  });

  it('does not come back once it was told to go', async () => {
    const { server, transport } = make();
    await settle();
    server.cuts('io server disconnect');
    transport.disconnect();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(server.auths).toHaveLength(1);
  });

  it('tries again when no token could be fetched', async () => {
    const token = vi.fn(async () => 'token-2').mockRejectedValueOnce(new TypeError('fetch failed'));
    const { server, heard } = make(token);
    await settle();
    expect(heard.lost).toHaveBeenCalledOnce();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(server.auths).toEqual([{ token: 'token-2', device: 'device-1' }]);
  });

  it('is refused when there is nobody signed in', async () => {
    const over = HousecallError.refused(expired);
    const { heard } = make(vi.fn(async () => Promise.reject(over)));
    await settle();
    expect(heard.refused).toHaveBeenCalledWith(over);
  });

  it('takes a network failure as a lost connection', () => {
    const { server, heard } = make();
    server.says('connect_error', new Error('xhr poll error'));
    expect(heard.lost).toHaveBeenCalledOnce();
  });
});
