import type { Call } from '@housecall/client';
import { useCalls } from './use-calls';

/** The calls that ring here, oldest first.
 *
 *  @example
 *  const [first] = useIncomingCalls();
 *  return first ? <IncomingCall call={first} /> : null;
 */
export function useIncomingCalls(): Call[] {
  return useCalls('incoming');
}
