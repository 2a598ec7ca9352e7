//! What a failure to save means.

import { HousecallError } from '../errors';
import { Refusal } from './house';

/** What to do about it. */
export type Verdict =
  /** The same again after a while; until then somebody may have to do something. */
  | { do: 'again'; stuck: boolean }
  /** Ask for another grant, then the same again. */
  | { do: 'renew' }
  /** The house counts otherwise. */
  | { do: 'count'; next: number }
  /** Another piece has this number. */
  | { do: 'differ' }
  /** This piece is not taken, and nothing of its run after it. */
  | { do: 'drop' }
  /** The room still records: come again later. */
  | { do: 'wait' }
  /** Nothing more of this recording is taken. */
  | { do: 'give-up' };

const VERDICTS: Record<string, Verdict['do']> = {
  grant_expired: 'renew',
  unauthorized: 'renew',
  chunk_out_of_order: 'count',
  chunks_missing: 'count',
  chunk_differs: 'differ',
  outside_consent: 'drop',
  unsupported_media_type: 'drop',
  chunk_too_large: 'drop',
  recording_too_large: 'drop',
  invalid_payload: 'drop',
  on_air: 'wait',
  already_finished: 'give-up',
  not_found: 'give-up',
  recording_destroyed: 'give-up',
};

/** Judges whatever was thrown. */
export function judge(thrown: unknown): Verdict {
  if (!(thrown instanceof Refusal)) {
    return { do: 'again', stuck: HousecallError.from(thrown).reason !== 'unreachable' };
  }
  const what = VERDICTS[thrown.code] ?? 'again';
  if (what === 'count' && thrown.next !== undefined) return { do: 'count', next: thrown.next };
  if (what === 'again' || what === 'count') return { do: 'again', stuck: isStuck(thrown) };
  return { do: what };
}

/** What went wrong, as one of us. */
export function problemIn(thrown: unknown): HousecallError {
  return thrown instanceof Refusal ? thrown.problem : HousecallError.from(thrown);
}

/** What was garbled on the way comes through the next time. */
const GARBLED: ReadonlySet<string> = new Set(['digest_mismatch', 'incomplete']);

/** A full disk has to be emptied, a missing key to be set, a session to be renewed;
 *  a server that is busy or starts again helps itself. */
function isStuck({ status, code }: Refusal): boolean {
  if (status === 507 || code === 'recording_unavailable') return true;
  return status < 500 && status !== 429 && !GARBLED.has(code);
}
