import type { CallState, Happening } from '@housecall/client';
import {
  callState,
  consent,
  FakeDevice,
  FakeServer,
  participant,
  recording as recordingOf,
} from '@housecall/client/testing';
import { act, fireEvent, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it, vi } from 'vitest';
import { Link, Route, Routes } from 'react-router';
import { Announcer } from '../src/parts/Announcer';
import { GoToCall } from '../src/parts/GoToCall';
import { IncomingCalls } from '../src/parts/IncomingCalls';
import { CallScreen } from '../src/screens/CallScreen';
import { expectAccessible, show } from './house';

const CALL = 'call-1';
const ben = participant('ben', { incarnation: 3 });
const cleo = participant('cleo', { incarnation: 4 });

const rings = callState([ben, participant('ana', { stage: 'ringing', incarnation: 0 })], {
  phase: 'ringing',
  here: false,
  seq: 3,
});

const talk = (...others: CallState['people']) =>
  callState([...others, participant('ana', { incarnation: 5 })]);

/** The part of the app that calls happen in. */
function shell(path = '/') {
  const device = new FakeDevice('ana');
  const content = (
    <>
      <GoToCall />
      <Link to="/">Home</Link>
      <Routes>
        <Route path="/" element={<p>Somewhere else</p>} />
        <Route path="/calls/:callId" element={<CallScreen />} />
      </Routes>
      <IncomingCalls />
      <Announcer />
    </>
  );
  return show(content, { path, device });
}

/** Ana in a call. */
async function inCall(wire = talk(ben)) {
  const view = shell();
  view.device.server.answers('answer', () => wire);
  act(() => view.device.connect(rings));
  await act(() => view.device.manager.answer(CALL));
  return view;
}

const press = (name: string) => userEvent.click(screen.getByRole('button', { name }));
const phase = () => document.querySelector('[data-call-phase]')?.getAttribute('data-call-phase');
const told = () => screen.getByRole('status').textContent;

describe('an incoming call', () => {
  it('says who calls, takes the focus without arming a button, and is accessible', async () => {
    const { device, container } = shell();
    act(() => device.connect(rings));
    const dialog = screen.getByRole('dialog', { name: 'Ben is calling' });
    expect(dialog.textContent).toContain('Video call.');
    expect(document.activeElement?.textContent).toBe('Ben is calling');
    await expectAccessible(container);
  });

  it('is answered', async () => {
    const { device, address } = shell();
    device.server.answers('answer', () => talk(ben));
    act(() => device.connect(rings));
    await press('Answer');
    await screen.findByRole('region', { name: 'Ben' });
    expect(address()).toBe('/calls/call-1');
    expect(phase()).toBe('connected');
    expect(screen.queryByRole('dialog')).toBeNull();
  });

  it('is answered without camera', async () => {
    const { device } = shell();
    device.server.answers('answer', () => talk(ben));
    act(() => device.connect(rings));
    await press('Answer without camera');
    expect(device.server.heard('answer')[0]).toMatchObject({ media: { video: false } });
  });

  it('is declined', async () => {
    const { device } = shell();
    act(() => device.connect(rings));
    await press('Decline');
    expect(device.server.heard('decline')).toEqual([{ callId: CALL }]);
  });

  it('goes away politely when another device answers', () => {
    const { device } = shell();
    act(() => device.connect(rings));
    act(() => device.happens(CALL, { type: 'answered', user: 'ana', elsewhere: true }));
    expect(screen.queryByRole('dialog')).toBeNull();
    expect(told()).toBe('Answered on another device.');
  });

  it('leaves word when it was missed', () => {
    const { device } = shell();
    act(() => device.connect(rings));
    act(() => device.happens(CALL, { type: 'ended', outcome: 'missed', durationSeconds: 0 }));
    expect(told()).toBe('You missed a call from Ben.');
  });

  it('says why answering did not work', async () => {
    const { device } = shell();
    device.server.answers('answer', () => FakeServer.problem('over', 'The call is over.'));
    act(() => device.connect(rings));
    await press('Answer');
    expect(told()).toBe('The call is over.');
  });

  it('rings until it does not', () => {
    const close = vi.fn();
    const node: Record<string, unknown> = {
      start: vi.fn(),
      stop: vi.fn(),
      frequency: {},
      gain: {
        setValueAtTime: vi.fn(),
        linearRampToValueAtTime: vi.fn(),
        exponentialRampToValueAtTime: vi.fn(),
      },
    };
    node.connect = () => node;
    vi.stubGlobal(
      'AudioContext',
      class {
        close = close;
        createOscillator = () => node;
        createGain = () => node;
      },
    );
    const { device } = shell();
    act(() => device.connect(rings));
    expect(node.start).toHaveBeenCalled();
    expect(close).not.toHaveBeenCalled();
    act(() => device.happens(CALL, { type: 'answered', user: 'ana', elsewhere: true }));
    expect(close).toHaveBeenCalledOnce();
  });
});

describe('the call screen', () => {
  it('shows everybody, in words too, and is accessible', async () => {
    const quiet = { ...cleo, media: { audio: false, video: false } };
    const { device, container } = await inCall(talk(ben, quiet));
    act(() => device.connections.forEach((it) => it.becomes('connected')));
    const tile = screen.getByRole('region', { name: 'Ben' });
    expect(tile.querySelector('video')?.dataset.remote).toBe('ben');
    expect(within(tile).queryByText('Muted')).toBeNull();
    const other = within(screen.getByRole('region', { name: 'Cleo' }));
    expect(other.getByText('Muted')).toBeTruthy();
    expect(other.getByText('Camera off')).toBeTruthy();
    await expectAccessible(container);
  });

  it('says when somebody is muted, lost or gone', async () => {
    const { device } = await inCall(talk(ben, cleo));
    const happens = (event: Happening) => act(() => device.happens(CALL, event));
    happens({ type: 'mediaChanged', user: 'ben', media: { audio: false, video: true } });
    expect(within(screen.getByRole('region', { name: 'Ben' })).getByText('Muted')).toBeTruthy();
    expect(told()).toBe('Ben is muted.');
    happens({ type: 'connectionLost', user: 'cleo', until: '' });
    expect(
      within(screen.getByRole('region', { name: 'Cleo' })).getByText('Reconnecting'),
    ).toBeTruthy();
    happens({ type: 'left', user: 'cleo', departure: 'left' });
    expect(screen.queryByRole('region', { name: 'Cleo' })).toBeNull();
    expect(told()).toBe('Cleo left.');
  });

  it('mutes and unmutes, stops and starts the camera', async () => {
    await inCall();
    await press('Mute');
    await press('Stop camera');
    expect(screen.getByRole('region', { name: 'You' }).textContent).toBe(
      'Camera off. You are muted',
    );
    await press('Unmute');
    await press('Start camera');
    expect(screen.getByRole('region', { name: 'You' }).textContent).toBe('');
  });

  it('says why the camera does not start', async () => {
    const { device } = await inCall();
    await press('Stop camera');
    device.devices.missing.set('video', 'NotAllowedError');
    await press('Start camera');
    expect(screen.getByRole('alert').textContent).toContain('The camera is blocked.');
  });

  it('keeps the pictures while its own connection is lost', async () => {
    const { device } = await inCall();
    const video = document.querySelector('video[data-remote]');
    act(() => device.server.cuts());
    expect(phase()).toBe('reconnecting');
    expect(screen.getByText(/Reconnecting. Please stay/)).toBeTruthy();
    expect(document.querySelector('video[data-remote]')).toBe(video);
  });

  it('is not left by going to another address', async () => {
    const { address } = await inCall();
    await userEvent.click(screen.getByRole('link', { name: 'Home' }));
    expect(address()).toBe('/calls/call-1');
  });

  it('counts the time', async () => {
    vi.useFakeTimers({ now: new Date('2025-03-04T14:01:05Z'), toFake: ['Date', 'setInterval'] });
    await inCall();
    expect(screen.getByRole('timer').textContent).toBe('1:00');
    act(() => void vi.advanceTimersByTime(2_000));
    expect(screen.getByRole('timer').textContent).toBe('1:02');
  });

  it('ends with what came of it', async () => {
    const { device, container } = await inCall();
    await press('Leave the visit');
    expect(device.server.heard('end')).toEqual([{ callId: CALL }]);
    act(() => device.happens(CALL, { type: 'ended', outcome: 'completed', durationSeconds: 61 }));
    expect(phase()).toBe('ended');
    expect(document.activeElement?.textContent).toBe('The visit has ended.');
    expect(screen.getByText('It took 1 min 1 s.')).toBeTruthy();
    await expectAccessible(container);
    device.server.answers('start', () => ({ ...talk(ben), id: 'call-2' }));
    await press('Call Ben again');
    expect(device.server.heard('start')[0]).toMatchObject({ callees: ['ben'], purpose: 'video' });
  });

  it('rings for the caller, who may think again', async () => {
    const { device, container } = shell();
    const waits = callState([participant('ana'), participant('ben', { stage: 'ringing' })], {
      phase: 'ringing',
    });
    device.server.answers('start', () => waits);
    act(() => device.connect());
    await act(async () => void (await device.manager.start(['ben'])));
    expect(phase()).toBe('ringing');
    expect(screen.getByText('Calling Ben')).toBeTruthy();
    await expectAccessible(container);
    await press('Cancel the call');
    expect(device.server.heard('cancel')).toEqual([{ callId: CALL }]);
  });

  it('offers a click where the browser wants one before it plays', async () => {
    const play = vi
      .spyOn(HTMLMediaElement.prototype, 'play')
      .mockRejectedValue(new DOMException('no', 'NotAllowedError'));
    await inCall();
    const button = await screen.findByRole('button', { name: 'Turn on sound and picture' });
    play.mockResolvedValue(undefined);
    await userEvent.click(button);
    expect(screen.queryByRole('button', { name: 'Turn on sound and picture' })).toBeNull();
  });
});

describe('a recording', () => {
  const recording = recordingOf('ben');
  const amara = { ...ben, person: { ...ben.person, name: 'Dr. Amara Okafor' } };
  const line = 'Dr. Amara Okafor is recording this visit.';
  const me = participant('ana', { incarnation: 5, consented: true, consent: consent() });
  const visit = callState([amara, me]);

  /** Ana in a call that Dr. Okafor begins to record. */
  async function recorded() {
    const view = await inCall(visit);
    act(() => view.device.happens(CALL, { type: 'recordingStarted', recording }));
    return view;
  }

  it('is not spoken of before it runs', async () => {
    await inCall(visit);
    expect(screen.queryByText(/record/i)).toBeNull();
  });

  it('is said, and stays to be read as long as it runs', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { device, container } = await recorded();
    expect(told()).toBe(`Recording started. ${line}`);
    expect(screen.getByRole('status').querySelector('p')?.className).toBe('sr-only');
    act(() => void vi.advanceTimersByTime(60_000));
    expect(told()).toBe('');
    expect(within(screen.getByRole('banner')).getByText(line)).toBeTruthy();
    act(() => device.server.cuts());
    expect(within(screen.getByRole('banner')).getByText(line)).toBeTruthy();
    vi.useRealTimers();
    await expectAccessible(container);
  });

  it('is seen by whoever comes in while it runs', async () => {
    await inCall({ ...visit, recording });
    expect(screen.getByText(line)).toBeTruthy();
    expect(told()).toBe(`Recording started. ${line}`);
  });

  it('stops for whoever does not want it, and leaves the focus in the room', async () => {
    const { device } = await recorded();
    await press('Stop recording me');
    expect(device.server.heard('consent')).toEqual([{ callId: CALL, agreed: false }]);
    act(() => device.happens(CALL, { type: 'recordingStopped', recording: 'rec-1' }));
    act(() => device.happens(CALL, { type: 'consentWithdrawn', user: 'ana' }));
    expect(screen.queryByText(line)).toBeNull();
    expect(screen.queryByRole('button', { name: 'Stop recording me' })).toBeNull();
    expect(told()).toBe('Recording stopped.');
    expect(document.activeElement?.textContent).toBe('Dr. Amara Okafor');
  });

  it('takes no focus from elsewhere when it stops', async () => {
    const { device } = await recorded();
    screen.getByRole('button', { name: 'Mute' }).focus();
    act(() => device.happens(CALL, { type: 'recordingStopped', recording: 'rec-1' }));
    expect(document.activeElement?.textContent).toBe('Mute');
  });

  it('says why it could not be stopped', async () => {
    const { device } = await recorded();
    device.server.cuts();
    await press('Stop recording me');
    expect(screen.getByRole('alert').textContent).toContain('The connection to the server');
    expect(screen.getByRole('button', { name: 'Stop recording me' })).toBe(document.activeElement);
  });
});

describe('the address of a call', () => {
  it('waits for the connection', async () => {
    const { container } = shell('/calls/call-1');
    expect(phase()).toBe('connecting');
    await expectAccessible(container);
  });

  it('leads back when there is nothing', async () => {
    const { device, container } = shell('/calls/call-9');
    act(() => device.connect());
    expect(phase()).toBe('unknown');
    expect(screen.getByRole('link', { name: 'Back to people' })).toBeTruthy();
    await expectAccessible(container);
  });

  it('lets one into a visit that goes on', async () => {
    const { device, container } = shell('/calls/call-1');
    device.server.answers('join', () => talk(ben));
    act(() => device.connect(talk(ben)));
    expect(phase()).toBe('away');
    await expectAccessible(container);
    await press('Join the visit');
    expect(phase()).toBe('connected');
  });

  it('shows a planned visit, to start now or to cancel', async () => {
    const { device, container } = shell('/calls/call-1');
    const planned = callState(
      [participant('ana', { stage: 'calling' }), { ...ben, stage: 'invited' }],
      {
        phase: 'scheduled',
        here: false,
        scheduledAt: '2025-03-05T09:00:00Z',
      },
    );
    act(() => device.connect(planned));
    expect(phase()).toBe('scheduled');
    await expectAccessible(container);
    await press('Move the visit');
    const starts = screen.getByLabelText('Starts');
    fireEvent.change(starts, { target: { value: '2025-03-06T10:30' } });
    await press('Save');
    const later = new Date('2025-03-06T10:30').toISOString();
    expect(device.server.heard('reschedule')).toEqual([{ callId: CALL, scheduledAt: later }]);
    expect(screen.queryByLabelText('Starts')).toBeNull();
    await press('Cancel the visit');
    expect(device.server.heard('cancel')).toEqual([{ callId: CALL }]);
    device.server.answers('join', () => talk(ben));
    await press('Start now');
    expect(phase()).toBe('connected');
  });
});
