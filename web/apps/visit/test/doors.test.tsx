//! The device check, the waiting room, and what hosts see of it.

import type { CallState } from '@housecall/client';
import { callState, FakeDevice, FakeServer, participant } from '@housecall/client/testing';
import { act, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Route, Routes } from 'react-router';
import { KnockSound } from '../src/door/KnockSound';
import { WaitingPanel } from '../src/door/WaitingPanel';
import { Announcer } from '../src/parts/Announcer';
import { GoToCall } from '../src/parts/GoToCall';
import * as sounds from '../src/parts/ring';
import { CallScreen } from '../src/screens/CallScreen';
import VisitScreen from '../src/screens/VisitScreen';
import { plugIn } from './devices';
import { ana, expectAccessible, serve, show, signedIn } from './house';

const CALL = 'call-1';
const ben = participant('ben', { host: true });
const since = new Date(Date.now() - 190_000).toISOString();
const waits = participant('ana', { stage: 'waiting', waitingSince: since });
const visit = (...people: CallState['people']) =>
  callState(people, { kind: 'consultation', place: 'visit-1', appointment: 'visit-1' });

const appointment = {
  id: 'visit-1',
  patient: { id: 'ana', name: 'Ana', role: 'patient' },
  provider: { id: 'ben', name: 'Dr. Ben', role: 'provider' },
  startsAt: '2030-01-02T10:00:00Z',
  durationMinutes: 30,
  status: 'scheduled',
};

const press = async (name: string) => userEvent.click(await screen.findByRole('button', { name }));

/** Somebody at the address of a place. */
function visitor(user = ana, device = new FakeDevice(user.id)) {
  serve({
    'GET /api/appointments/visit-1': () => appointment,
    'GET /api/meetings/meeting-1': () => ({ name: 'Team', creator: { id: 'ben', name: 'Ben' } }),
  });
  const content = (path: string) => (
    <>
      <GoToCall />
      <Routes>
        <Route path="/visits/:placeId" element={<VisitScreen user={user} />} />
        <Route path="/calls/:callId" element={<CallScreen />} />
      </Routes>
      <Announcer />
      <span hidden>{path}</span>
    </>
  );
  return (path: string) => show(content(path), { path, device, store: signedIn(user) });
}

let devices: ReturnType<typeof plugIn>;
beforeEach(() => {
  devices = plugIn();
});

describe('the way to a visit', () => {
  it('says with whom, and how the devices do', async () => {
    const { device, container } = visitor()('/visits/visit-1');
    act(() => device.connect());
    expect(await screen.findByRole('heading', { name: 'Visit with Dr. Ben' })).toBeTruthy();
    const result = within(screen.getByRole('status', { name: 'Result of the check' }));
    expect(await result.findByText('Microphone works.')).toBeTruthy();
    expect(result.getByText('Camera works.')).toBeTruthy();
    expect(result.getByText('Connection works.')).toBeTruthy();
    expect(screen.getByRole('meter', { name: 'Microphone level' })).toBeTruthy();
    expect(screen.queryByRole('button', { name: 'Go straight in' })).toBeNull();
    await expectAccessible(container);
  });

  it('leads to meetings as well', async () => {
    visitor()('/visits/meeting-1');
    expect(await screen.findByRole('heading', { name: 'Team' })).toBeTruthy();
  });

  it('says what is blocked and what is missing, and looks again', async () => {
    devices.missing.set('audio', 'NotAllowedError').set('video', 'NotFoundError');
    visitor()('/visits/visit-1');
    expect(await screen.findByText(/The microphone is blocked/)).toBeTruthy();
    expect(screen.getByText(/No camera was found/)).toBeTruthy();
    devices.missing.clear();
    await press('Check again');
    expect(await screen.findByText('Camera works.')).toBeTruthy();
  });

  it('releases the devices when it is left', async () => {
    const { unmount } = visitor()('/visits/visit-1');
    await screen.findByText('Camera works.');
    unmount();
    await act(async () => undefined);
    expect(devices.tracks.map((it) => it.readyState)).toEqual(['ended', 'ended']);
  });

  it('says why one cannot come in', async () => {
    const { device } = visitor()('/visits/visit-1');
    const early = 'You can come in from 9:45.';
    device.server.answers('arrive', () => FakeServer.problem('too_early', early));
    act(() => device.connect());
    await screen.findByText('Camera works.');
    await press('Come in');
    expect((await screen.findByRole('alert')).textContent).toBe(early);
  });

  it('takes a host straight in', async () => {
    const doctor = { ...ana, id: 'ben', name: 'Ben', role: 'provider' as const };
    const { device } = visitor(doctor)('/visits/visit-1');
    device.server.answers('arrive', () => visit(ben));
    act(() => device.connect());
    await userEvent.click(await screen.findByRole('button', { name: 'Go straight in' }));
    await vi.waitFor(() => expect(device.manager.getSnapshot().current).toBe(CALL));
    expect(device.server.heard('arrive')[0]).not.toHaveProperty('check');
  });
});

describe('the waiting room', () => {
  /** Ana at the door. */
  async function waiting() {
    const view = visitor()('/visits/visit-1');
    view.device.server.answers('arrive', () => ({ ...visit(ben, waits), here: false }));
    act(() => view.device.connect());
    await screen.findByText('Camera works.');
    await press('Come in');
    await screen.findByRole('heading', { name: 'Ben will let you in' });
    return view;
  }

  it('says who lets one in and how long it has been', async () => {
    const { container, address } = await waiting();
    expect(address()).toBe('/calls/call-1');
    expect(screen.getByText('You have been waiting for 3 minutes.')).toBeTruthy();
    await expectAccessible(container);
  });

  it('shows large what a host writes', async () => {
    const { device } = await waiting();
    const message = 'Five minutes more.';
    act(() => device.happens(CALL, { type: 'said', user: 'ben', message, to: ['ana'] }));
    const log = within(screen.getByRole('log', { name: 'Messages from the host' }));
    expect(log.getByText('Five minutes more.')).toBeTruthy();
  });

  it('becomes the call when a host opens', async () => {
    const { device } = await waiting();
    const inside = participant('ana', { incarnation: 7 });
    device.server.answers('look', () => ({ ...visit(ben, inside), seq: 7 }));
    act(() => device.happens(CALL, { type: 'admitted', user: 'ana' }));
    await act(async () =>
      device.happens(CALL, { type: 'joined', participant: inside, elsewhere: false }),
    );
    expect(await screen.findByRole('region', { name: 'Ben' })).toBeTruthy();
    expect(screen.getByRole('button', { name: 'Leave the visit' })).toBeTruthy();
  });

  it('is left', async () => {
    const { device } = await waiting();
    await press('Leave the waiting room');
    expect(device.server.heard('leave')).toEqual([{ callId: CALL }]);
    expect(screen.getByRole('button', { name: 'Join the visit' })).toBeTruthy();
  });

  it('tells who was turned away that they may come again', async () => {
    const { device, container } = await waiting();
    const left = { type: 'left', user: 'ana', departure: 'turned_away' } as const;
    act(() => device.happens(CALL, { ...left, reason: 'Please come tomorrow.' }));
    expect(screen.getByText(/did not let you in/)).toBeTruthy();
    expect(screen.getByText('The reason: Please come tomorrow.')).toBeTruthy();
    await expectAccessible(container);
    await press('Come to the door again');
    expect(device.server.heard('arrive')).toHaveLength(2);
  });

  it('tells that also when the visit is over with it', async () => {
    const { device } = await waiting();
    act(() => device.happens(CALL, { type: 'left', user: 'ana', departure: 'turned_away' }));
    act(() => device.happens(CALL, { type: 'ended', outcome: 'missed', durationSeconds: 0 }));
    expect(screen.getByText(/did not let you in/)).toBeTruthy();
    await press('Come to the door again');
    expect(device.server.heard('arrive')[1]).toMatchObject({ callId: 'visit-1' });
  });

  it('offers the door again when nobody else came', async () => {
    const { device, container } = await waiting();
    act(() => device.happens(CALL, { type: 'ended', outcome: 'missed', durationSeconds: 0 }));
    expect(screen.getByRole('heading', { name: 'Nobody else came.' })).toBeTruthy();
    await expectAccessible(container);
    await press('Come to the door again');
    expect(device.server.heard('arrive')[1]).toMatchObject({ callId: 'visit-1' });
  });

  it('tells who was removed that only a host can let them back', async () => {
    const { device } = await waiting();
    act(() => device.happens(CALL, { type: 'left', user: 'ana', departure: 'removed' }));
    expect(screen.getByText(/Only a host can let you back in/)).toBeTruthy();
    expect(screen.queryByRole('button', { name: /Join|Come/ })).toBeNull();
  });
});

describe('what a host sees of the door', () => {
  const check = { microphone: 'works', camera: 'blocked', connection: 'works' } as const;
  const guest = { stage: 'waiting', waitingSince: since } as const;
  const gil = participant('gil', { ...guest, part: 'interpreter', check });
  const cleo = participant('cleo', guest);

  /** Ana is the host of this. */
  function hosting(...others: CallState['people']) {
    const wire = visit(participant('ana', { host: true, stage: 'left' }), ...others);
    const content = (
      <>
        <KnockSound />
        <WaitingPanel />
      </>
    );
    const view = show(content, { store: signedIn() });
    act(() => view.device.connect({ ...wire, here: false, title: 'Round' }));
    return view;
  }

  it('is nothing when nobody waits', () => {
    hosting();
    expect(screen.queryByRole('region', { name: 'Waiting room' })).toBeNull();
  });

  it('is who waits, since when, what for, and how their devices do', async () => {
    const { container } = hosting(gil);
    const panel = screen.getByRole('region', { name: 'Waiting room' });
    expect(panel.textContent).toContain('Gil · Interpreter');
    expect(panel.textContent).toContain('Waiting for 3 minutes.');
    expect(panel.textContent).toContain('Camera is blocked.');
    expect(panel.textContent).toContain('Round');
    await expectAccessible(container);
  });

  it('lets people in, one or all', async () => {
    const { device } = hosting(gil, cleo);
    await press('Admit Gil');
    expect(device.server.heard('admit')).toEqual([{ callId: CALL, user: 'gil' }]);
    await press('Admit everybody');
    expect(device.server.heard('admit-all')).toEqual([{ callId: CALL }]);
  });

  it('writes to them', async () => {
    const { device } = hosting(gil);
    await press('Message Gil');
    const field = screen.getByRole('textbox', { name: 'Message to Gil' });
    await userEvent.type(field, 'One moment{Enter}');
    expect(device.server.heard('say')[0]).toMatchObject({ message: 'One moment', to: ['gil'] });
    expect(screen.queryByRole('textbox', { name: 'Message to Gil' })).toBeNull();
  });

  it('sends them away only after a question, with the reason if there is one', async () => {
    const { device, container } = hosting(gil);
    await press('Turn away Gil');
    expect(device.server.heard('turn-away')).toEqual([]);
    await expectAccessible(container);
    await press('Yes, turn away Gil');
    const plain = { callId: CALL, user: 'gil' };
    expect(device.server.heard('turn-away')).toEqual([plain]);
    await press('Turn away Gil');
    await userEvent.type(screen.getByLabelText('Reason'), 'The visit is over.');
    await press('Yes, turn away Gil');
    expect(device.server.heard('turn-away').at(-1)).toEqual({
      ...plain,
      reason: 'The visit is over.',
    });
  });

  it('keeps what was written until it is sent', async () => {
    const { device } = hosting(gil);
    device.server.answers('say', () => FakeServer.problem('too_fast', 'Please wait a moment.'));
    await press('Message Gil');
    const field = screen.getByRole('textbox', { name: 'Message to Gil' });
    await userEvent.type(field, 'One moment{Enter}');
    expect((await screen.findByRole('alert')).textContent).toBe('Please wait a moment.');
    expect((field as HTMLInputElement).value).toBe('One moment');
  });

  it('says why that did not work', async () => {
    const { device } = hosting(gil);
    device.server.answers('admit', () => FakeServer.problem('not_waiting', 'They have gone.'));
    await press('Admit Gil');
    expect((await screen.findByRole('alert')).textContent).toBe('They have gone.');
  });

  it('is heard once for each who comes', () => {
    const chime = vi.spyOn(sounds, 'chime').mockReturnValue(undefined);
    const { device } = hosting(gil);
    expect(chime).toHaveBeenCalledTimes(1);
    act(() => device.happens(CALL, { type: 'admitted', user: 'gil' }));
    expect(chime).toHaveBeenCalledTimes(1);
    act(() => device.happens(CALL, { type: 'cameToDoor', participant: cleo }));
    expect(chime).toHaveBeenCalledTimes(2);
  });
});
