import type { HousecallError, Wanted } from '@housecall/client';
import { useManager } from './context';
import { useAction } from './use-action';
import { useCall } from './use-call';

/** Coming into a call that goes on; `join` is `undefined` when this device is
 *  in, and when you were removed. */
export interface Join {
  join: ((wanted?: Partial<Wanted>) => Promise<void>) | undefined;
  pending: boolean;
  error: HousecallError | null;
}

/** Comes into a call that goes on without this device.
 *
 *  @example
 *  const { join } = useJoin(callId);
 *  return join && <button onClick={() => join()}>Continue here</button>;
 */
export function useJoin(callId: string): Join {
  const manager = useManager();
  const call = useCall(callId);
  const { run, pending, error } = useAction((wanted?: Partial<Wanted>) =>
    manager.join(callId, wanted),
  );
  const isAway = call?.phase === 'away' && call.why !== 'removed';
  const possible = isAway || call?.phase === 'scheduled';
  return { join: possible ? run : undefined, pending, error };
}
