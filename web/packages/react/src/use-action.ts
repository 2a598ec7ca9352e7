//! Something a person does that takes a moment and may not work.

import { HousecallError } from '@housecall/client';
import { useCallback, useRef, useState } from 'react';

/** An action with how it goes. */
export interface Action<A extends unknown[]> {
  /** Does it. The same again while the first is under way is not done; for
   *  somebody else, named by the first argument, it is. */
  run: (...args: A) => Promise<void>;
  pending: boolean;
  /** Why the last try did not work. */
  error: HousecallError | null;
}

/** Runs `perform` and keeps track of it.
 *
 *  @example
 *  const { run, pending, error } = useAction(() => manager.decline(callId));
 */
export function useAction<A extends unknown[]>(
  perform: (...args: A) => Promise<unknown>,
): Action<A> {
  const [running, setRunning] = useState(0);
  const [error, setError] = useState<HousecallError | null>(null);
  const busy = useRef(new Set<string>());
  const latest = useRef(perform);
  latest.current = perform;
  const run = useCallback(async (...args: A) => {
    const whom = typeof args[0] === 'string' ? args[0] : '';
    if (busy.current.has(whom)) return;
    busy.current.add(whom);
    setRunning(busy.current.size);
    setError(null);
    try {
      await latest.current(...args);
    } catch (thrown) {
      setError(HousecallError.from(thrown));
    } finally {
      busy.current.delete(whom);
      setRunning(busy.current.size);
    }
  }, []);
  return { run, pending: running > 0, error };
}
