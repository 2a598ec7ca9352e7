//! "Check my connection": the page, the doorway, and what others see of it.

import type { ConnectionCheck, KeptConnectionCheck } from '@housecall/client';
import {
  callState,
  FakeDevice,
  FakeReach,
  participant,
  type Reached,
} from '@housecall/client/testing';
import { act, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Route, Routes } from 'react-router';
import { AppointmentRow } from '../src/appointments/AppointmentRow';
import { iceRules } from '../src/debug';
import { WaitingPanel } from '../src/door/WaitingPanel';
import type { Appointment, User } from '../src/rest';
import { PeoplePanel } from '../src/room/PeoplePanel';
import CheckScreen from '../src/screens/CheckScreen';
import { Dashboard } from '../src/screens/Dashboard';
import VisitScreen from '../src/screens/VisitScreen';
import { plugIn } from './devices';
import { ana, expectAccessible, problem, serve, show, signedIn } from './house';

const STUN = 'stun:house.example:3478';
const UDP = 'turn:house.example:3478?transport=udp';
const TCP = 'turn:house.example:3478?transport=tcp';
const OPEN: Record<string, Reached> = { [STUN]: 'works', [UDP]: 'works', [TCP]: 'works' };
/** UDP is blocked; answers that will not come are told at once, to save time. */
const NO_UDP: Record<string, Reached> = { [STUN]: 701, [UDP]: 701, [TCP]: 'works' };
const CLOSED: Record<string, Reached> = { [STUN]: 701, [UDP]: 701, [TCP]: 701 };

const ben: User = { ...ana, id: 'ben', name: 'Dr. Ben', role: 'provider' };
const appointment: Appointment = {
  id: 'visit-1',
  patient: { id: 'ana', name: 'Ana', role: 'patient' },
  provider: { id: 'ben', name: 'Dr. Ben', role: 'provider' },
  startsAt: '2030-01-02T10:00:00Z',
  durationMinutes: 30,
  status: 'scheduled',
  door: 'usual',
  calendarUrl: '/calendar',
};
const report = {
  stun: 'blocked',
  relayUdp: 'blocked',
  relayTcp: 'works',
  relayTls: 'missing',
  candidates: ['host', 'relay'],
  roundTripMs: 38,
} as const;
const anasCheck: ConnectionCheck = {
  user: appointment.patient,
  at: new Date().toISOString(),
  summary: 'relay',
  report: { ...report, candidates: [...report.candidates] },
};

/** Somebody's device on a network that lets them reach these. */
function on(reached: Record<string, Reached>, user = 'ana'): FakeDevice {
  const { connect } = new FakeReach(reached);
  const device = new FakeDevice(user, undefined, { connect });
  device.iceServers = [
    { urls: STUN },
    { urls: [UDP, TCP], username: '1:ana', credential: 'secret' },
  ];
  return device;
}

/** The house keeps checks of so many appointments, and shows what it got. */
function house(appointments = ['visit-1']) {
  const kept: unknown[] = [];
  serve({
    'GET /api/appointments/visit-1': () => appointment,
    'GET /api/meetings/meeting-1': () => ({ name: 'Team', creator: { id: 'ben', name: 'Ben' } }),
    'POST /api/connection-checks': (body): KeptConnectionCheck => {
      kept.push(body);
      return { ...anasCheck, id: 'check-1', appointments };
    },
  });
  return kept;
}

const press = async (name: string) => userEvent.click(await screen.findByRole('button', { name }));
const follow = async (name: string) => userEvent.click(await screen.findByRole('link', { name }));
const result = () => screen.getByRole('status', { name: 'Result of the check' });

beforeEach(() => void plugIn());

describe('the page', () => {
  const page = (device: FakeDevice) =>
    show(<CheckScreen user={ana} />, { path: '/check', device, store: signedIn() });

  it('says what it does before it does it', async () => {
    house();
    const { container } = page(on(OPEN));
    expect(screen.getByText(/nobody sees or hears you/)).toBeTruthy();
    expect(screen.getByText(/shown to those you meet at your appointments/)).toBeTruthy();
    expect(result().textContent).toBe('');
    await expectAccessible(container);
  });

  it('tries each way and says what it means', async () => {
    const kept = house(['visit-1', 'visit-2']);
    const { container } = page(on(OPEN));
    await press('Check my connection');
    await waitFor(() => expect(result().textContent).toContain('Your connection is good'));
    const lines = within(screen.getByRole('list', { name: 'What was tested' }));
    expect(lines.getAllByRole('listitem').map((it) => it.querySelector('p')?.textContent)).toEqual([
      'Direct way: Works',
      'Relay over UDP: Works',
      'Relay over TCP: Works',
      'Relay over TLS: Not offered',
      'Sending through the relay: Works',
    ]);
    expect(lines.getByText(/^There and back in \d+ ms\.$/)).toBeTruthy();
    await waitFor(() => expect(result().textContent).toContain('your next 2 appointments'));
    expect(kept).toEqual([{ report: expect.objectContaining({ stun: 'works' }) }]);
    await expectAccessible(container);
  });

  it('says what is blocked and what to ask for', async () => {
    house();
    const { container } = page(on(NO_UDP));
    await press('Check my connection');
    const sentence = 'Your network blocks UDP. Calls will work over TCP, with a little more delay.';
    await waitFor(() => expect(result().textContent).toContain(sentence));
    const ask = 'Nobody answers. Ask your IT to open UDP port 3478 to house.example.';
    expect(screen.getAllByText(ask)).toHaveLength(2);
    await expectAccessible(container);
  });

  it('can be used again, and tells where there is nobody to show it to', async () => {
    house([]);
    page(on(CLOSED));
    await press('Check my connection');
    await waitFor(() => expect(result().textContent).toContain('Your network blocks calls.'));
    await waitFor(() => expect(result().textContent).toContain('nobody is shown this'));
    await press('Check again');
    await waitFor(() => expect(result().textContent).toContain('Your network blocks calls.'));
  });

  it('shows what was found where it could not be kept', async () => {
    serve({ 'POST /api/connection-checks': () => problem(429, 'too_fast', 'Please wait.') });
    page(on(OPEN));
    await press('Check my connection');
    expect((await screen.findByRole('alert')).textContent).toBe('Please wait.');
    expect(result().textContent).toBe('Your connection is good for calls.');
  });

  it('says why there is no check', async () => {
    const offline = () => Promise.reject(new TypeError('offline'));
    page(new FakeDevice('ana', undefined, { iceServers: offline }));
    await press('Check my connection');
    expect((await screen.findByRole('alert')).textContent).toMatch(/interrupted/);
  });

  it('is copied for the help desk, or shown where nothing is copied', async () => {
    house();
    const user = userEvent.setup();
    const copy = vi.spyOn(navigator.clipboard, 'writeText');
    page(on(NO_UDP));
    await user.click(screen.getByRole('button', { name: 'Check my connection' }));
    const button = await screen.findByRole('button', { name: 'Copy as text for the help desk' });
    await user.click(button);
    expect(await screen.findByText('Copied.')).toBeTruthy();
    const [text = ''] = copy.mock.calls[0] ?? [];
    expect(text).toContain('Relay over UDP: Blocked');
    expect(text).toContain('UDP port 3478 to house.example: no answer');
    expect(text).toContain('Candidates: host, relay');
    copy.mockRejectedValue(new Error('forbidden'));
    await user.click(button);
    const field = await screen.findByRole('textbox', { name: 'Text to copy' });
    expect((field as HTMLTextAreaElement).value).toBe(text);
  });

  it('is a way from the first page and back', async () => {
    house();
    const content = (
      <Routes>
        <Route path="/" element={<Dashboard user={ana} />} />
        <Route path="/check" element={<CheckScreen user={ana} />} />
      </Routes>
    );
    const { address } = show(content, { device: on(OPEN), store: signedIn() });
    await follow('Check my connection');
    expect(address()).toBe('/check');
    await follow('Back to people');
    expect(address()).toBe('/');
  });
});

describe('the doorway', () => {
  function doorway(device: FakeDevice, { path = '/visits/visit-1', user = ana } = {}) {
    const content = (
      <Routes>
        <Route path="/visits/:placeId" element={<VisitScreen user={user} />} />
        <Route path="/check" element={<CheckScreen user={user} />} />
      </Routes>
    );
    const view = show(content, { path, device, store: signedIn(user) });
    act(() => device.connect());
    return view;
  }

  it('keeps what it found for the visit, with how the devices do', async () => {
    const kept = house();
    const { container } = doorway(on(OPEN));
    expect(await screen.findByText('Connection works.')).toBeTruthy();
    await waitFor(() => expect(kept).toHaveLength(1));
    expect(kept).toMatchObject([
      {
        appointmentId: 'visit-1',
        report: { stun: 'works', relayTls: 'missing', microphone: 'works', camera: 'works' },
      },
    ]);
    await expectAccessible(container);
  });

  it('says that calls are blocked, and tells those inside', async () => {
    house();
    const device = on(CLOSED);
    device.server.answers('arrive', () => callState([participant('ben', { host: true })]));
    const { container } = doorway(device);
    expect(await screen.findByText(/Your network blocks calls/)).toBeTruthy();
    expect(screen.getByRole('button', { name: 'Check again' })).toBeTruthy();
    await expectAccessible(container);
    await press('Come in');
    expect(device.server.heard('arrive')[0]).toMatchObject({ check: { connection: 'blocked' } });
  });

  it('is content with the relay', async () => {
    house();
    doorway(on(NO_UDP));
    expect(await screen.findByText('Connection works.')).toBeTruthy();
  });

  it('says that the server is gone rather than anything else', async () => {
    house();
    const device = on(OPEN);
    doorway(device);
    await screen.findByText('Connection works.');
    act(() => device.server.cuts());
    expect(screen.getByText('The connection to the server is interrupted.')).toBeTruthy();
  });

  it('is told by the server alone where nothing is offered, or a check fails', async () => {
    house();
    const device = new FakeDevice('ana');
    doorway(device);
    expect(await screen.findByText('Connection works.')).toBeTruthy();
  });

  it('leads to the whole check and back, with what is known of the devices', async () => {
    const kept = house();
    const { address } = doorway(on(OPEN));
    await screen.findByText('Connection works.');
    await waitFor(() => expect(kept).toHaveLength(1));
    await follow('Check my connection');
    await press('Check my connection');
    await waitFor(() => expect(kept).toHaveLength(2));
    expect(kept[1]).toMatchObject({
      appointmentId: 'visit-1',
      report: { microphone: 'works', camera: 'works' },
    });
    await follow('Back to the visit');
    expect(address()).toBe('/visits/visit-1');
  });

  it.each([
    ['of a meeting', '/visits/meeting-1', ana],
    ['for an administrator who looks in', '/visits/visit-1', { ...ana, id: 'mo', role: 'admin' }],
  ] as const)('%s keeps nothing', async (_, path, user) => {
    const kept = house();
    doorway(on(OPEN, user.id), { path, user });
    expect(await screen.findByText('Connection works.')).toBeTruthy();
    await screen.findByText('Camera works.');
    await act(async () => undefined);
    expect(kept).toEqual([]);
  });
});

describe('what others see', () => {
  const line = /Ana’s connection: works through the relay. Checked today, /;

  it('is a line beside the appointment, and all of it on demand', async () => {
    const checked = { ...appointment, connectionChecks: [anasCheck] };
    const { container } = show(
      <ul>
        <AppointmentRow appointment={checked} user={ben} now={Date.now()} recordings={[]} />
      </ul>,
      { store: signedIn(ben) },
    );
    const details = screen.getByText(line).closest('details');
    expect(details?.open).toBe(false);
    await userEvent.click(screen.getByText(line));
    expect(details?.textContent).toContain('Relay over TCP: Works');
    expect(details?.textContent).toContain('To the relay and back: 38 ms');
    await expectAccessible(container);
  });

  it.each([
    ['nothing to the patient', ana, 'scheduled'],
    ['nothing when it is over', ben, 'completed'],
  ] as const)('is %s', (_, user, status) => {
    const checked = { ...appointment, status, connectionChecks: [anasCheck] };
    show(
      <ul>
        <AppointmentRow appointment={checked} user={user} now={Date.now()} recordings={[]} />
      </ul>,
      { store: signedIn(user) },
    );
    expect(screen.queryByText(line)).toBeNull();
  });

  it('is a line beside who waits', async () => {
    serve({
      'GET /api/appointments/visit-1': () => ({ ...appointment, connectionChecks: [anasCheck] }),
    });
    const device = new FakeDevice('ben');
    const waiting = { stage: 'waiting', waitingSince: new Date().toISOString() } as const;
    const people = [
      participant('ben', { host: true, stage: 'left' }),
      participant('ana', waiting),
      participant('cleo', waiting),
    ];
    const place = { here: false, appointment: 'visit-1', kind: 'consultation' } as const;
    const { container } = show(<WaitingPanel />, { device, store: signedIn(ben) });
    const you = { id: 'ben', name: 'Dr. Ben', role: 'provider' };
    const welcome = { you, device: 'device', calls: [callState(people, place)], missed: [] };
    act(() => {
      device.manager.connect();
      device.server.says('welcome', welcome);
    });
    expect(await screen.findByText(line)).toBeTruthy();
    expect(screen.queryByText(/Cleo’s connection/)).toBeNull();
    await expectAccessible(container);
  });

  it('is which way media takes, in the list of people', async () => {
    const device = new FakeDevice('ana');
    const own = participant('ana', { incarnation: 5 });
    const wire = callState([participant('ben', { incarnation: 3 }), own]);
    device.server.answers('join', () => wire);
    show(<PeoplePanel wire={wire} />, { device, store: signedIn() });
    await act(async () => {
      device.connect();
      await device.manager.join('call-1');
    });
    expect(screen.queryByText(/relay/)).toBeNull();
    device.connections[0]?.sendsFrom({ candidateType: 'relay', relayProtocol: 'tcp' });
    await act(async () => device.connections[0]?.becomes('connected'));
    expect(screen.getByText(/Through the relay \(TCP\)/)).toBeTruthy();
    await act(async () => device.connections[0]?.becomes('disconnected'));
    expect(screen.queryByText(/Through the relay/)).toBeNull();
  });
});

describe('the relays that an address asks for', () => {
  const urls = [STUN, UDP, 'turn:house.example', TCP, 'turns:house.example:5349?transport=tcp'];
  const [, udp, plain, tcp, tls] = urls;

  it.each([
    ['only', [udp, plain, tcp, tls]],
    ['udp', [udp, plain]],
    ['tcp', [tcp]],
    ['tls', [tls]],
  ])('as %s are used, and nothing else', (wanted, used) => {
    const { relayOnly, useServer = () => false } = iceRules(wanted);
    expect(relayOnly).toBe(true);
    expect(urls.filter(useServer)).toEqual(used);
  });

  it.each([null, '', 'nonsense'])('may be none: %s', (wanted) => {
    expect(iceRules(wanted)).toEqual({});
  });
});
