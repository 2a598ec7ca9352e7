//! Stories of one device that writes and reads, over a server that is not
//! always there.

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { CallState, Happening, SaidBefore } from '../src';
import { callState, FakeDevice, FakeServer, participant } from '../testing';

const CALL = 'call-1';
const ben = participant('ben', { incarnation: 3 });
const talk = callState([ben, participant('ana', { incarnation: 5 })]);
const rings = callState([ben, participant('ana', { stage: 'ringing' })], {
  phase: 'ringing',
  here: false,
  seq: 3,
});

const before = { seq: 4, at: '2025-03-04T14:00:30Z', user: 'ben', message: 'Hello', to: [] };

const settle = () => vi.advanceTimersByTimeAsync(0);

beforeEach(() => void vi.useFakeTimers({ now: new Date('2025-03-04T14:01:00Z') }));
afterEach(() => void vi.useRealTimers());

/** Ana's device, in a call with Ben. */
async function inCall(...written: SaidBefore[]): Promise<FakeDevice> {
  const ana = new FakeDevice('ana');
  ana.server.answers('answer', () => talk);
  ana.server.answers('messages', () => written);
  ana.connect(rings);
  await ana.manager.answer(CALL);
  await settle();
  return ana;
}

const said = (message: string, key?: string): Happening => ({
  type: 'said',
  user: key === undefined ? 'ben' : 'ana',
  message,
  to: [],
  ...(key === undefined ? {} : { key }),
});

const chat = (device: FakeDevice) => device.manager.getSnapshot().chats.get(CALL);
const read = (device: FakeDevice) =>
  chat(device)?.messages.map(
    (it) => `${it.seq ?? (it.failed ? 'failed' : 'sending')} ${it.message}`,
  );
const keys = (device: FakeDevice) => device.server.heard('say').map((it) => String(it.key));
const asked = (device: FakeDevice) => device.server.heard('messages').map((it) => it.after);

/** The connection is lost and comes back; the call stands like this then. */
async function comeBack(ana: FakeDevice, wire: CallState = talk): Promise<void> {
  ana.server.answers('resume', () => wire);
  ana.connect(wire);
  await settle();
}

describe('what is heard', () => {
  it('is asked for on coming in, and kept with what comes', async () => {
    const ana = await inCall(before);
    expect(asked(ana)).toEqual([undefined]);
    ana.happens(CALL, said('How are you?'));
    ana.happens(CALL, { type: 'hidden' });
    expect(read(ana)).toEqual(['4 Hello', '6 How are you?']);
    expect(chat(ana)?.unread).toBe(2);
  });

  it('is announced with who wrote, never with what', async () => {
    const ana = await inCall();
    ana.happens(CALL, said('Between us'));
    const news = ana.manager.getSnapshot().announcement?.news;
    expect(news).toEqual({ type: 'wrote', who: ben.person });
  });

  it('is read when the person says so, or as it comes', async () => {
    const ana = await inCall();
    ana.happens(CALL, said('One'));
    ana.manager.markRead(CALL);
    expect(chat(ana)?.unread).toBe(0);
    ana.manager.openChat(CALL, true);
    ana.happens(CALL, said('Two'));
    expect(chat(ana)).toMatchObject({ unread: 0, isOpen: true });
    ana.manager.openChat(CALL, false);
    ana.happens(CALL, said('Three'));
    expect(chat(ana)?.unread).toBe(1);
  });

  it('changes no reference of a chat in which nothing changes', async () => {
    const ana = await inCall();
    const same = chat(ana);
    ana.manager.markRead(CALL);
    ana.manager.openChat(CALL, false);
    ana.happens(CALL, { type: 'hidden' });
    expect(chat(ana)).toBe(same);
  });

  it('is asked for after an interruption, from where it was lost', async () => {
    const ana = await inCall();
    ana.happens(CALL, said('Can you hear me?'));
    ana.server.cuts();
    ana.server.answers('messages', () => [{ ...before, seq: 7, message: 'I will wait.' }]);
    await comeBack(ana, { ...talk, seq: 8 });
    expect(asked(ana)).toEqual([undefined, 6]);
    expect(read(ana)).toEqual(['6 Can you hear me?', '7 I will wait.']);
  });

  it('is not asked for when nothing happened meanwhile', async () => {
    const ana = await inCall(before);
    ana.server.cuts();
    await comeBack(ana);
    expect(asked(ana)).toEqual([undefined]);
  });

  it('is asked for when an event is missing, from before the gap', async () => {
    const ana = await inCall();
    ana.happens(CALL, said('Six'));
    ana.server.answers('messages', () => [{ ...before, seq: 7, message: 'Seven' }]);
    ana.happens(CALL, said('Eight'), 8);
    await settle();
    expect(read(ana)).toEqual(['6 Six', '7 Seven', '8 Eight']);
  });

  it('is asked for until it came, from where it is missing', async () => {
    const ana = await inCall(before);
    ana.server.answers('messages', () => FakeServer.problem('too_fast'));
    ana.happens(CALL, said('Eight'), 8);
    await settle();
    ana.server.cuts();
    ana.server.answers('messages', () => [{ ...before, seq: 7, message: 'Seven' }]);
    await comeBack(ana, { ...talk, seq: 5 });
    expect(asked(ana)).toEqual([undefined, 4, 4]);
    expect(read(ana)).toEqual(['4 Hello', '7 Seven', '8 Eight']);
  });

  it('is forgotten with its call, and when somebody signs out', async () => {
    const ana = await inCall();
    ana.happens(CALL, said('Goodbye'));
    ana.manager.forget(CALL);
    expect(read(ana)).toEqual(['6 Goodbye']);
    ana.happens(CALL, { type: 'ended', outcome: 'completed', durationSeconds: 61 });
    ana.manager.forget(CALL);
    expect(chat(ana)).toBeUndefined();
    const another = await inCall();
    another.happens(CALL, said('Goodbye'));
    another.manager.disconnect();
    expect(chat(another)).toBeUndefined();
  });
});

describe('what is written', () => {
  it('is there at once, and in its place when the server has it', async () => {
    const ana = await inCall();
    const told = ana.manager.say(CALL, 'Hello');
    expect(chat(ana)?.messages).toMatchObject([
      { seq: null, at: '2025-03-04T14:01:00.000Z', user: 'ana', message: 'Hello', to: [] },
    ]);
    await told;
    const [key] = keys(ana);
    expect(key).toMatch(/^[0-9a-f]{32}$/);
    ana.happens(CALL, said('Hello', key));
    expect(read(ana)).toEqual(['6 Hello']);
    expect(chat(ana)?.unread).toBe(0);
  });

  it('is said to all, or to some, each with its own key', async () => {
    const ana = await inCall();
    await ana.manager.say(CALL, 'Hello');
    await ana.manager.say(CALL, 'Between us', { to: ['ben'] });
    expect(ana.server.heard('say')).toMatchObject([
      { callId: CALL, message: 'Hello', to: [] },
      { callId: CALL, message: 'Between us', to: ['ben'] },
    ]);
    expect(new Set(keys(ana)).size).toBe(2);
  });

  it('that is refused is kept with the reason, and may be tried again', async () => {
    const ana = await inCall();
    ana.server.answers('say', () => FakeServer.problem('too_fast', 'Please wait a moment.'));
    await expect(ana.manager.say(CALL, 'Hi')).rejects.toMatchObject({ code: 'too_fast' });
    const [message] = chat(ana)?.messages ?? [];
    expect(message?.failed?.message).toBe('Please wait a moment.');
    ana.server.answers('say', () => talk);
    const again = ana.manager.retry(CALL, message?.key ?? '');
    expect(read(ana)).toEqual(['sending Hi']);
    await again;
    expect(keys(ana)[1]).toBe(keys(ana)[0]);
    ana.happens(CALL, said('Hi', keys(ana)[0]));
    expect(read(ana)).toEqual(['6 Hi']);
  });

  it('while offline is said on coming back, in its order', async () => {
    const ana = await inCall();
    ana.server.cuts();
    await ana.manager.say(CALL, 'One');
    await ana.manager.say(CALL, 'Two');
    expect(ana.server.heard('say')).toEqual([]);
    expect(read(ana)).toEqual(['sending One', 'sending Two']);
    await comeBack(ana);
    expect(ana.server.heard('say').map((it) => it.message)).toEqual(['One', 'Two']);
    const words = ana.server.said.map((it) => it.word);
    expect(words.lastIndexOf('resume')).toBeLessThan(words.indexOf('say'));
  });

  it('whose answer was lost is said again with the same key', async () => {
    const ana = await inCall();
    ana.server.answers('say', () => {
      ana.server.cuts();
      throw new Error('socket has been disconnected');
    });
    await ana.manager.say(CALL, 'Hello');
    expect(read(ana)).toEqual(['sending Hello']);
    ana.server.answers('say', () => talk);
    ana.server.answers('messages', () => [{ ...before, seq: 6, user: 'ana', key: keys(ana)[0] }]);
    await comeBack(ana, { ...talk, seq: 6 });
    expect(new Set(keys(ana)).size).toBe(1);
    expect(read(ana)).toEqual(['6 Hello']);
  });

  it('that gets no answer from a server that is there has failed', async () => {
    const ana = await inCall();
    ana.server.answers('say', () => {
      throw new Error('operation has timed out');
    });
    await expect(ana.manager.say(CALL, 'Hello')).rejects.toMatchObject({ reason: 'unreachable' });
    expect(read(ana)).toEqual(['failed Hello']);
  });

  it('to a call that ended meanwhile is refused by the server', async () => {
    const ana = await inCall();
    ana.server.cuts();
    await ana.manager.say(CALL, 'Are you there?');
    ana.server.answers('look', () => ({ ...talk, seq: 9, phase: 'over', outcome: 'completed' }));
    ana.server.answers('say', () => FakeServer.problem('call_over'));
    ana.connect();
    await settle();
    expect(read(ana)).toEqual(['failed Are you there?']);
  });

  it('is not said again that is unknown, or has arrived', async () => {
    const ana = await inCall();
    await ana.manager.retry(CALL, 'unknown');
    await ana.manager.say(CALL, 'Hello');
    ana.server.cuts();
    await comeBack(ana);
    ana.happens(CALL, said('Hello', keys(ana)[0]));
    await ana.manager.retry(CALL, keys(ana)[0] ?? '');
    await comeBack(ana, { ...talk, seq: 6 });
    expect(keys(ana)).toHaveLength(1);
  });
});
