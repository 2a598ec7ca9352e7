//! Each hook over a device whose browser and server are played.

import type { CallState } from '@housecall/client';
import { callState, FakeDevice, FakeServer, participant } from '@housecall/client/testing';
import { act, renderHook } from '@testing-library/react';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import * as hooks from '../src';
import { renderWith } from './render';

const CALL = 'call-1';
const ben = participant('ben', { incarnation: 3 });

/** Ben calls Ana, whose device this is. */
const rings = callState([ben, participant('ana', { stage: 'ringing', incarnation: 0 })], {
  phase: 'ringing',
  here: false,
  seq: 3,
});

const talks = callState([ben, participant('ana', { incarnation: 5 })]);

let ana: FakeDevice;

beforeEach(() => {
  ana = new FakeDevice('ana');
});

/** Renders a hook below a provider. */
function render<T>(hook: () => T) {
  return renderWith(ana, hook);
}

/** Ana's device goes into a call. */
async function enter(wire: CallState = talks): Promise<void> {
  ana.server.answers('answer', () => wire);
  await act(async () => {
    ana.connect(rings);
    await ana.manager.answer(CALL);
  });
}

describe('the provider', () => {
  it('is asked for by name where it is missing', () => {
    vi.spyOn(console, 'error').mockImplementation(() => undefined);
    expect(() => renderHook(() => hooks.useWebRTC())).toThrow('<HousecallProvider manager={...}>');
  });
});

describe('useWebRTC', () => {
  it('gives everything there is to show and to do', async () => {
    const result = render(hooks.useWebRTC);
    expect(result.current.connection).toBe('idle');
    await enter();
    expect(result.current).toMatchObject({ connection: 'online', current: CALL });
    await act(() => result.current.actions.toggleMicrophone());
    expect(result.current.media.audio).toBe(false);
  });
});

describe('useSnapshot', () => {
  it('renders only when its part changes', async () => {
    const renders = vi.fn();
    render(() => renders(hooks.useSnapshot((it) => it.you?.id)));
    act(() => ana.connect(rings));
    act(() => ana.server.says('presence', { userId: 'ben', online: true }));
    expect(renders.mock.calls).toEqual([[undefined], ['ana']]);
  });
});

describe('useCall and useCalls', () => {
  it('follow a call', async () => {
    const call = render(() => hooks.useCall(CALL));
    const open = render(() => hooks.useCalls('connected', 'ringing'));
    expect([call.current, open.current]).toEqual([undefined, []]);
    await enter();
    expect(call.current?.phase).toBe('connected');
    expect(open.current).toEqual([call.current]);
  });
});

describe('useIncomingCalls', () => {
  it('lists what rings here', () => {
    const result = render(hooks.useIncomingCalls);
    act(() => ana.connect(rings));
    expect(result.current.map((it) => it.wire.id)).toEqual([CALL]);
    act(() => ana.happens(CALL, { type: 'answered', user: 'ana', elsewhere: true }));
    expect(result.current).toEqual([]);
  });
});

describe('useAnswer', () => {
  it('offers nothing while nothing rings', () => {
    const { answer, decline } = render(() => hooks.useAnswer(CALL)).current;
    expect([answer, decline]).toEqual([undefined, undefined]);
  });

  it('answers', async () => {
    ana.server.answers('answer', () => talks);
    const result = render(() => hooks.useAnswer(CALL));
    act(() => ana.connect(rings));
    await act(() => result.current.answer?.({ video: false }));
    expect(ana.server.heard('answer')[0]).toMatchObject({ media: { audio: true, video: false } });
    expect(result.current.answer).toBeUndefined();
  });

  it('declines, or says why not', async () => {
    ana.server.answers('decline', () => FakeServer.problem('over', 'The call is over.'));
    const result = render(() => hooks.useAnswer(CALL));
    act(() => ana.connect(rings));
    await act(() => result.current.decline?.());
    expect(result.current.error?.message).toBe('The call is over.');
  });
});

describe('useJoin', () => {
  it('comes into a call that goes on elsewhere', async () => {
    ana.server.answers('join', () => talks);
    const result = render(() => hooks.useJoin(CALL));
    expect(result.current.join).toBeUndefined();
    act(() => ana.connect(talks));
    await act(() => result.current.join?.());
    expect(ana.server.heard('join')).toHaveLength(1);
    expect(result.current.join).toBeUndefined();
  });
});

describe('useStartCall', () => {
  it('calls, and tells which call it became', async () => {
    ana.server.answers('start', () => talks);
    const started = vi.fn();
    const result = render(() => hooks.useStartCall(started));
    act(() => ana.connect());
    await act(() => result.current.start(['ben'], { purpose: 'audio' }));
    expect(started).toHaveBeenCalledWith(CALL);
    expect(result.current).toMatchObject({ pending: false, error: null });
  });

  it('calls also when nobody wants to be told', async () => {
    ana.server.answers('start', () => talks);
    const result = render(() => hooks.useStartCall());
    act(() => ana.connect());
    await act(() => result.current.start(['ben']));
    expect(ana.server.heard('start')).toHaveLength(1);
  });
});

describe('toggles', () => {
  it('mute and unmute', async () => {
    await enter();
    const result = render(hooks.useMicrophoneToggle);
    expect(result.current.enabled).toBe(true);
    await act(async () => result.current.buttonProps.onClick());
    expect(result.current.enabled).toBe(false);
    expect(result.current.buttonProps).toMatchObject({ type: 'button', 'aria-busy': false });
  });

  it('say why the camera does not start', async () => {
    await enter();
    ana.devices.missing.set('video', 'NotAllowedError');
    const result = render(hooks.useCameraToggle);
    await act(() => result.current.toggle());
    await act(() => result.current.toggle());
    expect(result.current).toMatchObject({ enabled: false, error: { reason: 'not-allowed' } });
  });

  it('share the screen where the browser can', async () => {
    expect(render(hooks.useScreenShareToggle).current).toBeUndefined();
    vi.stubGlobal('navigator', { mediaDevices: ana.devices });
    const result = render(hooks.useScreenShareToggle);
    await act(async () => result.current?.toggle());
    expect(result.current?.enabled).toBe(true);
    await act(async () => result.current?.toggle());
    expect(result.current?.enabled).toBe(false);
    vi.unstubAllGlobals();
  });
});

describe('useHangUp', () => {
  it('ends a call between two', async () => {
    await enter();
    const result = render(() => hooks.useHangUp(CALL));
    await act(async () => result.current.buttonProps.onClick());
    expect(ana.server.heard('end')).toEqual([{ callId: CALL }]);
    expect(ana.manager.getSnapshot().current).toBeNull();
  });
});

describe('useParticipants', () => {
  it('brings people and peers together', async () => {
    const result = render(() => hooks.useParticipants(CALL));
    expect(result.current).toEqual([]);
    await enter();
    act(() => ana.connections[0]?.becomes('connected'));
    expect(result.current).toMatchObject([
      { person: { name: 'Ben' }, stage: 'present', peer: { connection: 'connected' } },
    ]);
  });
});

describe('usePeople', () => {
  it('knows who is online', async () => {
    ana.server.answers('watch-people', () => ['ben']);
    const result = render(hooks.usePeople);
    expect(result.current).toBeNull();
    await act(async () => ana.connect());
    expect(result.current).toEqual(new Set(['ben']));
  });
});

describe('useAnnouncement', () => {
  it('gives the latest news', async () => {
    await enter();
    const result = render(hooks.useAnnouncement);
    act(() => ana.happens(CALL, { type: 'left', user: 'ben', departure: 'left' }));
    expect(result.current?.news).toMatchObject({ type: 'left', who: { name: 'Ben' } });
  });
});

describe('useCallDuration', () => {
  it('counts from the answer to the end', async () => {
    vi.useFakeTimers({ now: new Date('2025-03-04T14:00:10Z') });
    const result = render(() => hooks.useCallDuration(CALL));
    expect(result.current).toBeUndefined();
    await enter();
    expect(result.current).toBe(5);
    act(() => void vi.advanceTimersByTime(3_000));
    expect(result.current).toBe(8);
    act(() => ana.happens(CALL, { type: 'ended', outcome: 'completed', durationSeconds: 8 }));
    expect(result.current).toBeUndefined();
  });

  it('never counts below zero', async () => {
    vi.useFakeTimers({ now: new Date('2025-03-04T13:59:00Z') });
    const result = render(() => hooks.useCallDuration(CALL));
    await enter();
    expect(result.current).toBe(0);
  });
});

describe('useAction', () => {
  it('does one thing at a time', async () => {
    let finish = () => undefined as void;
    const perform = vi.fn(() => new Promise<void>((resolve) => (finish = resolve)));
    const result = render(() => hooks.useAction(perform));
    act(() => void result.current.run());
    expect(result.current.pending).toBe(true);
    act(() => void result.current.run());
    await act(async () => finish());
    expect(perform).toHaveBeenCalledOnce();
    expect(result.current.pending).toBe(false);
  });
});
