import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { SignIn } from '../src/screens/SignIn';
import { SessionStore } from '../src/session/session-store';
import { expectAccessible, problem, serve, session, show } from './house';

const DEMO = { people: [{ id: 'ana', name: 'Ana', role: 'patient' as const }] };

describe('the sign-in page', () => {
  it('is accessible, with the demo and without', async () => {
    const { container, unmount } = show(<SignIn demo={DEMO} />);
    await expectAccessible(container);
    unmount();
    await expectAccessible(show(<SignIn demo={null} />).container);
    expect(document.activeElement?.textContent).toBe('Sign in');
  });

  it('signs in with email and password', async () => {
    const bodies: unknown[] = [];
    serve({ 'POST /api/auth/login': (body) => (bodies.push(body), session()) });
    const { store } = show(<SignIn demo={null} />);
    await userEvent.type(screen.getByLabelText('Email'), ' ana@example.org');
    await userEvent.type(screen.getByLabelText('Password'), 'correct horse{Enter}');
    expect(bodies).toEqual([{ email: 'ana@example.org', password: 'correct horse' }]);
    expect(store.getSnapshot().signedIn?.session.user.name).toBe('Ana');
  });

  it('says what is wrong', async () => {
    serve({
      'POST /api/auth/login': () =>
        problem(401, 'wrong_credentials', 'Email or password is wrong.'),
    });
    show(<SignIn demo={null} />);
    await userEvent.type(screen.getByLabelText('Email'), 'ana@example.org');
    await userEvent.type(screen.getByLabelText('Password'), 'wrong{Enter}');
    expect((await screen.findByRole('alert')).textContent).toBe('Email or password is wrong.');
  });

  it('creates an account', async () => {
    const bodies: unknown[] = [];
    serve({ 'POST /api/auth/register': (body) => (bodies.push(body), session()) });
    const { container, store } = show(<SignIn demo={null} />);
    await userEvent.click(screen.getByRole('button', { name: 'Create an account' }));
    await expectAccessible(container);
    await userEvent.type(screen.getByLabelText('Name'), 'Ana');
    await userEvent.type(screen.getByLabelText('Email'), 'ana@example.org');
    await userEvent.type(screen.getByLabelText('Password'), 'correct horse');
    await userEvent.click(screen.getByRole('button', { name: 'Create account' }));
    expect(bodies).toEqual([{ name: 'Ana', email: 'ana@example.org', password: 'correct horse' }]);
    expect(store.getSnapshot().signedIn).not.toBeNull();
  });

  it('signs in as a demo person with one click', async () => {
    const bodies: unknown[] = [];
    serve({ 'POST /api/demo/sign-in': (body) => (bodies.push(body), session()) });
    const { store } = show(<SignIn demo={DEMO} />);
    await userEvent.click(screen.getByRole('button', { name: 'Continue as Ana' }));
    expect(bodies).toEqual([{ userId: 'ana' }]);
    expect(store.getSnapshot().signedIn).not.toBeNull();
  });

  it('tells why one is here again', () => {
    const store = new SessionStore();
    store.expire();
    show(<SignIn demo={null} />, { store });
    expect(screen.getByRole('alert').textContent).toContain('session expired');
  });
});
