//! Real browsers with a fake camera and microphone: one process, and for
//! everybody a context of their own, which shares nothing with the others.

import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium } from 'playwright-core';
import { PATIENCE, until } from './waiting.js';

/** Pages on a machine that is very busy; media take longer than words. */
export const MEDIA_PATIENCE = 30_000;

/** @typedef {import('playwright-core').Page} Page */

/**
 * A browser that is closed when the tests are over.
 * @param {{ after: (work: () => Promise<void>) => void }} owner
 * @param {{ path?: string, more?: string[] }} [options] another program, more arguments
 */
export async function openBrowser(owner, { path = executable(), more = [] } = {}) {
  const browser = await chromium.launch({
    executablePath: path,
    headless: true,
    args: [
      '--no-sandbox',
      '--use-fake-device-for-media-stream',
      '--use-fake-ui-for-media-stream',
      '--allow-loopback-in-peer-connection',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
      ...more,
    ],
  });
  owner.after(() => browser.close());
  return browser;
}

/**
 * A page in a context of its own, gone when the test is over.
 * @param {import('node:test').TestContext} t
 * @param {import('playwright-core').Browser} browser
 * @returns {Promise<Page>}
 */
export async function openPage(t, browser) {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    permissions: ['camera', 'microphone'],
    locale: 'en-GB',
    reducedMotion: 'reduce',
  });
  t.after(() => context.close());
  context.setDefaultTimeout(PATIENCE);
  return context.newPage();
}

/**
 * What a page has received, over all its peer connections.
 * @param {Page} page
 * @param {string} peers an expression: the page's peer connections
 * @returns {Promise<{ packets: number, frames: number, connected: boolean }>}
 */
export function received(page, peers = 'window.__housecall.peers()') {
  return page.evaluate(`(async () => {
    const sum = { packets: 0, frames: 0, connected: false };
    for (const peer of ${peers}) {
      sum.connected ||= peer.connectionState === 'connected';
      for (const it of (await peer.getStats()).values()) {
        if (it.type !== 'inbound-rtp') continue;
        if (it.kind === 'audio') sum.packets += it.packetsReceived;
        if (it.kind === 'video') sum.frames += it.framesDecoded;
      }
    }
    return sum;
  })()`);
}

/**
 * Waits until the page hears the others and sees more of them than it has.
 * @param {Page} page
 * @param {{ frames?: number, beyond?: { packets: number, frames: number }, peers?: string }} [options]
 */
export async function seesAndHears(page, { frames = 30, beyond, peers } = {}) {
  const from = beyond ?? { packets: 0, frames: 0 };
  let now = { packets: 0, frames: 0, connected: false };
  const more = async () => {
    now = await received(page, peers);
    return now.connected && now.packets > from.packets && now.frames > from.frames + frames;
  };
  const sentence = () => `no sound and picture: ${JSON.stringify({ from, now, frames })}`;
  await until(more, sentence, MEDIA_PATIENCE);
  return now;
}

/**
 * Looks at the picture that is drawn: how bright it is (0 to 255), and how
 * much its brightest and darkest parts differ.
 * @param {Page} page
 * @param {string} selector of the video
 */
export function look(page, selector) {
  return page.locator(selector).evaluate((/** @type {HTMLVideoElement} */ video) => {
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [64, 48];
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
    context.drawImage(video, 0, 0, canvas.width, canvas.height);
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
    const bright = [];
    for (let at = 0; at < data.length; at += 4) {
      bright.push(0.2126 * data[at] + 0.7152 * data[at + 1] + 0.0722 * data[at + 2]);
    }
    const mean = bright.reduce((sum, it) => sum + it, 0) / bright.length;
    return { mean, range: Math.max(...bright) - Math.min(...bright), width: video.videoWidth };
  });
}

/** The browser named by the environment, or the first one on the path. */
export function executable() {
  const named = process.env.CHROMIUM;
  if (named) return named;
  const folders = (process.env.PATH ?? '').split(delimiter);
  const names = ['chromium', 'chromium-browser', 'google-chrome'];
  const paths = folders.flatMap((folder) => names.map((name) => join(folder, name)));
  const found = paths.find((it) => existsSync(it));
  if (found === undefined) throw new Error('There is no Chromium: install it, or name one in CHROMIUM.');
  return found;
}
