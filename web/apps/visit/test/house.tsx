//! The whole app in a test: real pages and sessions, a played server.

import { HousecallProvider } from '@housecall/react';
import { FakeDevice } from '@housecall/client/testing';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { render } from '@testing-library/react';
import axe from 'axe-core';
import type { ReactNode } from 'react';
import { MemoryRouter, useLocation } from 'react-router';
import { expect, vi } from 'vitest';
import type { Session, User } from '../src/rest';
import { SessionProvider } from '../src/session/session-context';
import { SessionStore } from '../src/session/session-store';

export const ana: User = { id: 'ana', name: 'Ana', email: 'ana@example.org', role: 'patient' };

/** What signing in as somebody gives. */
export function session(user: User = ana, token = 'access-1'): Session {
  return { user, accessToken: token, refreshToken: `refresh-of-${token}`, expiresIn: 900 };
}

type Route = (body: unknown, request: { authorization: string | null; url: URL }) => unknown;

/** Answers requests by method and path; what is not listed is not found. */
export function serve(routes: Record<string, Route>) {
  const requests: string[] = [];
  vi.stubGlobal('fetch', async (path: string, init: RequestInit = {}) => {
    const url = new URL(path, 'http://house.example');
    const name = `${init.method ?? 'GET'} ${url.pathname}`;
    requests.push(name);
    const body: unknown = typeof init.body === 'string' ? JSON.parse(init.body) : undefined;
    const authorization = new Headers(init.headers).get('authorization');
    const answer = await routes[name]?.(body, { authorization, url });
    if (answer instanceof Response) return answer;
    return answer === undefined ? problem(404, 'not_found') : Response.json(answer);
  });
  return requests;
}

/** A refusal as the server words it. */
export function problem(status: number, code: string, detail = 'That did not work.'): Response {
  return Response.json({ title: code, status, detail, code }, { status });
}

/** Shows something inside everything it needs. */
export function show(
  content: ReactNode,
  options: { path?: string; device?: FakeDevice; store?: SessionStore } = {},
) {
  const { path = '/', device = new FakeDevice('ana'), store = new SessionStore() } = options;
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  const view = render(
    <QueryClientProvider client={queries}>
      <SessionProvider store={store}>
        <MemoryRouter initialEntries={[path]}>
          <HousecallProvider manager={device.manager}>
            {content}
            <Address />
          </HousecallProvider>
        </MemoryRouter>
      </SessionProvider>
    </QueryClientProvider>,
  );
  const address = () => view.getByTestId('address').textContent;
  return { ...view, device, store, address };
}

function Address() {
  const { pathname, search } = useLocation();
  return <output data-testid="address" hidden>{`${pathname}${search}`}</output>;
}

/** A store in which somebody is signed in. */
export function signedIn(user: User = ana): SessionStore {
  const store = new SessionStore();
  store.accept(session(user));
  return store;
}

/** No accessibility fault that a machine can find. Colours are for eyes: jsdom
 *  has none to look with. */
export async function expectAccessible(container: Element): Promise<void> {
  const { violations } = await axe.run(container, {
    rules: { 'color-contrast': { enabled: false } },
  });
  expect(violations.map((it) => `${it.id}: ${it.nodes.map((node) => node.html).join()}`)).toEqual(
    [],
  );
}
