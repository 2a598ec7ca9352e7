import type { Call } from '@housecall/client';
import { useSnapshot } from './use-snapshot';

/** A call, or `undefined` when this device knows of none with that id.
 *
 *  @example
 *  const call = useCall(callId);
 *  return call?.phase === 'ringing' ? <p>Ringing</p> : null;
 */
export function useCall(callId: string): Call | undefined {
  return useSnapshot((it) => it.calls.get(callId));
}
