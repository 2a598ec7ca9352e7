import type { Call, Phase } from '@housecall/client';
import { useMemo } from 'react';
import { useSnapshot } from './use-snapshot';

/** The calls that are in one of these phases, oldest first.
 *
 *  @example
 *  const scheduled = useCalls('scheduled');
 */
export function useCalls(...phases: Phase[]): Call[] {
  const calls = useSnapshot((it) => it.calls);
  const key = phases.join();
  return useMemo(() => {
    const wanted = new Set(key.split(','));
    return [...calls.values()].filter((it) => wanted.has(it.phase));
  }, [calls, key]);
}
