//! Accounts: who somebody is, and the tokens that prove it.

import type { NewcomersWord } from '@housecall/client';
import { ask } from './ask';
import type { Contact } from './people';

/** What a user may do. */
export type Role = 'patient' | 'provider' | 'admin' | 'guest';

/** The person who is signed in. */
export interface User {
  id: string;
  name: string;
  email: string;
  role: Role;
}

/** What signing in gives. */
export interface Session {
  user: User;
  accessToken: string;
  /** Works once: refreshing gives another. */
  refreshToken: string;
  /** Seconds until the access token expires. */
  expiresIn: number;
  /** Where a guest may come, and nowhere else. */
  place?: string;
}

/** Who may be allowed something with a recording: by their role, or by what they
 *  were in the visit. */
export type Relation = 'admin' | 'recorder' | 'provider' | 'patient' | 'participant';

/** How this server records. */
export interface RecordingHouse {
  available: boolean;
  retentionDays: number;
  whoMayWatch: Relation[];
  /** What becomes of newcomers unless whoever records says otherwise. */
  newcomers: NewcomersWord;
}

/** What anybody may know about this server. */
export interface House {
  version: string;
  recordings?: RecordingHouse;
  /** The people of the demo, where there is one. */
  demo: null | { people: Pick<Contact, 'id' | 'name' | 'role'>[] };
}

/** `GET /api/house` */
export const getHouse = (signal?: AbortSignal) =>
  ask<House>('/api/house', signal === undefined ? {} : { signal });

/** `POST /api/auth/login` */
export const signIn = (body: { email: string; password: string }) =>
  ask<Session>('/api/auth/login', { body });

/** `POST /api/auth/register` */
export const register = (body: { email: string; password: string; name: string }) =>
  ask<Session>('/api/auth/register', { body });

/** `POST /api/demo/sign-in` */
export const signInAs = (userId: string) => ask<Session>('/api/demo/sign-in', { body: { userId } });

/** `POST /api/auth/refresh` */
export const refresh = (refreshToken: string) =>
  ask<Session>('/api/auth/refresh', { body: { refreshToken } });

/** `POST /api/auth/logout` */
export const signOut = (refreshToken: string) =>
  ask<void>('/api/auth/logout', { body: { refreshToken } });
