//! Where components find the session.

import { createContext, useContext, useSyncExternalStore, type ReactNode } from 'react';
import type { SessionState, SessionStore } from './session-store';

const SessionContext = createContext<SessionStore | null>(null);

/** Gives the session to everything below. */
export function SessionProvider(props: { store: SessionStore; children: ReactNode }) {
  return <SessionContext value={props.store}>{props.children}</SessionContext>;
}

/** The session store, to act on. */
export function useSessionStore(): SessionStore {
  const store = useContext(SessionContext);
  if (store === null) throw new Error('This component needs a <SessionProvider> above it.');
  return store;
}

/** Who is signed in. */
export function useSession(): SessionState {
  const { subscribe, getSnapshot } = useSessionStore();
  return useSyncExternalStore(subscribe, getSnapshot);
}
