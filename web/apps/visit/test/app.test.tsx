//! The app from the front door on.

import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it, vi } from 'vitest';
import { App } from '../src/App';
import { serve, session, show, signedIn } from './house';

const socket = vi.hoisted(() => ({ listeners: new Map<string, (it: unknown) => void>() }));

vi.mock('socket.io-client', () => ({
  io: () => ({
    on: (word: string, listener: (it: unknown) => void) => socket.listeners.set(word, listener),
    connect: () => undefined,
    disconnect: () => undefined,
    timeout: () => ({ emitWithAck: async () => ({ ok: true, result: [] }) }),
  }),
}));

const routes = {
  'GET /api/people': () => ({ people: [] }),
  'GET /api/appointments': () => ({ appointments: [], total: 0 }),
  'GET /webrtc/calls': () => ({ calls: [], total: 0 }),
};
const demo = { people: [{ id: 'ana', name: 'Ana', role: 'patient' }] };

describe('the app', () => {
  it('lets somebody in and out again', async () => {
    serve({
      ...routes,
      'GET /api/house': () => ({ version: '1', demo }),
      'POST /api/demo/sign-in': () => session(),
    });
    show(<App />);
    await userEvent.click(await screen.findByRole('button', { name: 'Continue as Ana' }));
    expect(await screen.findByRole('heading', { name: 'People' })).toBeTruthy();
    expect(window.__housecall?.peers()).toEqual([]);
    await userEvent.click(screen.getByRole('button', { name: 'Sign out' }));
    expect(await screen.findByRole('heading', { name: 'Sign in' })).toBeTruthy();
    expect(window.__housecall).toBeUndefined();
  });

  it('opens the page in the address for whom it knows, and exposes nothing', async () => {
    serve({ ...routes, 'GET /api/house': () => ({ version: '1', demo: null }) });
    show(<App />, { path: '/history', store: signedIn() });
    expect(await screen.findByText(/No visits yet/)).toBeTruthy();
    expect(window.__housecall).toBeUndefined();
  });

  it('brings back to the front door, with a sentence, whom the server refuses', async () => {
    serve({ ...routes, 'GET /api/house': () => ({ version: '1', demo: null }) });
    show(<App />, { store: signedIn() });
    const refusal = {
      code: 'user_disabled',
      message: 'This account is closed. Please ask the clinic.',
    };
    await screen.findByRole('heading', { name: 'People' });
    socket.listeners.get('connect_error')?.(Object.assign(new Error(), { data: refusal }));
    expect(await screen.findByRole('heading', { name: 'Sign in' })).toBeTruthy();
    expect(screen.getByRole('alert').textContent).toBe(refusal.message);
  });
});
