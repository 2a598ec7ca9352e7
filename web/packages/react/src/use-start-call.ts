import type { HousecallError, StartOptions } from '@housecall/client';
import { useManager } from './context';
import { useAction } from './use-action';

/** Calling people. */
export interface StartCallAction {
  /** Calls them; this device goes in and waits. */
  start: (callees: string[], options?: StartOptions) => Promise<void>;
  pending: boolean;
  error: HousecallError | null;
}

/** Calls people and tells which call it became.
 *
 *  @example
 *  const { start } = useStartCall((callId) => navigate(`/calls/${callId}`));
 *  return <button onClick={() => start([person.id])}>Call {person.name}</button>;
 */
export function useStartCall(onStarted?: (callId: string) => void): StartCallAction {
  const manager = useManager();
  const {
    run: start,
    pending,
    error,
  } = useAction(async (callees: string[], options?: StartOptions) => {
    const callId = await manager.start(callees, options);
    onStarted?.(callId);
  });
  return { start, pending, error };
}
