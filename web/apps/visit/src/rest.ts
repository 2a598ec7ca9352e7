//! The REST face of the server, as types and one function each.

import { HousecallError } from '@housecall/client';

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
}

/** Somebody who may be called. */
export interface Contact {
  id: string;
  name: string;
  role: Role;
  online: boolean;
}

/** What anybody may know about this server. */
export interface House {
  version: string;
  /** The people of the demo, where there is one. */
  demo: null | { people: Pick<Contact, 'id' | 'name' | 'role'>[] };
}

/** A call, as the history tells it. */
export interface PastCall {
  id: string;
  type: 'video' | 'audio' | 'screen_share';
  status: 'scheduled' | 'ringing' | 'in_progress' | 'ended' | 'cancelled' | 'missed';
  outcome?: 'completed' | 'missed' | 'declined' | 'cancelled';
  initiatedBy: string;
  scheduledAt?: string;
  startedAt?: string;
  endedAt?: string;
  /** Seconds from the first answer to the end. */
  actualDuration?: number;
  endReason?: string;
  participants: { userId: string; displayName: string }[];
  createdAt: string;
}

/** One page of the history. */
export interface PastCalls {
  calls: PastCall[];
  total: number;
}

/** RFC 9457. */
interface ProblemDetails {
  title?: string;
  detail?: string;
  code?: string;
  field?: string;
}

/** Asks the server; a refusal is thrown as a sentence. */
export async function ask<T>(
  path: string,
  options: { body?: unknown; token?: string; signal?: AbortSignal } = {},
): Promise<T> {
  const { body, token, signal } = options;
  const response = await fetch(path, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  }).catch((cause: unknown) => {
    throw HousecallError.unreachable(cause);
  });
  if (!response.ok) throw await refusal(response);
  return (response.status === 204 ? undefined : await response.json()) as T;
}

async function refusal(response: Response): Promise<HousecallError> {
  const problem = (await response.json().catch(() => ({}))) as ProblemDetails;
  const message =
    problem.detail ?? problem.title ?? 'Something went wrong on the server. Please try again.';
  return HousecallError.refused({ code: problem.code ?? `http_${response.status}`, message });
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

/** `GET /api/people` */
export const getPeople = (token: string) => ask<{ people: Contact[] }>('/api/people', { token });

/** `GET /webrtc/calls` */
export const getCalls = (token: string, { limit, offset }: { limit: number; offset: number }) =>
  ask<PastCalls>(`/webrtc/calls?limit=${limit}&offset=${offset}`, { token });
