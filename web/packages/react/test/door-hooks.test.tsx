//! The hooks of the door, of hosts and of the room, over a played device.

import { callState, FakeDevice, FakeServer, participant } from '@housecall/client/testing';
import type { CallState, DeviceCheck } from '@housecall/client';
import { act } from '@testing-library/react';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import * as hooks from '../src';
import { renderWith } from './render';

const CALL = 'call-1';
const check: DeviceCheck = { microphone: 'works', camera: 'missing', connection: 'works' };

const ben = participant('ben', { incarnation: 3 });
const own = participant('ana', { incarnation: 5 });
const host = { ...own, host: true };
const waits = (id: string, since: string) =>
  participant(id, { stage: 'waiting', waitingSince: since, incarnation: 0, check, part: 'carer' });
const cleo = waits('cleo', '2025-03-04T14:02:00Z');
const dora = waits('dora', '2025-03-04T14:01:00Z');

let ana: FakeDevice;

beforeEach(() => {
  ana = new FakeDevice('ana');
});

function render<T>(hook: () => T) {
  return renderWith(ana, hook);
}

/** Ana's device is in this call. */
async function enter(wire: CallState): Promise<void> {
  ana.server.answers('join', () => wire);
  await act(async () => {
    ana.connect();
    await ana.manager.join(CALL, { video: true });
  });
}

describe('useArrive', () => {
  it('comes as far as the door, and tells under which id', async () => {
    const arrived = vi.fn();
    ana.server.answers('arrive', () => callState([ben, waits('ana', '')], { here: false }));
    const result = render(() => hooks.useArrive('visit-1', arrived));
    act(() => ana.connect());
    await act(() => result.current.arrive({ video: false, check }));
    expect(arrived).toHaveBeenCalledWith(CALL);
    expect(ana.server.heard('arrive')).toMatchObject([{ callId: 'visit-1', check }]);
    expect(ana.manager.getSnapshot().calls.get(CALL)?.phase).toBe('waiting');
  });

  it('says why it may not', async () => {
    ana.server.answers('arrive', () => FakeServer.problem('too_early', 'It opens at 13:45.'));
    const result = render(() => hooks.useArrive('visit-1'));
    act(() => ana.connect());
    await act(() => result.current.arrive());
    expect(result.current).toMatchObject({
      pending: false,
      error: { code: 'too_early', message: 'It opens at 13:45.' },
    });
  });
});

describe('useJoin', () => {
  it('offers nothing to whoever was removed', async () => {
    await enter(callState([ben, own]));
    const result = render(() => hooks.useJoin(CALL));
    act(() => ana.happens(CALL, { type: 'left', user: 'ana', departure: 'removed' }));
    expect(result.current.join).toBeUndefined();
    act(() => ana.happens(CALL, { type: 'admitted', user: 'ana' }));
    expect(result.current.join).toBeDefined();
  });
});

describe('useDoor', () => {
  it('shows who waits to hosts, who came first first', async () => {
    await enter(callState([host, cleo, dora]));
    const result = render(() => hooks.useDoor(CALL));
    expect(result.current.waiting).toMatchObject([
      { person: { id: 'dora' }, since: '2025-03-04T14:01:00Z', check, part: 'carer', away: false },
      { person: { id: 'cleo' }, away: false },
    ]);
    const away = () => result.current.waiting.map((it) => it.away);
    act(() => ana.happens(CALL, { type: 'connectionLost', user: 'dora', until: '' }));
    act(() => ana.server.says('presence', { userId: 'cleo', online: true, presence: 'away' }));
    expect(away()).toEqual([true, true]);
  });

  it('admits, turns away, writes and sets the door', async () => {
    await enter(callState([host, cleo, dora]));
    const result = render(() => hooks.useDoor(CALL));
    await act(async () => result.current.admit?.('dora'));
    await act(async () => result.current.turnAway?.('cleo', 'Tomorrow'));
    await act(async () => result.current.write?.('cleo', 'Five minutes'));
    await act(async () => result.current.admitAll?.());
    await act(async () => result.current.setDoor?.('strict'));
    expect(ana.server.heard('admit')).toEqual([{ callId: CALL, user: 'dora' }]);
    expect(ana.server.heard('turn-away')).toMatchObject([{ user: 'cleo', reason: 'Tomorrow' }]);
    expect(ana.server.heard('say')).toMatchObject([{ message: 'Five minutes', to: ['cleo'] }]);
    expect(ana.server.heard('admit-all')).toEqual([{ callId: CALL }]);
    act(() => ana.happens(CALL, { type: 'doorSet', door: 'strict' }));
    expect(result.current).toMatchObject({ door: 'strict', pending: false, error: null });
  });

  it('admits one after the other without waiting, and each once', async () => {
    await enter(callState([host, cleo, dora]));
    const answers: (() => void)[] = [];
    ana.server.answers('admit', () => new Promise<void>((resolve) => answers.push(resolve)));
    const result = render(() => hooks.useDoor(CALL));
    act(() => void ['dora', 'dora', 'cleo'].forEach((it) => void result.current.admit?.(it)));
    expect(ana.server.heard('admit').map((it) => it.user)).toEqual(['dora', 'cleo']);
    await act(async () => answers[0]?.());
    expect(result.current.pending).toBe(true);
    await act(async () => answers[1]?.());
    expect(result.current.pending).toBe(false);
  });

  it('says what did not work', async () => {
    await enter(callState([host, cleo]));
    ana.server.answers('admit', () => FakeServer.problem('room_full', 'The room is full.'));
    const result = render(() => hooks.useDoor(CALL));
    await act(async () => result.current.admit?.('cleo'));
    expect(result.current.error?.message).toBe('The room is full.');
  });

  it('offers nothing to others, and not to admit nobody', async () => {
    const result = render(() => hooks.useDoor(CALL));
    const { admit, admitAll, turnAway, write, setDoor } = result.current;
    expect([admit, admitAll, turnAway, write, setDoor].every((it) => it === undefined)).toBe(true);
    await enter(callState([host, ben]));
    expect(result.current.admit).toBeDefined();
    expect(result.current.admitAll).toBeUndefined();
    act(() => ana.happens(CALL, { type: 'hostChanged', user: 'ana', host: false }));
    expect(result.current.admit).toBeUndefined();
  });
});

describe('useWaitingPeople', () => {
  it('lists who waits for you, over all calls', () => {
    const away = { here: false } as const;
    const people = [{ ...host, stage: 'invited' as const }];
    const result = render(hooks.useWaitingPeople);
    expect(result.current).toEqual([]);
    act(() =>
      ana.connect(
        callState([...people, cleo], { ...away, id: 'call-1' }),
        callState([...people, dora], { ...away, id: 'call-2', title: 'Monday round' }),
        callState([own, waits('emil', '')], { ...away, id: 'call-3' }),
      ),
    );
    expect(result.current).toMatchObject([
      { callId: 'call-2', title: 'Monday round', person: { id: 'dora' }, part: 'carer', check },
      { callId: 'call-1', title: undefined, person: { id: 'cleo' } },
    ]);
  });
});

describe('useMeetingControls', () => {
  it('locks and ends for hosts only', async () => {
    const result = render(() => hooks.useMeetingControls(CALL));
    expect(result.current).toMatchObject({ isHost: false, lock: undefined, end: undefined });
    await enter(callState([host, ben]));
    await act(async () => result.current.lock?.(true));
    act(() => ana.happens(CALL, { type: 'locked', locked: true }));
    expect(result.current).toMatchObject({ isHost: true, locked: true });
    await act(async () => result.current.end?.());
    expect(ana.server.heard('lock')).toEqual([{ callId: CALL, locked: true }]);
    expect(ana.server.heard('end')).toEqual([{ callId: CALL }]);
    act(() => ana.happens(CALL, { type: 'ended', outcome: 'completed', durationSeconds: 9 }));
    expect(result.current).toMatchObject({ isHost: false, end: undefined });
  });
});

describe('useModeration', () => {
  it('decides about people', async () => {
    await enter(callState([host, ben]));
    const result = render(() => hooks.useModeration(CALL));
    await act(async () => result.current.askToMute?.());
    await act(async () => result.current.lowerHand?.('ben'));
    await act(async () => result.current.setHost?.('ben', true));
    await act(async () => result.current.remove?.('ben', 'Enough'));
    act(() => ana.happens(CALL, { type: 'left', user: 'ben', departure: 'removed' }));
    expect(result.current.removed).toEqual([ben.person]);
    await act(async () => result.current.readmit?.('ben'));
    act(() => ana.happens(CALL, { type: 'admitted', user: 'ben' }));
    expect(result.current.removed).toEqual([]);
    const words = ['ask-mute', 'hand', 'host', 'remove', 'admit'];
    expect(words.map((it) => ana.server.heard(it))).toMatchObject([
      [{ callId: CALL }],
      [{ raised: false, user: 'ben' }],
      [{ user: 'ben', host: true }],
      [{ user: 'ben', reason: 'Enough' }],
      [{ user: 'ben' }],
    ]);
  });

  it('offers nothing to others, and says what did not work', async () => {
    const result = render(() => hooks.useModeration(CALL));
    expect(result.current.remove).toBeUndefined();
    await enter(callState([host, ben]));
    ana.server.answers('remove', () => FakeServer.problem('not_allowed', 'Ben is the host.'));
    await act(async () => result.current.remove?.('ben'));
    expect(result.current.error?.message).toBe('Ben is the host.');
  });
});

describe('useHand', () => {
  it('goes up and down', async () => {
    const result = render(() => hooks.useHand(CALL));
    expect(result.current).toMatchObject({
      raised: false,
      toggle: undefined,
      buttonProps: undefined,
    });
    await enter(callState([ben, own]));
    await act(async () => result.current.buttonProps?.onClick());
    act(() => ana.happens(CALL, { type: 'handRaised', user: 'ana', raised: true }));
    expect(result.current.raised).toBe(true);
    await act(async () => result.current.toggle?.());
    expect(ana.server.heard('hand').map((it) => it.raised)).toEqual([true, false]);
  });
});

describe('useReactions', () => {
  it('shows those of this call, and yours', async () => {
    const result = render(() => hooks.useReactions(CALL));
    expect(result.current.react).toBeUndefined();
    await enter(callState([ben, own]));
    act(() => {
      ana.server.says('reaction', { callId: CALL, user: 'ben', reaction: 'laugh' });
      ana.server.says('reaction', { callId: 'call-9', user: 'cleo', reaction: 'clap' });
    });
    await act(async () => result.current.react?.('heart'));
    expect(result.current.reactions).toMatchObject([
      { user: 'ben', reaction: 'laugh' },
      { user: 'ana', reaction: 'heart' },
    ]);
  });
});

describe('useParticipants', () => {
  it('tells who hosts, what somebody is there for, and whose hand is up', async () => {
    await enter(callState([{ ...ben, host: true, part: 'interpreter' }, own]));
    const result = render(() => hooks.useParticipants(CALL));
    act(() => ana.happens(CALL, { type: 'handRaised', user: 'ben', raised: true }));
    expect(result.current).toMatchObject([
      { host: true, part: 'interpreter', handSince: '2025-03-04T14:01:00Z' },
    ]);
  });
});
