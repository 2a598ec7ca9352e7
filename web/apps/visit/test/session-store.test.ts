import { HousecallError } from '@housecall/client';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { SessionStore } from '../src/session/session-store';
import { ana, problem, serve, session } from './house';

const START = 1_000_000;

/** A store with somebody signed in, and a clock to turn. */
function make() {
  const clock = { now: START };
  const store = new SessionStore(sessionStorage, () => clock.now);
  store.accept(session());
  return { clock, store };
}

beforeEach(() => sessionStorage.clear());

describe('a session', () => {
  it('outlives a reload', () => {
    make();
    expect(new SessionStore().getSnapshot().signedIn?.session.user).toEqual(ana);
  });

  it('gives the token it has while that is good', async () => {
    const requests = serve({});
    const { store } = make();
    expect(await store.token()).toBe('access-1');
    expect(requests).toEqual([]);
  });

  it('is refreshed once, whoever asks, before the token expires', async () => {
    const bodies: unknown[] = [];
    const requests = serve({
      'POST /api/auth/refresh': (body) => {
        bodies.push(body);
        return session(ana, 'access-2');
      },
    });
    const { clock, store } = make();
    clock.now += 880_000;
    const tokens = await Promise.all([
      store.token(),
      store.token(),
      store.token({ refresh: true }),
    ]);
    expect(tokens).toEqual(['access-2', 'access-2', 'access-2']);
    expect(requests).toHaveLength(1);
    expect(bodies).toEqual([{ refreshToken: 'refresh-of-access-1' }]);
    expect(await store.token()).toBe('access-2');
  });

  it('is over, with a sentence, when it cannot be refreshed', async () => {
    serve({ 'POST /api/auth/refresh': () => problem(401, 'token_invalid') });
    const { store } = make();
    await expect(store.token({ refresh: true })).rejects.toMatchObject({ reason: 'signed-out' });
    expect(store.getSnapshot().signedIn).toBeNull();
    expect(store.getSnapshot().notice).toContain('sign in again');
    expect(sessionStorage.length).toBe(0);
  });

  it('goes on when only the network was missing', async () => {
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('fetch failed')));
    const { store } = make();
    await expect(store.token({ refresh: true })).rejects.toMatchObject({ reason: 'unreachable' });
    expect(store.getSnapshot().signedIn).not.toBeNull();
  });

  it('repeats a request once when its token had expired early', async () => {
    serve({ 'POST /api/auth/refresh': () => session(ana, 'access-2') });
    const { store } = make();
    const request = vi.fn(async (token: string) => {
      if (token === 'access-1')
        throw HousecallError.refused({
          code: 'token_expired',
          message: 'expired',
        });
      return token;
    });
    expect(await store.withToken(request)).toBe('access-2');
    expect(request).toHaveBeenCalledTimes(2);
  });

  it('ends here even if the server cannot be told', async () => {
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('fetch failed')));
    const { store } = make();
    await store.signOut();
    expect(store.getSnapshot()).toEqual({ signedIn: null, notice: null });
  });

  it('has no token for nobody', async () => {
    await expect(new SessionStore().token()).rejects.toMatchObject({ reason: 'signed-out' });
  });

  it('of a guest is kept beside the other, and remembers the place', async () => {
    serve({ 'POST /api/auth/refresh': () => session({ ...ana, id: 'gil' }, 'guest-2') });
    make();
    const guest = new SessionStore(sessionStorage, () => START, 'guest');
    guest.accept({ ...session({ ...ana, id: 'gil' }, 'guest-1'), place: 'visit-1' });
    await guest.token({ refresh: true });
    const after = new SessionStore(sessionStorage, () => START, 'guest').getSnapshot().signedIn;
    expect(after?.session).toMatchObject({ place: 'visit-1', accessToken: 'guest-2' });
    expect(new SessionStore().getSnapshot().signedIn?.session.user.id).toBe('ana');
  });
});
