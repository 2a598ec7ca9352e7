import { callState, participant } from '@housecall/client/testing';
import { act, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it, vi } from 'vitest';
import { Appointments } from '../src/appointments/Appointments';
import type { User } from '../src/rest';
import { ana, expectAccessible, problem, serve, show, signedIn } from './house';

const ben: User = { id: 'ben', name: 'Dr. Ben', email: 'ben@example.org', role: 'provider' };
const MINUTE = 60_000;

/** An appointment of Ana with Dr. Ben, so many minutes from now. */
function appointment(minutes: number, rest: object = {}) {
  return {
    id: 'visit-1',
    patient: { id: 'ana', name: 'Ana', role: 'patient' },
    provider: { id: 'ben', name: 'Dr. Ben', role: 'provider' },
    startsAt: new Date(Date.now() + minutes * MINUTE).toISOString(),
    durationMinutes: 30,
    status: 'scheduled',
    door: 'usual',
    calendarUrl: '/api/appointments/visit-1/calendar.ics?key=k',
    ...rest,
  };
}

type Routes = Parameters<typeof serve>[0];

/** Shows these appointments to somebody. */
async function appointments(user: User, all: unknown[], routes: Routes = {}) {
  const requests = serve({
    'GET /api/appointments': () => ({ appointments: all, total: all.length }),
    'GET /api/people': () => ({
      people: [
        { id: 'ana', name: 'Ana', role: 'patient' },
        { id: 'cleo', name: 'Dr. Cleo', role: 'provider' },
      ],
    }),
    ...routes,
  });
  const view = show(<Appointments user={user} />, { store: signedIn(user) });
  if (all.length > 0) await screen.findAllByText(/30 min/);
  return { ...view, requests };
}

const press = async (name: string) => userEvent.click(await screen.findByRole('button', { name }));

describe('the appointments', () => {
  it('can be joined from fifteen minutes before', async () => {
    const { container } = await appointments(ana, [appointment(14)]);
    const link = screen.getByRole('link', { name: 'Join the visit with Dr. Ben' });
    expect(link.getAttribute('href')).toBe('/visits/visit-1');
    await expectAccessible(container);
  });

  it('can be joined earlier while somebody has opened them', async () => {
    const { device } = await appointments(ana, [appointment(60)]);
    const people = [participant('ben', { host: true }), participant('ana', { stage: 'invited' })];
    const open = callState(people, { kind: 'consultation', appointment: 'visit-1' });
    device.manager.connect();
    await act(async () => device.welcome(open));
    expect(screen.getByRole('link', { name: 'Join the visit with Dr. Ben' })).toBeTruthy();
    expect(screen.queryByText(/You can join from/)).toBeNull();
  });

  it('say when one may join earlier than that', async () => {
    await appointments(ana, [appointment(60)]);
    expect(screen.queryByRole('link', { name: /Join/ })).toBeNull();
    expect(screen.getByText(/You can join from/)).toBeTruthy();
  });

  it('can be joined any time by the provider, and once they are open', async () => {
    await appointments(ben, [appointment(600)]);
    expect(screen.getByRole('link', { name: 'Join the visit with Ana' })).toBeTruthy();
  });

  it('can be joined once they are open', async () => {
    await appointments(ana, [appointment(600, { status: 'in_progress' })]);
    expect(screen.getByRole('link', { name: /Join/ })).toBeTruthy();
  });

  it('lead to what was recorded of them', async () => {
    const recordings = [
      { id: 'rec-1', callId: 'c', appointmentId: 'visit-1', status: 'completed' },
    ];
    await appointments(ben, [appointment(-60, { status: 'completed' })], {
      'GET /api/recordings': () => ({ recordings }),
    });
    const link = await screen.findByRole('link', { name: 'Recording of the visit with Ana' });
    expect(link.getAttribute('href')).toBe('/recordings/rec-1');
  });

  it('go into a calendar', async () => {
    await appointments(ana, [appointment(60)]);
    const link = screen.getByRole('link', { name: 'Add to calendar the visit with Dr. Ben' });
    expect(link.getAttribute('href')).toContain('calendar.ics?key=k');
  });

  it('leave only the notes to the provider once they are over', async () => {
    await appointments(ben, [appointment(-60, { status: 'completed' })]);
    expect(screen.getByText(/Over$/)).toBeTruthy();
    const [notes, ...others] = within(screen.getByRole('listitem')).getAllByRole('button');
    expect(notes?.textContent).toBe('Notes');
    expect(others).toEqual([]);
    expect(screen.queryByRole('link')).toBeNull();
  });

  it('leave out what was cancelled, and patients decide nothing', async () => {
    const cancelled = appointment(5, { id: 'visit-2', status: 'cancelled' });
    await appointments(ana, [appointment(60), cancelled]);
    expect(screen.getAllByRole('listitem')).toHaveLength(1);
    expect(screen.queryByRole('button')).toBeNull();
  });

  it('are made by providers', async () => {
    const bodies: unknown[] = [];
    const { container } = await appointments(ben, [], {
      'POST /api/appointments': (body) => (bodies.push(body), appointment(60)),
    });
    await userEvent.click(await screen.findByRole('button', { name: 'New appointment' }));
    await screen.findByRole('option', { name: 'Ana' });
    await expectAccessible(container);
    const starts = screen.getByLabelText('Starts');
    await userEvent.clear(starts);
    await userEvent.type(starts, '2030-01-02T10:00');
    await press('Make the appointment');
    expect(bodies).toEqual([
      {
        patientId: 'ana',
        providerId: 'ben',
        startsAt: new Date('2030-01-02T10:00').toISOString(),
        durationMinutes: 30,
        door: 'usual',
      },
    ]);
    expect(screen.queryByRole('dialog')).toBeNull();
  });

  it('say why one could not be made', async () => {
    await appointments(ben, [], {
      'POST /api/appointments': () => problem(400, 'invalid', 'Choose a patient.'),
    });
    await userEvent.click(await screen.findByRole('button', { name: 'New appointment' }));
    await userEvent.click(await screen.findByRole('button', { name: 'Make the appointment' }));
    expect((await screen.findByRole('alert')).textContent).toBe('Choose a patient.');
    expect(screen.getByRole('dialog', { name: 'New appointment' })).toBeTruthy();
  });

  it('are moved', async () => {
    const bodies: unknown[] = [];
    await appointments(ben, [appointment(60)], {
      'PATCH /api/appointments/visit-1': (body) => (bodies.push(body), appointment(90)),
    });
    await press('Move the visit with Ana');
    const minutes = await screen.findByLabelText('Minutes');
    await userEvent.clear(minutes);
    await userEvent.type(minutes, '45');
    await press('Save');
    expect(bodies).toMatchObject([{ durationMinutes: 45, door: 'usual' }]);
  });

  it('are cancelled only after a question', async () => {
    const { requests } = await appointments(ben, [appointment(60)], {
      'DELETE /api/appointments/visit-1': () => appointment(60, { status: 'cancelled' }),
    });
    await press('Cancel the visit with Ana');
    const dialog = within(await screen.findByRole('dialog'));
    await userEvent.click(dialog.getByRole('button', { name: 'Keep it' }));
    expect(requests).not.toContain('DELETE /api/appointments/visit-1');
    await press('Cancel the visit with Ana');
    await press('Cancel the visit');
    expect(requests).toContain('DELETE /api/appointments/visit-1');
    expect(screen.queryByRole('dialog')).toBeNull();
  });
});

describe('guest links', () => {
  const link = {
    id: 'link-1',
    place: 'visit-1',
    role: 'carer',
    reusable: false,
    token: 't',
    url: '/join/t',
    createdAt: new Date().toISOString(),
    expiresAt: new Date(Date.now() + 60 * MINUTE).toISOString(),
    uses: 0,
    suspended: false,
  };

  /** The dialog with the links of a visit. */
  async function links(routes: Routes) {
    const view = await appointments(ben, [appointment(60)], routes);
    await press('Guest links for the visit with Ana');
    await screen.findByRole('dialog', { name: 'Guest links for the visit with Ana' });
    return view;
  }

  it('are made and copied', async () => {
    const made: unknown[] = [];
    const { container } = await links({
      'GET /api/guest-links': () => ({ links: made.length > 0 ? [link] : [] }),
      'POST /api/guest-links': (body) => (made.push(body), link),
    });
    const user = userEvent.setup();
    await user.selectOptions(screen.getByLabelText('They come as'), 'carer');
    await user.click(screen.getByRole('button', { name: 'Make a link' }));
    const field = await screen.findByRole('textbox', { name: 'Link for Carer' });
    expect(made).toEqual([{ place: 'visit-1', role: 'carer', reusable: false, minutes: 1_440 }]);
    expect((field as HTMLInputElement).value).toBe(`${location.origin}/join/t`);
    await expectAccessible(container);
    await user.click(screen.getByRole('button', { name: 'Copy the link for Carer' }));
    expect(await navigator.clipboard.readText()).toBe(`${location.origin}/join/t`);
    expect(screen.getByText('Copied.')).toBeTruthy();
  });

  it('say so where the browser does not copy', async () => {
    await links({ 'GET /api/guest-links': () => ({ links: [link] }) });
    const button = await screen.findByRole('button', { name: 'Copy the link for Carer' });
    vi.spyOn(navigator.clipboard, 'writeText').mockRejectedValue(new Error('no'));
    await userEvent.click(button);
    expect(await screen.findByText(/This browser does not copy/)).toBeTruthy();
  });

  it('are taken back, and those that are no good are not shown', async () => {
    const used = { ...link, id: 'link-2', role: 'observer', uses: 1 };
    const { requests } = await links({
      'GET /api/guest-links': () => ({ links: [link, used] }),
      'DELETE /api/guest-links/link-1': () => new Response(null, { status: 204 }),
    });
    await userEvent.click(
      await screen.findByRole('button', { name: 'Take back the link for Carer' }),
    );
    expect(requests).toContain('DELETE /api/guest-links/link-1');
    expect(screen.queryByRole('textbox', { name: 'Link for Observer' })).toBeNull();
  });
});
