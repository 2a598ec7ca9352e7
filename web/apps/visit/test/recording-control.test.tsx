//! Asking everybody, starting, and stopping a recording.

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
import { describe, expect, it } from 'vitest';
import { Announcer } from '../src/parts/Announcer';
import { CallScreen } from '../src/screens/CallScreen';
import { AGREE, WORDING } from '../src/words';
import { expectAccessible, serve, show, signedIn } from './house';

const CALL = 'call-1';
const salem = {
  ...participant('salem', { incarnation: 5 }),
  person: { id: 'salem', name: 'Dr. Salem', role: 'provider' as const },
};
const ana = participant('ana');
const ben = participant('ben');
const room = (rest: Partial<CallState> = {}) => callState([salem, ana, ben], rest);
const agreed = (it: CallState['people'][0]) => ({ ...it, consented: true, consent: consent() });

/** Dr. Salem in a visit with Ana and Ben. */
async function inRoom(wire = room(), available = true) {
  const recordings = { available, retentionDays: 30, whoMayWatch: ['admin'], newcomers: 'wait' };
  serve({ 'GET /api/house': () => ({ version: '1', demo: null, recordings }) });
  const device = new FakeDevice('salem');
  device.server.answers('join', () => wire);
  device.server.answers('messages', () => []);
  const content = (
    <>
      <Routes>
        <Route path="/calls/:callId" element={<CallScreen />} />
      </Routes>
      <Announcer />
    </>
  );
  const view = show(content, { path: '/calls/call-1', device, store: signedIn() });
  act(() => device.connect({ ...wire, here: false }));
  await act(async () => void (await device.manager.join(CALL)));
  const happens = (event: Happening) => act(async () => device.happens(CALL, event));
  const agrees = (user: string) => happens({ type: 'consentGiven', user, consent: consent() });
  return { ...view, device, happens, agrees };
}

const press = async (name: string) => userEvent.click(await screen.findByRole('button', { name }));
const panel = async () => within(await screen.findByRole('complementary', { name: 'Record' }));
const answers = async () =>
  (await panel()).getAllByRole('listitem').map((it) => it.querySelectorAll('p')[1]?.textContent);

describe('whoever may record', () => {
  it('asks everybody, and agrees by asking', async () => {
    const { device, happens, agrees, container } = await inRoom();
    await press('Record');
    await expectAccessible(container);
    await userEvent.selectOptions(await screen.findByLabelText('What is recorded'), 'Sound only');
    await press('Ask everybody');
    const covers = { audio: true, video: false, screen: false };
    expect(device.server.heard('ask-consent')).toEqual([
      { callId: CALL, covers, wording: WORDING },
    ]);
    expect(device.server.heard('consent')[0]).toMatchObject({ agreed: true, covers });
    await happens({ type: 'recordingAsked', request: request('salem', { covers }) });
    await agrees('salem');
    await agrees('ben');
    await happens({ type: 'consentDeclined', user: 'ana' });
    expect(await answers()).toEqual(['Agreed', 'Said no', 'Agreed']);
    expect((await panel()).queryByRole('button', { name: /Note that Ana/ })).toBeNull();
    expect(screen.getByText(/You asked whether this visit may be recorded/).textContent).toContain(
      'Ana did not agree yet.',
    );
    await expectAccessible(container);
  });

  it('starts by itself once everybody has agreed, once', async () => {
    const { device, happens, agrees } = await inRoom();
    await press('Record');
    // What is usual in the house.
    await press('Ask everybody');
    await happens({ type: 'recordingAsked', request: request('salem') });
    await agrees('salem');
    await agrees('ana');
    expect(device.server.heard('record')).toEqual([]);
    await agrees('ben');
    expect(device.server.heard('record')).toEqual([{ callId: CALL, newcomers: 'wait' }]);
  });

  it('starts when told to, if that was wanted', async () => {
    const { device, happens, agrees } = await inRoom();
    await press('Record');
    await userEvent.click(await screen.findByLabelText('Start as soon as everybody agrees'));
    await userEvent.selectOptions(
      await screen.findByLabelText('When somebody else comes in'),
      'It pauses until they agree',
    );
    await press('Ask everybody');
    await happens({ type: 'recordingAsked', request: request('salem') });
    for (const it of ['salem', 'ana', 'ben']) await agrees(it);
    expect(device.server.heard('record')).toEqual([]);
    await press('Start the recording');
    expect(device.server.heard('record')).toEqual([{ callId: CALL, newcomers: 'pause' }]);
  });

  it('does not start by itself with nobody else there', async () => {
    const { device, happens, agrees } = await inRoom(callState([salem, ana]));
    await press('Record');
    await press('Ask everybody');
    await happens({ type: 'recordingAsked', request: request('salem') });
    await agrees('salem');
    await happens({ type: 'left', user: 'ana', departure: 'left' });
    expect(device.server.heard('record')).toEqual([]);
  });

  it('notes what somebody said aloud or signed', async () => {
    const { device } = await inRoom(room({ recordingRequest: request('salem') }));
    await press('Record');
    await press('Note that Ana agreed aloud');
    await press('Note that Ben agreed in writing');
    const noted = { callId: CALL, agreed: true, wording: WORDING };
    expect(device.server.heard('consent')).toEqual([
      { ...noted, user: 'ana', method: 'verbal' },
      { ...noted, user: 'ben', method: 'written' },
    ]);
  });

  it('after a reload starts nothing unasked, and can agree and take the request back', async () => {
    const wire = callState([salem, agreed(ana)], { recordingRequest: request('salem') });
    const { device, agrees } = await inRoom(wire);
    await press('Record');
    await userEvent.click((await panel()).getByRole('button', { name: AGREE }));
    expect(device.server.heard('consent')[0]).toMatchObject({ covers: EVERYTHING });
    await agrees('salem');
    expect(device.server.heard('record')).toEqual([]);
    expect(screen.getByRole('button', { name: 'Start the recording' })).toBeTruthy();
    await press('Start the recording');
    expect(device.server.heard('record')).toEqual([{ callId: CALL }]);
    await press('Take back the request');
    expect(device.server.heard('stop-recording')).toEqual([{ callId: CALL }]);
  });

  it('stops once it is confirmed', async () => {
    const wire = callState([agreed(salem), ana], {
      recording: recording('salem', { paused: true }),
    });
    const { device, container } = await inRoom(wire);
    await press('Record');
    expect((await panel()).getByText(/^Recording paused until Ana agrees: sound/)).toBeTruthy();
    await expectAccessible(container);
    await press('Stop the recording');
    expect(device.server.heard('stop-recording')).toEqual([]);
    await press('Yes, stop it');
    expect(device.server.heard('stop-recording')).toEqual([{ callId: CALL }]);
  });

  it('is not offered it where the house cannot record', async () => {
    await inRoom(room(), false);
    expect(screen.queryByRole('button', { name: 'Record' })).toBeNull();
  });

  it('is nobody but providers and administrators', async () => {
    const patient = { ...salem, person: { ...salem.person, role: 'patient' as const } };
    await inRoom(callState([patient, ana], { recordingRequest: request('ana') }));
    expect(screen.queryByRole('button', { name: 'Record' })).toBeNull();
  });
});
