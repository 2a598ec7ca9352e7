//! One try: what a browser gathers when it has only these servers to ask.

import type { CandidateKind } from './wire.gen';

/** Something that was found. */
export interface Found {
  kind: CandidateKind;
  protocol: string;
}

/** What came of a try. */
export interface Gathered {
  found: Found[];
  /** The codes of what went wrong: of STUN (RFC 8489, section 14.8), or 701
   *  where nobody answered (W3C WebRTC, section 4.8.3). */
  codes: number[];
  /** How often each server gave no answer: once for each address of this device
   *  that asked. */
  unanswered: number[];
  /** The browser has nothing more to try. */
  isComplete: boolean;
}

/** Gathers until there is enough, nothing more comes or time is up. Closes the
 *  connection; throws what `signal` was given up with. */
export async function gather(
  connection: RTCPeerConnection,
  enough: (found: Found) => boolean,
  { limit, signal }: { limit: number; signal: AbortSignal | undefined },
): Promise<Gathered> {
  const gathered: Gathered = { found: [], codes: [], unanswered: [], isComplete: false };
  const unanswered = new Map<string, number>();
  const ready = new Promise<void>((resolve) => {
    connection.onicecandidate = ({ candidate }) => {
      if (candidate === null) gathered.isComplete = true;
      const found = candidate === null ? undefined : read(candidate.candidate);
      if (found !== undefined) gathered.found.push(found);
      if (candidate === null || (found !== undefined && enough(found))) resolve();
    };
    connection.onicecandidateerror = ({ errorCode, url }) => {
      gathered.codes.push(errorCode);
      unanswered.set(url, (unanswered.get(url) ?? 0) + 1);
    };
  });
  try {
    connection.createDataChannel('check');
    await connection.setLocalDescription();
    await within(ready, limit, signal);
  } finally {
    connection.close();
  }
  return { ...gathered, unanswered: [...unanswered.values()] };
}

/** Waits for `work`, but no longer than `limit`: then there is no result. */
export function within<T>(
  work: Promise<T>,
  limit: number,
  signal: AbortSignal | undefined,
): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(signal?.reason);
    const timer = setTimeout(() => resolve(undefined), limit);
    if (signal?.aborted === true) giveUp();
    signal?.addEventListener('abort', giveUp);
    work.then(resolve, reject).finally(() => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', giveUp);
    });
  });
}

/** RFC 8839, section 5.1: `candidate:1 1 udp 2122 192.0.2.1 4000 typ host …`. */
function read(candidate: string): Found | undefined {
  const [, , protocol = '', , , , , kind] = candidate.split(' ');
  return isKind(kind) ? { kind, protocol: protocol.toLowerCase() } : undefined;
}

function isKind(word: string | undefined): word is CandidateKind {
  return word === 'host' || word === 'srflx' || word === 'prflx' || word === 'relay';
}
