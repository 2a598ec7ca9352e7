import type { HousecallError } from '@housecall/client';
import { useManager } from './context';
import { useAction } from './use-action';
import { useCall } from './use-call';
import { useIsHost } from './use-host';

/** What a host does with the whole room; `undefined` for others. */
export interface MeetingControls {
  isHost: boolean;
  /** Nobody comes in but hosts. */
  locked: boolean;
  lock: ((on: boolean) => Promise<void>) | undefined;
  /** Ends it for everybody. */
  end: (() => Promise<void>) | undefined;
  pending: boolean;
  error: HousecallError | null;
}

/** Locking a room, and ending it for everybody.
 *
 *  @example
 *  const { locked, lock } = useMeetingControls(callId);
 *  return lock && <button onClick={() => lock(!locked)}>{locked ? 'Unlock' : 'Lock'}</button>;
 */
export function useMeetingControls(callId: string): MeetingControls {
  const manager = useManager();
  const isHost = useIsHost(callId);
  const locked = useCall(callId)?.wire.locked ?? false;
  const lock = useAction((on: boolean) => manager.lock(callId, on));
  const end = useAction(() => manager.end(callId));
  return {
    isHost,
    locked,
    lock: isHost ? lock.run : undefined,
    end: isHost ? end.run : undefined,
    pending: lock.pending || end.pending,
    error: lock.error ?? end.error,
  };
}
