//! Something a person does that takes a moment and may not work.

import { HousecallError } from '@housecall/client';
import { useCallback, useRef, useState } from 'react';

/** An action with how it goes. */
export interface Action<A extends unknown[]> {
  /** Does it. A second call while the first is under way is not made. */
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
  const [pending, setPending] = useState(false);
  const [error, setError] = useState<HousecallError | null>(null);
  const busy = useRef(false);
  const latest = useRef(perform);
  latest.current = perform;
  const run = useCallback(async (...args: A) => {
    if (busy.current) return;
    busy.current = true;
    setPending(true);
    setError(null);
    try {
      await latest.current(...args);
    } catch (thrown) {
      setError(HousecallError.from(thrown));
    } finally {
      busy.current = false;
      setPending(false);
    }
  }, []);
  return { run, pending, error };
}
