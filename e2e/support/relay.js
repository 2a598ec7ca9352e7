//! Pages that may connect through a relay only, and what they connect by.

import { MEDIA_PATIENCE } from './browser.js';
import { until } from './waiting.js';

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {'udp' | 'tcp' | 'tls'} Way how a browser reaches a relay */
/** @typedef {{ local: string, remote: string, protocol?: Way }} Path kinds of candidates */

/** How the addresses of relays look that are reached in each of these ways. */
const RELAYS = { udp: '^turn:.*udp$', tcp: '^turn:.*tcp$', tls: '^turns:' };

/**
 * From the next page it opens on, whatever the app asks for: nothing but relays,
 * reached in this way.
 * @param {Page} page
 * @param {Way} way
 */
export async function relayOnly(page, way) {
  await page.addInitScript((relays) => {
    const fits = new RegExp(relays);
    const bent = (/** @type {RTCConfiguration} */ it = {}) => ({
      ...it,
      iceTransportPolicy: /** @type {const} */ ('relay'),
      iceServers: (it.iceServers ?? [])
        .map((server) => ({ ...server, urls: [server.urls].flat().filter((url) => fits.test(url)) }))
        .filter(({ urls }) => urls.length > 0),
    });
    window.RTCPeerConnection = class extends RTCPeerConnection {
      /** @param {RTCConfiguration} [configuration] */
      constructor(configuration) {
        super(bent(configuration));
      }

      /** @param {RTCConfiguration} [configuration] */
      setConfiguration(configuration) {
        super.setConfiguration(bent(configuration));
      }
    };
  }, RELAYS[way]);
}

/**
 * What the first connection of a page goes by, if it stands.
 * @param {Page} page
 * @returns {Promise<Path | undefined>}
 */
export function path(page) {
  return page.evaluate(`(async () => {
    const [peer] = window.__housecall?.peers() ?? [];
    if (peer?.connectionState !== 'connected') return undefined;
    const stats = await peer.getStats();
    const transport = [...stats.values()].find((it) => it.type === 'transport');
    const pair = stats.get(transport?.selectedCandidatePairId);
    const [local, remote] = [stats.get(pair?.localCandidateId), stats.get(pair?.remoteCandidateId)];
    if (!local || !remote) return undefined;
    return { local: local.candidateType, remote: remote.candidateType, protocol: local.relayProtocol };
  })()`);
}

/**
 * Waits until a page goes by what is wanted.
 * @param {Page} page
 * @param {Partial<Path>} wanted
 */
export async function goesBy(page, wanted) {
  /** @type {Path | undefined} */
  let now;
  const fits = async () => {
    now = await path(page);
    return now !== undefined && Object.entries(wanted).every(([key, value]) => now?.[/** @type {keyof Path} */ (key)] === value);
  };
  await until(fits, () => `the page goes by ${JSON.stringify(now)}`, MEDIA_PATIENCE);
}
