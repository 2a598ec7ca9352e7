import { callState, FakeDevice, FakeServer, participant } from '@housecall/client/testing';
import { act, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import type { PastCall } from '../src/rest';
import { Dashboard } from '../src/screens/Dashboard';
import History from '../src/screens/History';
import { NotFound } from '../src/screens/NotFound';
import { ana, expectAccessible, problem, serve, show, signedIn } from './house';

const people = [
  { id: 'ben', name: 'Dr. Ben', role: 'provider', online: false, presence: 'offline' },
  { id: 'cleo', name: 'Dr. Cleo', role: 'provider', online: true, presence: 'online' },
];
const noAppointments = {
  'GET /api/appointments': () => ({ appointments: [], total: 0 }),
};

/** Shows the dashboard to Ana, connected. */
async function dashboard(device = new FakeDevice('ana')) {
  serve({ ...noAppointments, 'GET /api/people': () => ({ people }) });
  const view = show(<Dashboard user={ana} />, { device, store: signedIn() });
  await screen.findByText('Dr. Ben');
  return view;
}

const row = (name: string) => {
  const item = screen.getByText(name).closest('li');
  if (item === null) throw new Error(`${name} is not in the list.`);
  return within(item);
};

describe('the dashboard', () => {
  it('shows people and is accessible', async () => {
    const { container } = await dashboard();
    await expectAccessible(container);
    expect(row('Dr. Ben').getByText('Offline', { exact: false })).toBeTruthy();
    expect(row('Dr. Cleo').getByText('Online', { exact: false })).toBeTruthy();
    expect(document.activeElement?.textContent).toBe('People');
  });

  it('follows who comes and goes', async () => {
    const { device } = await dashboard();
    device.server.answers('watch-people', () => ['ben']);
    await act(async () => device.connect());
    expect(row('Dr. Ben').getByText('Online', { exact: false })).toBeTruthy();
    act(() => device.server.says('presence', { userId: 'ben', online: false }));
    expect(row('Dr. Ben').getByText('Offline', { exact: false })).toBeTruthy();
  });

  it('finds people by name', async () => {
    await dashboard();
    await userEvent.type(screen.getByLabelText('Search people'), 'CLEO');
    expect(screen.queryByText('Dr. Ben')).toBeNull();
    await userEvent.type(screen.getByLabelText('Search people'), 'x');
    expect(screen.getByText(/Nobody here has a name/)).toBeTruthy();
  });

  it.each([
    ['Call Dr. Ben', 'video'],
    ['Audio call Dr. Ben', 'audio'],
  ])('starts a call with "%s"', async (name, purpose) => {
    const { device } = await dashboard();
    const wire = callState([participant('ana'), participant('ben', { stage: 'ringing' })], {
      phase: 'ringing',
    });
    device.server.answers('start', () => wire);
    act(() => device.connect());
    await userEvent.click(screen.getByRole('button', { name }));
    expect(device.server.heard('start')[0]).toMatchObject({ callees: ['ben'], purpose });
    expect(device.manager.getSnapshot().current).toBe('call-1');
  });

  it('says why a call could not be started', async () => {
    const { device } = await dashboard();
    const no = 'You are in a call with them already.';
    device.server.answers('start', () => FakeServer.problem('already_calling', no));
    act(() => device.connect());
    await userEvent.click(screen.getByRole('button', { name: 'Call Dr. Ben' }));
    expect((await screen.findByRole('alert')).textContent).toBe(no);
  });

  it('leads back to open visits', async () => {
    const { device, container } = await dashboard();
    const open = callState([participant('ben'), participant('ana', { stage: 'left' })], {
      here: false,
    });
    const planned = callState([participant('cleo'), participant('ana', { stage: 'invited' })], {
      id: 'call-2',
      phase: 'scheduled',
      here: false,
      scheduledAt: '2025-03-05T09:00:00Z',
    });
    act(() => device.connect(open, planned));
    expect(screen.getByRole('link', { name: 'Return to the visit with Ben' })).toBeTruthy();
    expect(screen.getByRole('link', { name: 'Open to the visit with Cleo' })).toBeTruthy();
    expect(screen.getByText(/Planned for/)).toBeTruthy();
    await expectAccessible(container);
  });

  it('says when people cannot be looked up', async () => {
    const later = () => problem(503, 'unavailable', 'Try again in a moment.');
    serve({ ...noAppointments, 'GET /api/people': later });
    show(<Dashboard user={ana} />, { store: signedIn() });
    expect((await screen.findByRole('alert')).textContent).toBe('Try again in a moment.');
  });

  it('says when the connection is interrupted', async () => {
    const { device } = await dashboard();
    act(() => device.connect());
    act(() => device.server.cuts());
    expect(screen.getByText(/Calls cannot reach you/)).toBeTruthy();
  });

  it('signs out', async () => {
    const { store } = await dashboard();
    await userEvent.click(screen.getByRole('button', { name: 'Sign out' }));
    expect(store.getSnapshot().signedIn).toBeNull();
  });
});

/** A past call with Ben. */
function past(id: string, rest: Partial<PastCall> = {}): PastCall {
  return {
    id,
    type: 'video',
    status: 'ended',
    initiatedBy: 'ana',
    participants: [
      { userId: 'ana', displayName: 'Ana' },
      { userId: 'ben', displayName: 'Dr. Ben' },
    ],
    createdAt: '2025-03-04T14:00:00Z',
    ...rest,
  };
}

describe('the history', () => {
  it('tells who, when, how and how long', async () => {
    const calls = [
      past('1', { outcome: 'completed', startedAt: '2025-03-04T14:00:05Z', actualDuration: 125 }),
      past('2', { status: 'missed', initiatedBy: 'ben', type: 'audio' }),
      past('3', { outcome: 'declined' }),
    ];
    serve({ 'GET /webrtc/calls': () => ({ calls, total: 3 }) });
    const { container } = show(<History user={ana} />, { store: signedIn() });
    const rows = (await screen.findAllByText('Dr. Ben')).map((it) => it.closest('li')?.textContent);
    expect(rows[0]).toMatch(/Completed.*You called · Video call · .*2 min 5 s/);
    expect(rows[1]).toMatch(/Missed.*Called you · Audio call/);
    expect(rows[2]).toMatch(/Declined/);
    await expectAccessible(container);
  });

  it('leads to what was recorded', async () => {
    const asked: string[] = [];
    const calls = [
      past('1', { endedAt: '2025-03-04T15:00:00Z' }),
      past('2', { createdAt: '2025-03-03T09:00:00Z', endedAt: '2025-03-03T09:30:00Z' }),
    ];
    const recordings = [{ id: 'rec-1', callId: '2', status: 'completed' }];
    serve({
      'GET /webrtc/calls': () => ({ calls, total: 2 }),
      'GET /api/recordings': (_, { url }) => (asked.push(url.search), { recordings }),
    });
    show(<History user={ana} />, { store: signedIn() });
    const link = await screen.findByRole('link', { name: /^Recording of the visit with Dr. Ben/ });
    expect(link.getAttribute('href')).toBe('/recordings/rec-1');
    expect(link.closest('li')?.textContent).toMatch(/3, 2025/);
    const period = new URLSearchParams(asked.find((it) => it.includes('from')));
    expect(period.get('from')).toBe('2025-03-03T09:00:00Z');
    expect(period.get('to')).toBe('2025-03-04T15:00:00Z');
  });

  it('is paged, and the page stands in the address', async () => {
    const asked: (string | null)[] = [];
    serve({
      'GET /webrtc/calls': (_, { url, authorization }) => {
        expect(authorization).toBe('Bearer access-1');
        asked.push(url.searchParams.get('offset'));
        return { calls: [past(`at-${asked.length}`)], total: 25 };
      },
    });
    const { address } = show(<History user={ana} />, {
      path: '/history?page=2',
      store: signedIn(),
    });
    await screen.findByText('Page 2 of 3');
    await userEvent.click(screen.getByRole('button', { name: 'Older' }));
    await screen.findByText('Page 3 of 3');
    expect(screen.queryByRole('button', { name: 'Older' })).toBeNull();
    expect(asked).toEqual(['10', '20']);
    expect(address()).toBe('/history?page=3');
  });

  it('is kind to the newcomer', async () => {
    serve({ 'GET /webrtc/calls': () => ({ calls: [], total: 0 }) });
    show(<History user={ana} />, { store: signedIn() });
    expect(await screen.findByText(/No visits yet/)).toBeTruthy();
  });
});

describe('an unknown address', () => {
  it('leads back', async () => {
    const { container } = show(<NotFound user={ana} />, { store: signedIn() });
    expect(screen.getByRole('link', { name: 'Back to people' })).toBeTruthy();
    await expectAccessible(container);
  });
});
