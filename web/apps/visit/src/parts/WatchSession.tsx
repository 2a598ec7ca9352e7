import { useSnapshot } from '@housecall/react';
import { useEffect } from 'react';
import { useSessionStore } from '../session/session-context';

/** Brings back to the sign-in page whom the server does not know any more. */
export function WatchSession() {
  const { expire } = useSessionStore();
  const refusal = useSnapshot((it) => it.refusal);
  useEffect(() => {
    if (refusal !== null) expire(refusal.message);
  }, [refusal, expire]);
  return null;
}
