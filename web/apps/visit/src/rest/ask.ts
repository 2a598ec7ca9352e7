//! How the server is asked over HTTP, and how a refusal is told.

import { HousecallError } from '@housecall/client';

/** RFC 9457. */
interface ProblemDetails {
  title?: string;
  detail?: string;
  code?: string;
  field?: string;
}

/** How to ask. */
interface Options {
  /** `POST` with a body and `GET` without, unless said otherwise. */
  method?: 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  body?: unknown;
  token?: string;
  signal?: AbortSignal;
}

/** Asks the server; a refusal is thrown as a sentence. */
export async function ask<T>(
  path: string,
  { method, body, token, signal }: Options = {},
): Promise<T> {
  const json = body === undefined ? {} : { 'content-type': 'application/json' };
  const response = await send(path, {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    headers: { ...json, ...bearer(token) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  });
  return (response.status === 204 ? undefined : await response.json()) as T;
}

/** Sends any request; a refusal is thrown as a sentence. */
export async function send(path: string, init: RequestInit): Promise<Response> {
  const response = await fetch(path, init).catch((cause: unknown) => {
    throw HousecallError.unreachable(cause);
  });
  if (!response.ok) throw await refusal(response);
  return response;
}

/** The header that proves who asks. */
export function bearer(token: string | undefined): Record<string, string> {
  return token === undefined ? {} : { authorization: `Bearer ${token}` };
}

async function refusal(response: Response): Promise<HousecallError> {
  const problem = (await response.json().catch(() => ({}))) as ProblemDetails;
  const message =
    problem.detail ?? problem.title ?? 'Something went wrong on the server. Please try again.';
  return HousecallError.refused({ code: problem.code ?? `http_${response.status}`, message });
}
