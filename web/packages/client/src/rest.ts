//! The few words that go over HTTP.

import { HousecallError } from './errors';

/** RFC 9457. */
interface ProblemDetails {
  title?: string;
  detail?: string;
  code?: string;
}

/** Posts to the server; whatever goes wrong is a {@link HousecallError}. */
export async function post(url: string, token: () => Promise<string>, body: object): Promise<void> {
  const headers = {
    authorization: `Bearer ${await token()}`,
    'content-type': 'application/json',
  };
  const init = { method: 'POST', headers, body: JSON.stringify(body) };
  const response = await fetch(url, init).catch((cause: unknown) => {
    throw HousecallError.unreachable(cause);
  });
  if (!response.ok) throw await problemOf(response);
}

/** Why the server said no. */
export async function problemOf(response: Response): Promise<HousecallError> {
  const problem = (await response.json().catch(() => ({}))) as ProblemDetails;
  const message =
    problem.detail ?? problem.title ?? 'Something went wrong on the server. Please try again.';
  return HousecallError.refused({ code: problem.code ?? `http_${response.status}`, message });
}
