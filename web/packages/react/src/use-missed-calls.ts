import type { HousecallError, MissedCall } from '@housecall/client';
import { useManager } from './context';
import { useAction } from './use-action';
import { useSnapshot } from './use-snapshot';

/** The calls you did not take. */
export interface MissedCalls {
  /** Those you have not seen, newest first. */
  missed: readonly MissedCall[];
  /** You have seen these, or all of them; `undefined` when there are none. */
  markSeen: ((callIds?: string[]) => Promise<void>) | undefined;
  pending: boolean;
  error: HousecallError | null;
}

/** The calls you did not take and have not seen.
 *
 *  @example
 *  const { missed, markSeen } = useMissedCalls();
 *  return missed.map(({ callId, caller }) => (
 *    <button key={callId} onClick={() => markSeen?.([callId])}>Dismiss the call of {caller.name}</button>
 *  ));
 */
export function useMissedCalls(): MissedCalls {
  const manager = useManager();
  const missed = useSnapshot((it) => it.missed);
  const { run, pending, error } = useAction((callIds?: string[]) =>
    manager.markMissedSeen(callIds),
  );
  return { missed, markSeen: missed.length > 0 ? run : undefined, pending, error };
}
