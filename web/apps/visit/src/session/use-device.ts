import { WebRTCManager, type Memory } from '@housecall/client';
import { useEffect, useState } from 'react';
import { exposeForSupport, iceRules } from '../debug';
import { useSessionStore } from './session-context';
import { useHouse } from './use-house';

/** Connects this tab as a device of whoever has the session, as long as it is
 *  mounted. `memory` is looked at once. */
export function useDevice(memory: Memory): WebRTCManager {
  const { token } = useSessionStore();
  const isDemo = Boolean(useHouse().data?.demo);
  const [manager] = useState(() => new WebRTCManager({ token, memory, ...iceRules() }));
  useEffect(() => {
    manager.connect();
    return () => manager.disconnect();
  }, [manager]);
  useEffect(() => exposeForSupport(manager, isDemo), [manager, isDemo]);
  return manager;
}
