//! Somebody without an account, from the link to the end.

import { callState, FakeServer, participant } from '@housecall/client/testing';
import { act, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { App } from '../src/App';
import type { User } from '../src/rest';
import { SessionStore } from '../src/session/session-store';
import { plugIn } from './devices';
import { expectAccessible, problem, serve, session, show, signedIn } from './house';

const house = vi.hoisted(() => ({ server: undefined as FakeServer | undefined }));

vi.mock('socket.io-client', () => ({
  io: (url: string, options: never) => house.server?.socket(url, options),
}));

const gil: User = { id: 'gil', name: 'Gil', email: '', role: 'guest' };
const invitation = {
  kind: 'appointment',
  title: 'Appointment',
  host: 'Dr. Salem',
  role: 'interpreter',
  startsAt: '2030-01-02T10:00:00Z',
};
const salem = participant('salem', { host: true });
const me = participant('gil', { stage: 'waiting', waitingSince: new Date().toISOString() });
const atDoor = callState([salem, me], { place: 'visit-1', kind: 'consultation', here: false });

let server: FakeServer;
beforeEach(() => {
  server = new FakeServer();
  house.server = server;
  plugIn();
});

const welcome = (...calls: unknown[]) =>
  act(() =>
    server.says('welcome', {
      you: { id: 'gil', name: 'Gil', role: 'guest' },
      device: 'device',
      calls,
      missed: [],
    }),
  );

const routes = {
  'GET /api/house': () => ({ version: '1', demo: null }),
  'POST /api/guests/look': () => invitation,
};
const press = async (name: string) => userEvent.click(await screen.findByRole('button', { name }));

/** Gil with a session of an earlier visit to the page. */
function known(): void {
  const store = new SessionStore(sessionStorage, Date.now, 'housecall.guest.link-1');
  store.accept({ ...session(gil, 'guest-1'), place: 'visit-1' });
}

describe('a guest link', () => {
  it('says where it leads, asks for a name and uses it', async () => {
    const bodies: unknown[] = [];
    serve({
      ...routes,
      'POST /api/guests/look': (body) => (bodies.push(body), invitation),
      'POST /api/guests': (body) => (
        bodies.push(body),
        { ...session(gil, 'guest-1'), place: 'visit-1', role: 'interpreter' }
      ),
    });
    const { container } = show(<App />, { path: '/join/link-1' });
    expect(await screen.findByRole('heading', { name: 'Visit with Dr. Salem' })).toBeTruthy();
    expect(screen.getByText(/Dr. Salem invites you. You come as: Interpreter./)).toBeTruthy();
    await expectAccessible(container);
    await userEvent.type(screen.getByLabelText('Your name'), ' Gil ');
    await press('Continue');
    welcome();
    expect(await screen.findByRole('heading', { name: 'Check your devices' })).toBeTruthy();
    expect(bodies).toEqual([{ token: 'link-1' }, { token: 'link-1', name: 'Gil' }]);
  });

  it('leaves whoever is signed in alone', async () => {
    serve({
      ...routes,
      'POST /api/guests': () => ({ ...session(gil, 'guest-1'), place: 'visit-1' }),
    });
    const store = signedIn();
    show(<App />, { path: '/join/link-1', store });
    await userEvent.type(await screen.findByLabelText('Your name'), 'Gil{Enter}');
    welcome();
    await screen.findByRole('heading', { name: 'Check your devices' });
    expect(store.getSnapshot().signedIn?.session.user.name).toBe('Ana');
    expect(new SessionStore().getSnapshot().signedIn?.session.user.name).toBe('Ana');
  });

  it('to a meeting says what that is called', async () => {
    const meeting = { ...invitation, kind: 'meeting', title: 'Case round' };
    serve({ ...routes, 'POST /api/guests/look': () => meeting });
    show(<App />, { path: '/join/link-1' });
    expect(await screen.findByRole('heading', { name: 'Case round' })).toBeTruthy();
  });

  it.each([
    ['link_expired', 410, 'This link has expired.'],
    ['link_unknown', 404, 'There is no such link.'],
  ])('says what is wrong with it: %s', async (code, status, detail) => {
    serve({ ...routes, 'POST /api/guests/look': () => problem(status, code, detail) });
    show(<App />, { path: '/join/link-1' });
    expect((await screen.findByRole('alert')).textContent).toBe(detail);
    expect(screen.getByText(/ask whoever invited you for a new link/)).toBeTruthy();
    expect(screen.queryByLabelText('Your name')).toBeNull();
  });

  it('lets a guest come to the door, wait and come in', async () => {
    known();
    serve(routes);
    server.answers('arrive', () => atDoor);
    const { container } = show(<App />, { path: '/join/link-1' });
    expect(await screen.findByRole('heading', { name: 'Connecting' })).toBeTruthy();
    welcome();
    await screen.findByText('Camera works.');
    await press('Come in');
    expect(server.heard('arrive')[0]).toMatchObject({
      callId: 'visit-1',
      check: { microphone: 'works', camera: 'works', connection: 'works' },
    });
    expect(await screen.findByRole('heading', { name: 'Salem will let you in' })).toBeTruthy();
    await expectAccessible(container);
  });

  it('leads a guest to the check of their connection and back', async () => {
    known();
    serve(routes);
    const { container, address } = show(<App />, { path: '/join/link-1' });
    await screen.findByRole('heading', { name: 'Connecting' });
    welcome();
    await userEvent.click(await screen.findByRole('link', { name: 'Check my connection' }));
    expect(await screen.findByRole('heading', { name: 'Check my connection' })).toBeTruthy();
    expect(address()).toBe('/join/link-1/check');
    await expectAccessible(container);
    await press('Check my connection');
    expect((await screen.findByRole('alert')).textContent).toMatch(/cannot make calls/);
    await userEvent.click(screen.getByRole('link', { name: 'Back to the visit' }));
    expect(await screen.findByRole('heading', { name: 'Check your devices' })).toBeTruthy();
  });

  it('comes back to the same place in line after a reload', async () => {
    known();
    serve(routes);
    server.answers('arrive', () => atDoor);
    const { unmount } = show(<App />, { path: '/join/link-1' });
    await screen.findByRole('heading', { name: 'Connecting' });
    welcome();
    await press('Come in');
    await screen.findByRole('heading', { name: 'Salem will let you in' });
    const line = sessionStorage.getItem('guest.housecall.call');
    unmount();
    // A reload closes nothing in order, so what was remembered is still there.
    sessionStorage.setItem('guest.housecall.call', line ?? '');
    server = house.server = new FakeServer();
    server.answers('arrive', () => atDoor);
    show(<App />, { path: '/join/link-1' });
    await screen.findByRole('heading', { name: 'Connecting' });
    welcome(atDoor);
    expect(await screen.findByRole('heading', { name: 'Salem will let you in' })).toBeTruthy();
    expect(server.heard('arrive')).toHaveLength(1);
  });

  it('asks for a new link when the session is over', async () => {
    known();
    serve({ ...routes, 'POST /api/guests/look': () => problem(410, 'link_used', 'Used up.') });
    show(<App />, { path: '/join/link-1' });
    await screen.findByRole('heading', { name: 'Connecting' });
    act(() => server.refuses({ code: 'user_disabled', message: 'This visit is over.' }));
    expect(await screen.findByText('This visit is over.')).toBeTruthy();
    expect(await screen.findByText('Used up.')).toBeTruthy();
  });
});
