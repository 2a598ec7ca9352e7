//! A window into running calls, for tests and support.

import type { WebRTCManager } from '@housecall/client';

declare global {
  interface Window {
    __housecall?: { peers(): RTCPeerConnection[] };
  }
}

const asked = new URLSearchParams(location.search).has('debug');

/** Opens the window where it is asked for (`?debug`) and in the demo. */
export function exposeForSupport(
  manager: WebRTCManager,
  isDemo: boolean,
): (() => void) | undefined {
  if (!asked && !isDemo) return undefined;
  window.__housecall = { peers: () => manager.peerConnections() };
  return () => {
    delete window.__housecall;
  };
}
