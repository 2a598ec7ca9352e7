//! A window into running calls, for tests and support.

import type { IceRules, WebRTCManager } from '@housecall/client';

declare global {
  interface Window {
    __housecall?: { peers(): RTCPeerConnection[] };
  }
}

const search = new URLSearchParams(location.search);
const asked = search.has('debug');

/** Which of the offered addresses each way through the relay uses. */
const RELAYS: Record<string, RegExp> = {
  only: /^turns?:/,
  udp: /^turn:(?!.*transport=tcp)/,
  tcp: /^turn:.*transport=tcp/,
  tls: /^turns:/,
};

/** `?relay=only` has all media relayed; `udp`, `tcp` and `tls` over nothing else. */
export function iceRules(wanted = search.get('relay')): IceRules {
  const pattern = wanted === null ? undefined : RELAYS[wanted];
  return pattern === undefined ? {} : { relayOnly: true, useServer: (url) => pattern.test(url) };
}

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
