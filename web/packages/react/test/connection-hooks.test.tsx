//! The hook that checks a connection, and the way that media takes.

import { callState, FakeDevice, FakeReach, participant } from '@housecall/client/testing';
import { act } from '@testing-library/react';
import { describe, expect, it, vi } from 'vitest';
import * as hooks from '../src';
import { mountWith, renderWith } from './render';

const UDP = 'turn:house:3478?transport=udp';
const CALL = 'call-1';

/** Ana's device, where this relay is offered. */
function device(reach: FakeReach): FakeDevice {
  const ana = new FakeDevice('ana', undefined, { connect: reach.connect });
  ana.iceServers = [{ urls: UDP, username: '1:ana', credential: 'secret' }];
  return ana;
}

describe('useConnectionCheck', () => {
  it('tells how far it has come, and what came of it', async () => {
    const reached = vi.fn();
    const ana = device(new FakeReach({ [UDP]: 'works' }));
    const result = renderWith(ana, () => hooks.useConnectionCheck(reached));
    expect(result.current).toMatchObject({ steps: [], report: null, pending: false });
    act(() => result.current.buttonProps.onClick());
    expect(result.current.pending).toBe(true);
    await vi.waitFor(() => expect(result.current.pending).toBe(false));
    expect(result.current.steps.map(({ part, verdict }) => `${part} ${verdict}`)).toEqual([
      'stun missing',
      'relayUdp works',
      'relayTcp missing',
      'relayTls missing',
      'roundTrip works',
    ]);
    expect(result.current.report).toMatchObject({ relayUdp: 'works', roundTripMs: expect.any(Number) });
    expect(reached).toHaveBeenCalledWith(result.current.report);
  });

  it('begins anew with nothing', async () => {
    const ana = device(new FakeReach({ [UDP]: 'works' }));
    const result = renderWith(ana, () => hooks.useConnectionCheck());
    await act(() => result.current.start());
    act(() => void result.current.start());
    expect(result.current).toMatchObject({ report: null, pending: true });
    await vi.waitFor(() => expect(result.current.report).not.toBeNull());
  });

  it('says why it could not be made', async () => {
    const ana = new FakeDevice('ana', undefined, {
      iceServers: () => Promise.reject(new TypeError('offline')),
    });
    const result = renderWith(ana, () => hooks.useConnectionCheck());
    await act(() => result.current.start());
    expect(result.current).toMatchObject({ report: null, error: { reason: 'unreachable' } });
  });

  it('is given up with the page that shows it', async () => {
    const reach = new FakeReach({ [UDP]: 'silent' });
    const { result, unmount } = mountWith(device(reach), () => hooks.useConnectionCheck());
    act(() => void result.current.start());
    await vi.waitFor(() => expect(reach.connections).toHaveLength(1));
    unmount();
    await vi.waitFor(() => expect(reach.connections[0]?.isClosed).toBe(true));
  });
});

describe('useParticipants', () => {
  it('tells which way media takes to somebody', async () => {
    const ana = new FakeDevice('ana');
    const own = participant('ana', { incarnation: 5 });
    ana.server.answers('join', () => callState([participant('ben', { incarnation: 3 }), own]));
    const result = renderWith(ana, () => hooks.useParticipants(CALL));
    await act(async () => {
      ana.connect();
      await ana.manager.join(CALL);
    });
    expect(result.current[0]?.peer?.path).toBeUndefined();
    ana.connections[0]?.sendsFrom({ candidateType: 'relay', relayProtocol: 'tls' });
    await act(async () => ana.connections[0]?.becomes('connected'));
    expect(result.current[0]?.peer?.path).toBe('relay-tls');
  });
});
