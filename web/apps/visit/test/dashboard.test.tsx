//! What the first page tells and offers beside the list of people.

import { FakeDevice, FakeServer, callState, participant, person } from '@housecall/client/testing';
import { act, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it, vi } from 'vitest';
import { Dashboard } from '../src/screens/Dashboard';
import { ana, expectAccessible, serve, show, signedIn } from './house';

const people = [
  { id: 'ben', name: 'Dr. Ben', role: 'provider', online: true, presence: 'in_call' },
  {
    id: 'cleo',
    name: 'Dr. Cleo',
    role: 'provider',
    online: false,
    presence: 'offline',
    lastSeenAt: '2030-01-02T14:05:00Z',
  },
];
const missed = {
  callId: 'call-7',
  caller: person('ben', 'provider'),
  at: '2030-01-02T14:05:00Z',
  purpose: 'audio',
};

/** Ana's first page. */
async function dashboard(calls: unknown[] = []) {
  const device = new FakeDevice('ana');
  const asked: unknown[] = [];
  const requests = serve({
    'GET /api/people': () => ({ people }),
    'GET /api/appointments': () => ({ appointments: [], total: 0 }),
    'POST /api/missed-calls/seen': (body) => (
      asked.push(body),
      new Response(null, { status: 204 })
    ),
  });
  const view = show(<Dashboard user={ana} />, { device, store: signedIn() });
  await screen.findByText('Dr. Cleo');
  act(() => {
    device.manager.connect();
    const you = person('ana');
    device.server.says('welcome', { you, device: 'device', calls: [], missed: calls });
  });
  return { ...view, device, asked, requests };
}

const press = async (name: string) => userEvent.click(await screen.findByRole('button', { name }));
const row = (name: string) => screen.getByText(name).closest('li')?.textContent;

describe('people', () => {
  it('are reachable or not, in a word, and it follows what happens', async () => {
    const { device, container } = await dashboard();
    expect(row('Dr. Ben')).toContain('In a visit');
    expect(row('Dr. Cleo')).toMatch(/Offline · Provider · Last seen/);
    device.server.answers('watch-people', () => ['ben']);
    await act(async () => device.welcome());
    act(() => device.server.says('presence', { userId: 'ben', online: true, presence: 'away' }));
    expect(row('Dr. Ben')).toContain('Away');
    await expectAccessible(container);
  });

  it('who are in a visit are called only if one lets the call wait', async () => {
    const { device, container } = await dashboard();
    const ringing = callState([participant('ana'), participant('ben', { stage: 'ringing' })], {
      phase: 'ringing',
    });
    device.server.answers('start', ({ onlyIfFree }: { onlyIfFree?: boolean }) =>
      onlyIfFree ? FakeServer.problem('callee_busy', 'They are in a visit.') : ringing,
    );
    await press('Call Dr. Ben');
    await screen.findByRole('dialog', { name: 'Dr. Ben is in another visit' });
    await expectAccessible(container);
    await press('Not now');
    expect(screen.queryByRole('dialog')).toBeNull();
    expect(device.manager.getSnapshot().current).toBeNull();
    await press('Audio call Dr. Ben');
    await press('Let my call wait');
    await vi.waitFor(() => expect(device.manager.getSnapshot().current).toBe('call-1'));
    expect(device.server.heard('start')[2]).toMatchObject({ callees: ['ben'], purpose: 'audio' });
  });

  it('who are not there are called all the same', async () => {
    const { device } = await dashboard();
    const ringing = callState([participant('ana'), participant('cleo', { stage: 'ringing' })], {
      phase: 'ringing',
    });
    device.server.answers('start', ({ onlyIfFree }: { onlyIfFree?: boolean }) =>
      onlyIfFree ? FakeServer.problem('callee_offline') : ringing,
    );
    await press('Call Dr. Cleo');
    await vi.waitFor(() => expect(device.manager.getSnapshot().current).toBe('call-1'));
  });
});

describe('a missed call', () => {
  it('is told, and dismissed for good', async () => {
    const { asked, container } = await dashboard([missed]);
    expect(screen.getByRole('region', { name: 'Missed calls' })).toBeTruthy();
    await expectAccessible(container);
    await press('Dismiss the missed call from Ben');
    await vi.waitFor(() => expect(asked).toEqual([{ callIds: ['call-7'] }]));
    expect(screen.queryByRole('region', { name: 'Missed calls' })).toBeNull();
  });

  it('is returned in the way it came', async () => {
    const { device, asked } = await dashboard([missed]);
    await press('Call back Ben');
    await vi.waitFor(() => expect(device.server.heard('start')).toHaveLength(1));
    expect(device.server.heard('start')[0]).toMatchObject({ callees: ['ben'], purpose: 'audio' });
    await vi.waitFor(() => expect(asked).toEqual([{ callIds: ['call-7'] }]));
  });
});

describe('news of appointments', () => {
  const appointment = {
    id: 'visit-1',
    patient: person('ana'),
    provider: person('ben', 'provider'),
    startsAt: '2030-01-02T14:05:00Z',
    durationMinutes: 30,
    status: 'scheduled',
  };

  it.each([
    ['booked', /Your visit with Ben is planned: /],
    ['moved', /Your visit with Ben was moved: /],
    ['cancelled', /Your visit with Ben was cancelled\./],
    ['reminder', /Your visit with Ben starts soon: /],
  ])('are told and dismissed: %s', async (change, words) => {
    const { device, requests, container } = await dashboard();
    const before = requests.filter((it) => it === 'GET /api/appointments').length;
    await act(async () => device.server.says('appointment', { change, appointment }));
    expect(screen.getByText(words)).toBeTruthy();
    const after = requests.filter((it) => it === 'GET /api/appointments').length;
    expect(after).toBe(before + 1);
    await expectAccessible(container);
    await userEvent.click(screen.getByRole('button', { name: /^Dismiss: Your visit/ }));
    expect(screen.queryByText(words)).toBeNull();
  });
});
