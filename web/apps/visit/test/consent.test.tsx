//! Being asked whether one may be recorded, in the room and before it.

import type { CallState, Happening } from '@housecall/client';
import {
  callState,
  consent,
  EVERYTHING,
  FakeDevice,
  participant,
  recording,
  request,
} from '@housecall/client/testing';
import { act, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { Route, Routes } from 'react-router';
import { describe, expect, it, vi } from 'vitest';
import { Announcer } from '../src/parts/Announcer';
import { RecordingSound } from '../src/parts/RecordingSound';
import * as sounds from '../src/parts/ring';
import { CallScreen } from '../src/screens/CallScreen';
import { AGREE, DISAGREE, WORDING } from '../src/words';
import { expectAccessible, serve, show, signedIn } from './house';

const CALL = 'call-1';
const house = {
  version: '1',
  demo: null,
  recordings: { available: true, retentionDays: 30, whoMayWatch: ['admin', 'provider'] },
};
const salem = {
  ...participant('salem', { consent: consent() }),
  person: { id: 'salem', name: 'Dr. Salem', role: 'provider' as const },
};
const ana = participant('ana', { incarnation: 5 });
const visit = (rest: Partial<CallState> = {}) =>
  callState([{ ...salem, consented: true }, ana], rest);

function shell(wire: CallState) {
  serve({ 'GET /api/house': () => house });
  const device = new FakeDevice('ana');
  device.server.answers('join', () => wire);
  device.server.answers('messages', () => []);
  const content = (
    <>
      <Routes>
        <Route path="/calls/:callId" element={<CallScreen />} />
      </Routes>
      <RecordingSound />
      <Announcer />
    </>
  );
  const view = show(content, { path: '/calls/call-1', device, store: signedIn() });
  act(() => device.connect({ ...wire, here: false }));
  const happens = (event: Happening) => act(() => device.happens(CALL, event));
  return { ...view, device, happens };
}

/** Ana in a visit. */
async function inRoom(wire = visit()) {
  const view = shell(wire);
  await act(async () => void (await view.device.manager.join(CALL)));
  return view;
}

/** Ana at the door of a visit. */
async function atDoor(wire: CallState) {
  const view = shell(wire);
  view.device.server.answers('arrive', () => wire);
  await act(async () => void (await view.device.manager.arrive(CALL)));
  return view;
}

const asks = (): Happening => ({ type: 'recordingAsked', request: request('salem') });
const question = () => screen.findByRole('dialog', { name: 'May this visit be recorded?' });
const noQuestion = () => expect(screen.queryByRole('dialog')).toBeNull();
const press = async (name: string) => userEvent.click(await screen.findByRole('button', { name }));
const banner = () => within(screen.getByRole('banner'));
const told = () => screen.getByRole('status').textContent;

describe('being asked', () => {
  it('says who asks, for what, for whom, for how long, and how to take it back', async () => {
    const { happens, container } = await inRoom();
    noQuestion();
    happens(asks());
    const text = (await question()).textContent;
    await within(await question()).findByText('What is recorded');
    expect((await question()).textContent).toContain('sound, picture, and shared screens');
    expect(text).toContain('Dr. Salem asks for it.');
    const all = (await question()).textContent;
    expect(all).toContain('The administrators of this house and the providers of the visit.');
    expect(all).toContain('30 days, encrypted.');
    expect(all).toContain('Stop recording me');
    expect(all).toContain('If you do not agree, nothing is recorded');
    expect(told()).toContain('Dr. Salem asks to record this visit.');
    await expectAccessible(container);
  });

  it('arms no answer, and gives the focus back', async () => {
    const { happens } = await inRoom();
    screen.getByRole('button', { name: 'Mute' }).focus();
    happens(asks());
    await question();
    expect(document.activeElement?.textContent).toBe('May this visit be recorded?');
    await press(AGREE);
    noQuestion();
    expect(document.activeElement?.textContent).toBe('Mute');
  });

  it('gives both answers the same look', async () => {
    const { happens } = await inRoom();
    happens(asks());
    await question();
    const [agree, disagree] = [AGREE, DISAGREE].map((name) => screen.getByRole('button', { name }));
    expect(agree?.className).toBe(disagree?.className);
  });

  it('says what was agreed to, and by which text', async () => {
    const { device, happens } = await inRoom();
    const covers = { audio: true, video: false, screen: false };
    happens({ type: 'recordingAsked', request: request('salem', { covers }) });
    expect((await question()).textContent).toContain('Pictures and shared screens are not');
    await press(AGREE);
    const said = { callId: CALL, agreed: true, covers, wording: WORDING, method: 'electronic' };
    expect(device.server.heard('consent')).toEqual([said]);
    happens({ type: 'consentGiven', user: 'ana', consent: consent(covers) });
    expect(banner().getByText(/You agreed/)).toBeTruthy();
    await press('Agree no longer');
    expect(device.server.heard('consent')[1]).toEqual({ callId: CALL, agreed: false });
  });

  it('takes a no for an answer, until it is changed', async () => {
    const { device, happens } = await inRoom();
    happens(asks());
    await press(DISAGREE);
    expect(device.server.heard('consent')).toEqual([{ callId: CALL, agreed: false }]);
    happens({ type: 'consentDeclined', user: 'ana' });
    noQuestion();
    expect(banner().getByText(/You did not agree/)).toBeTruthy();
    await press('Change my answer');
    await press(AGREE);
    expect(device.server.heard('consent')).toHaveLength(2);
  });

  it('chooses nothing with Escape, and can be opened again', async () => {
    const { device, happens } = await inRoom();
    happens(asks());
    await question();
    await userEvent.keyboard('{Escape}');
    noQuestion();
    expect(device.server.heard('consent')).toEqual([]);
    await press('Read and answer');
    await question();
    happens({ type: 'requestDropped' });
    noQuestion();
    expect(screen.queryByRole('button', { name: 'Read and answer' })).toBeNull();
  });

  it('says why an answer did not arrive, and stays', async () => {
    const { device, happens } = await inRoom();
    happens(asks());
    device.server.cuts();
    await press(AGREE);
    expect(within(await question()).getByRole('alert').textContent).toContain('The connection');
  });

  it('lets one mute and leave meanwhile', async () => {
    const { device, happens } = await inRoom();
    happens(asks());
    await question();
    await press('Mute');
    expect(device.server.heard('media').at(-1)).toMatchObject({ audio: false });
  });

  it('asks nobody twice who has agreed to as much', async () => {
    const agreed = { ...ana, consented: true, consent: consent() };
    const { happens } = await inRoom(callState([salem, agreed]));
    happens(asks());
    noQuestion();
  });
});

describe('a recording that runs', () => {
  it('is asked about by whoever comes into it, and waits for them', async () => {
    const wire = visit({ recording: recording('salem', { paused: true }) });
    const { container } = await inRoom(wire);
    const dialog = await question();
    expect(dialog.textContent).toContain('Dr. Salem records it.');
    expect(dialog.textContent).toContain('nothing is recorded while you are there');
    expect(banner().getByText('Recording paused until you agree.')).toBeTruthy();
    await within(dialog).findByText('What is recorded');
    await expectAccessible(container);
  });

  it('says how long it has been going on', async () => {
    vi.useFakeTimers({ now: new Date('2025-03-04T14:01:30Z'), toFake: ['Date', 'setInterval'] });
    const agreed = { ...ana, consented: true, consent: consent() };
    const wire = callState([{ ...salem, consented: true }, agreed], {
      recording: recording('salem'),
    });
    await inRoom(wire);
    const [timer] = banner()
      .getAllByRole('timer')
      .filter((it) => it.textContent === '0:30');
    act(() => void vi.advanceTimersByTime(2_000));
    expect(timer?.textContent).toBe('0:32');
  });

  it('is heard when it starts, pauses, goes on and stops', async () => {
    const cue = vi.spyOn(sounds, 'cue').mockReturnValue(undefined);
    const agreed = { ...ana, consented: true, consent: consent() };
    const { happens } = await inRoom(callState([{ ...salem, consented: true }, agreed]));
    happens({ type: 'recordingStarted', recording: recording('salem') });
    happens({ type: 'recordingPaused', recording: 'rec-1' });
    happens({ type: 'recordingResumed', recording: 'rec-1' });
    happens({ type: 'recordingStopped', recording: 'rec-1' });
    expect(cue.mock.calls.flat()).toEqual(['start', 'pause', 'start', 'stop']);
  });
});

describe('before the door', () => {
  const waiting = participant('ana', { stage: 'waiting', waitingSince: '2025-03-04T14:00:00Z' });
  const host = { ...salem, host: true, consented: true };

  it('says that one stays there without agreeing', async () => {
    const cue = vi.spyOn(sounds, 'cue').mockReturnValue(undefined);
    const wire = callState([host, waiting], {
      here: false,
      recording: recording('salem', { newcomers: 'wait' }),
    });
    const { device, container } = await atDoor(wire);
    expect((await question()).textContent).toContain('you stay at the door');
    await screen.findByText('What is recorded');
    await expectAccessible(container);
    await press(AGREE);
    expect(device.server.heard('consent')[0]).toMatchObject({ agreed: true, covers: EVERYTHING });
    expect(cue).not.toHaveBeenCalled();
  });

  it('asks whoever is on the way in, too', async () => {
    const invited = participant('ana', { stage: 'invited' });
    const wire = callState([host, invited], { here: false, recordingRequest: request('salem') });
    shell(wire);
    await question();
    await press('Close, and answer later');
    expect(screen.getByText(/This visit is to be recorded. You have not agreed yet./)).toBeTruthy();
    await press('Read and answer');
    await question();
  });
});
