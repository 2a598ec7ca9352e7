//! The hooks of recordings over a device whose browser and server are played.

import type { CallState, ParticipantState } from '@housecall/client';
import {
  callState,
  consent,
  EVERYTHING,
  FakeDevice,
  FakeServer,
  participant,
  person,
  recording,
  request,
} from '@housecall/client/testing';
import { act } from '@testing-library/react';
import { beforeEach, describe, expect, it } from 'vitest';
import * as hooks from '../src';
import { renderWith } from './render';

const CALL = 'call-1';

/** Ben, who may record, called Ana, whose device this is. */
const ben = provider(participant('ben', { incarnation: 3 }));

const patient = participant('ana', { incarnation: 5 });

function provider(who: ParticipantState): ParticipantState {
  return { ...who, person: person(who.person.id, 'provider') };
}

function talk(own: ParticipantState = patient, rest: Partial<CallState> = {}): CallState {
  return callState([ben, own], rest);
}

let ana: FakeDevice;

beforeEach(() => {
  ana = new FakeDevice('ana');
});

/** Ana's device goes into a call. */
async function enter(wire: CallState = talk()): Promise<void> {
  ana.server.answers('join', () => wire);
  await act(async () => {
    ana.connect(wire);
    await ana.manager.join(CALL);
  });
}

const render = () => renderWith(ana, () => hooks.useRecording(CALL));

describe('useRecording', () => {
  it('offers nothing where there is no call, or it is over', async () => {
    const result = render();
    const offered = () => {
      const { ask, agree, decline, withdraw, start, stop } = result.current;
      return [ask, agree, decline, withdraw, start, stop].filter((it) => it !== undefined);
    };
    expect(offered()).toEqual([]);
    await enter(talk(provider(patient), { recordingRequest: request('ben') }));
    expect(offered()).not.toEqual([]);
    act(() => ana.happens(CALL, { type: 'ended', outcome: 'completed', durationSeconds: 8 }));
    expect(offered()).toEqual([]);
  });

  it('agrees to what is asked, tells who records, and agrees no longer', async () => {
    const result = render();
    await enter();
    act(() => ana.happens(CALL, { type: 'recordingAsked', request: request('ben') }));
    expect(result.current).toMatchObject({
      request: { wording: '2025-03/en' },
      by: { name: 'Ben' },
      consented: false,
      mayRecord: false,
    });
    expect(result.current.withdraw).toBeUndefined();
    await act(async () => result.current.agree?.());
    act(() => ana.happens(CALL, { type: 'consentGiven', user: 'ana', consent: consent() }));
    act(() => ana.happens(CALL, { type: 'recordingStarted', recording: recording('ben') }));
    expect(result.current).toMatchObject({
      recording: { id: 'rec-1' },
      request: undefined,
      by: { name: 'Ben' },
      consented: true,
    });
    expect([result.current.agree, result.current.decline]).toEqual([undefined, undefined]);
    await act(async () => result.current.withdraw?.());
    act(() => ana.happens(CALL, { type: 'recordingStopped', recording: 'rec-1' }));
    act(() => ana.happens(CALL, { type: 'consentWithdrawn', user: 'ana' }));
    expect(result.current).toMatchObject({ recording: undefined, by: undefined, consented: false });
    const agreed = { agreed: true, covers: EVERYTHING, wording: '2025-03/en' };
    expect(ana.server.heard('consent')).toMatchObject([agreed, { agreed: false }]);
  });

  it('says no to what is asked, and may change its mind', async () => {
    const result = render();
    await enter(talk(patient, { recordingRequest: request('ben') }));
    await act(async () => result.current.decline?.());
    expect(ana.server.heard('consent')).toEqual([{ callId: CALL, agreed: false }]);
    act(() => ana.happens(CALL, { type: 'consentDeclined', user: 'ana' }));
    expect(result.current).toMatchObject({ declined: true, decline: undefined });
    expect(result.current.agree).toBeDefined();
  });

  it('names whom a paused recording waits for', async () => {
    const result = render();
    await enter(talk({ ...patient, consented: true, consent: consent() }));
    act(() => ana.happens(CALL, { type: 'recordingStarted', recording: recording('ben') }));
    act(() => ana.happens(CALL, { type: 'recordingPaused', recording: 'rec-1' }));
    act(() => ana.happens(CALL, { type: 'consentGiven', user: 'ben', consent: consent() }));
    expect(result.current).toMatchObject({ paused: true, waitingFor: [] });
    const cleo = participant('cleo', { incarnation: 7 });
    act(() => ana.happens(CALL, { type: 'joined', participant: cleo, elsewhere: false }));
    expect(result.current.waitingFor.map((it) => it.name)).toEqual(['Cleo']);
    act(() => ana.happens(CALL, { type: 'consentGiven', user: 'cleo', consent: consent() }));
    act(() => ana.happens(CALL, { type: 'recordingResumed', recording: 'rec-1' }));
    expect(result.current).toMatchObject({ paused: false, waitingFor: [] });
  });

  it('agrees to what a recording that waits for you covers', async () => {
    const covers = { audio: true, video: false, screen: false };
    const result = render();
    await enter(talk(patient, { recording: recording('ben', { covers, paused: true }) }));
    await act(async () => result.current.agree?.('2025-04/es'));
    expect(ana.server.heard('consent')).toMatchObject([{ covers, wording: '2025-04/es' }]);
  });

  it('lets a provider ask, start when nobody is missing, and stop', async () => {
    const result = render();
    await enter(talk(provider(patient)));
    expect(result.current).toMatchObject({ mayRecord: true, start: undefined, stop: undefined });
    await act(async () => result.current.ask?.(EVERYTHING, '2025-03/en'));
    act(() => ana.happens(CALL, { type: 'recordingAsked', request: request('ana') }));
    expect(result.current.missing.map((it) => it.name)).toEqual(['Ben', 'Ana']);
    for (const user of ['ben', 'ana']) {
      act(() => ana.happens(CALL, { type: 'consentGiven', user, consent: consent() }));
    }
    expect(result.current.missing).toEqual([]);
    await act(async () => result.current.start?.({ newcomers: 'wait' }));
    act(() => ana.happens(CALL, { type: 'recordingStarted', recording: recording('ana') }));
    expect(result.current).toMatchObject({ ask: undefined, start: undefined });
    await act(async () => result.current.stop?.());
    expect(ana.server.said.slice(-3)).toEqual([
      { word: 'ask-consent', body: { callId: CALL, covers: EVERYTHING, wording: '2025-03/en' } },
      { word: 'record', body: { callId: CALL, newcomers: 'wait' } },
      { word: 'stop-recording', body: { callId: CALL } },
    ]);
  });

  it('says why it did not work', async () => {
    ana.server.answers('consent', () => FakeServer.problem('call_over', 'This call is over.'));
    const result = render();
    await enter();
    await act(async () => result.current.agree?.());
    expect(result.current).toMatchObject({
      pending: false,
      error: { message: 'This call is over.' },
    });
  });
});

describe('useRecorder', () => {
  it('is idle where nothing is recorded', () => {
    const result = renderWith(ana, hooks.useRecorder);
    expect(result.current).toEqual({ state: 'idle', seconds: 0, unsaved: 0, problem: null });
  });
});
