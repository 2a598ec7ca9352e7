import type { ArriveOptions, HousecallError } from '@housecall/client';
import { useManager } from './context';
import { useAction } from './use-action';

/** Coming as far as the door. */
export interface Arrive {
  arrive: (options?: ArriveOptions) => Promise<void>;
  pending: boolean;
  error: HousecallError | null;
}

/** Comes as far as the door of a call, an appointment or a meeting, and in if
 *  nothing keeps you; tells under which id the call is kept.
 *
 *  @example
 *  const { arrive, error } = useArrive(placeId, setCallId);
 *  return <button onClick={() => arrive({ video: true, check })}>Come in</button>;
 */
export function useArrive(callId: string, onArrived?: (callId: string) => void): Arrive {
  const manager = useManager();
  const {
    run: arrive,
    pending,
    error,
  } = useAction(async (options?: ArriveOptions) => {
    const arrived = await manager.arrive(callId, options);
    onArrived?.(arrived);
  });
  return { arrive, pending, error };
}
