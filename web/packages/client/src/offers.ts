//! What the server offers for each way, read from the addresses of its servers.

import { allowed } from './ice';

/** A way that is tried alone. */
export type Way = 'stun' | 'relayUdp' | 'relayTcp' | 'relayTls';

/** Where a STUN or TURN server is. */
export interface ServerAddress {
  host: string;
  port: number;
}

/** What a way is tried with. */
export interface Offer {
  way: Way;
  iceServers: RTCIceServer[];
  servers: ServerAddress[];
}

/** The part of all servers that is for one way. */
export function offerFor(way: Way, iceServers: RTCIceServer[]): Offer {
  const offered = allowed(iceServers, { useServer: (url) => readUrl(url)?.way === way });
  const urls = offered.flatMap((it) => it.urls);
  const servers = urls.flatMap((url) => readUrl(url)?.address ?? []);
  return { way, iceServers: offered, servers };
}

/** RFC 7064 and 7065: `turns:turn.example.org:5349?transport=tcp`. */
function readUrl(url: string): { way: Way; address: ServerAddress } | undefined {
  const parts = /^(stun|turn)(s?):(\[[^\]]+\]|[^:?]+)(?::(\d+))?(?:\?transport=(\w+))?$/i.exec(url);
  if (parts === null) return undefined;
  const [, scheme = '', secure = '', host = '', port, transport = 'udp'] = parts;
  const usual = secure === '' ? 3478 : 5349;
  const address = { host, port: port === undefined ? usual : Number(port) };
  return { way: wayOf(scheme.toLowerCase(), secure !== '', transport.toLowerCase()), address };
}

function wayOf(scheme: string, isSecure: boolean, transport: string): Way {
  if (scheme === 'stun') return 'stun';
  if (isSecure) return 'relayTls';
  return transport === 'tcp' ? 'relayTcp' : 'relayUdp';
}
