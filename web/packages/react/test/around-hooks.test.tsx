//! The hooks of what is written, of presence and of notices, over a played device.

import { callState, FakeDevice, FakeServer, participant, person } from '@housecall/client/testing';
import type { Happening } from '@housecall/client';
import { act } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import * as hooks from '../src';
import { mountWith, renderWith } from './render';

const CALL = 'call-1';
const ben = participant('ben', { incarnation: 3 });
const own = participant('ana', { incarnation: 5 });
const cleo = participant('cleo', { stage: 'waiting', waitingSince: '' });

let ana: FakeDevice;

beforeEach(() => {
  ana = new FakeDevice('ana');
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

function render<T>(hook: () => T) {
  return renderWith(ana, hook);
}

/** Ana's device is in a call with Ben. */
async function enter(): Promise<void> {
  ana.server.answers('join', () => callState([ben, own, cleo]));
  ana.server.answers('messages', () => []);
  await act(async () => {
    ana.connect();
    await ana.manager.join(CALL, { video: true });
  });
}

describe('useChat', () => {
  const bensWord: Happening = { type: 'said', user: 'ben', message: 'Hello', to: [] };

  it('reads and writes', async () => {
    const result = render(() => hooks.useChat(CALL));
    expect(result.current).toMatchObject({ messages: [], unread: 0, people: [], say: undefined });
    await enter();
    act(() => ana.happens(CALL, bensWord));
    expect(result.current).toMatchObject({ messages: [{ seq: 6, message: 'Hello' }], unread: 1 });
    await act(async () => result.current.say?.('Good morning', ['ben']));
    expect(ana.server.heard('say')).toMatchObject([{ message: 'Good morning', to: ['ben'] }]);
    expect(result.current.messages.map((it) => it.seq)).toEqual([6, null]);
    act(() => result.current.markRead());
    expect(result.current.unread).toBe(0);
  });

  it('keeps what failed beside the message, and tries again', async () => {
    await enter();
    ana.server.answers('say', () => FakeServer.problem('too_fast', 'Please wait a moment.'));
    const result = render(() => hooks.useChat(CALL));
    await act(async () => result.current.say?.('Hi'));
    expect(result.current.messages[0]?.failed?.message).toBe('Please wait a moment.');
    const key = result.current.messages[0]?.key ?? '';
    await act(async () => result.current.retry(key));
    expect(result.current.messages[0]?.failed).toBeDefined();
    ana.server.answers('say', () => null);
    await act(async () => result.current.retry(key));
    expect(result.current.messages[0]?.failed).toBeUndefined();
    expect(ana.server.heard('say').map((it) => it.key)).toEqual([key, key, key]);
  });

  it('counts nothing as unread while it is shown', async () => {
    await enter();
    const result = render(() => hooks.useChat(CALL));
    act(() => result.current.setOpen(true));
    act(() => ana.happens(CALL, bensWord));
    expect(result.current).toMatchObject({ unread: 0, isOpen: true });
  });

  it('names whom one may write to: hosts also who waits', async () => {
    await enter();
    const result = render(() => hooks.useChat(CALL));
    expect(result.current.people.map((it) => it.id)).toEqual(['ben']);
    act(() => ana.happens(CALL, { type: 'hostChanged', user: 'ana', host: true }));
    expect(result.current.people.map((it) => it.id)).toEqual(['ben', 'cleo']);
  });
});

describe('usePresence', () => {
  it('is known once people are watched, and follows every word', async () => {
    ana.server.answers('watch-people', () => ['ben']);
    const presences = render(() => [hooks.usePresence('ben'), hooks.usePresence('cleo')]);
    expect(presences.current).toEqual([undefined, undefined]);
    await act(async () => ana.connect());
    expect(presences.current).toEqual(['online', 'offline']);
    act(() => ana.server.says('presence', { userId: 'ben', online: true, presence: 'in_call' }));
    expect(presences.current).toEqual(['in_call', 'offline']);
  });

  it('goes on being watched while one of two shows it', async () => {
    ana.server.answers('watch-people', () => ['ben']);
    act(() => ana.connect());
    const one = mountWith(ana, () => hooks.usePresence('ben'));
    const other = mountWith(ana, hooks.usePeople);
    await act(async () => one.unmount());
    expect(other.result.current).toEqual(new Set(['ben']));
    await act(async () => other.unmount());
    expect(ana.server.heard('watch-people')).toEqual([{ on: true }, { on: false }]);
  });
});

describe('useAway', () => {
  const told = () => ana.server.heard('away').map((it) => it.away);

  function hide(hidden: boolean): void {
    vi.spyOn(document, 'hidden', 'get').mockReturnValue(hidden);
    act(() => void document.dispatchEvent(new Event('visibilitychange')));
  }

  beforeEach(() => {
    vi.useFakeTimers();
    act(() => ana.connect());
  });

  it('tells when the page is hidden and shown', () => {
    render(hooks.useAway);
    hide(true);
    hide(false);
    expect(told()).toEqual([true, false]);
  });

  it('tells when nobody touches the page for five minutes, until somebody does', () => {
    render(hooks.useAway);
    vi.advanceTimersByTime(4 * 60_000);
    dispatchEvent(new Event('keydown'));
    vi.advanceTimersByTime(4 * 60_000);
    expect(told()).toEqual([]);
    vi.advanceTimersByTime(60_000);
    expect(told()).toEqual([true]);
    dispatchEvent(new Event('pointermove'));
    expect(told()).toEqual([true, false]);
  });

  it('takes it back and listens no more when it is gone', () => {
    const { unmount } = mountWith(ana, hooks.useAway);
    hide(true);
    unmount();
    expect(told()).toEqual([true, false]);
    hide(true);
    vi.advanceTimersByTime(10 * 60_000);
    expect(told()).toEqual([true, false]);
  });
});

describe('useMissedCalls', () => {
  const missed = [
    { callId: 'call-0', caller: person('ben'), at: '2025-03-04T09:00:00Z', purpose: 'video' },
  ];

  it('shows them until the server knows that they were seen', async () => {
    vi.stubGlobal('fetch', async () => new Response(null, { status: 204 }));
    const result = render(hooks.useMissedCalls);
    expect(result.current).toMatchObject({ missed: [], markSeen: undefined });
    act(() => {
      ana.manager.connect();
      ana.server.says('welcome', { you: person('ana'), device: 'device', calls: [], missed });
    });
    expect(result.current.missed).toEqual(missed);
    await act(async () => result.current.markSeen?.(['call-0']));
    expect(result.current).toMatchObject({ missed: [], error: null });
  });
});

describe('useVisitNotices', () => {
  it('shows what changed until it is dismissed', () => {
    const result = render(hooks.useVisitNotices);
    act(() => ana.connect());
    const appointment = { id: 'a1', patient: person('ana'), provider: person('salem') };
    act(() => ana.server.says('appointment', { change: 'moved', appointment }));
    expect(result.current.notices).toMatchObject([{ change: 'moved', appointment: { id: 'a1' } }]);
    act(() => result.current.dismiss('a1'));
    expect(result.current.notices).toEqual([]);
  });
});
