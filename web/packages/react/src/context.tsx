//! Where hooks find the manager.

import type { WebRTCManager } from '@housecall/client';
import { createContext, useContext, type ReactNode } from 'react';

const ManagerContext = createContext<WebRTCManager | null>(null);

/** Gives the manager to every hook below.
 *
 *  @example
 *  <HousecallProvider manager={manager}><App /></HousecallProvider>
 */
export function HousecallProvider(props: { manager: WebRTCManager; children: ReactNode }) {
  return <ManagerContext value={props.manager}>{props.children}</ManagerContext>;
}

/** The manager itself, for what no hook covers.
 *
 *  @example
 *  const manager = useManager();
 *  useEffect(() => void manager.peerConnections()[0]?.getStats(), [manager]);
 */
export function useManager(): WebRTCManager {
  const manager = useContext(ManagerContext);
  if (manager === null) {
    throw new Error('This hook needs a <HousecallProvider manager={...}> above it.');
  }
  return manager;
}
