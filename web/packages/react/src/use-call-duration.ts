import { useEffect, useState } from 'react';
import { useCall } from './use-call';

/** Whole seconds since a call was answered; `undefined` before that and after its end.
 *
 *  @example
 *  const seconds = useCallDuration(callId);
 *  return seconds === undefined ? null : <time>{format(seconds)}</time>;
 */
export function useCallDuration(callId: string): number | undefined {
  const call = useCall(callId);
  const startedAt = call?.phase === 'ended' ? undefined : call?.wire.startedAt;
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (startedAt === undefined) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, [startedAt]);
  if (startedAt === undefined) return undefined;
  // The server's clock may be a little ahead of this one.
  return Math.max(0, Math.floor((now - Date.parse(startedAt)) / 1_000));
}
