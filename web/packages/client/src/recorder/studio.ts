//! Sound and picture of a room as one stream, in a browser.

import type { Covered } from '../wire.gen';
import { Composer } from './composer';
import { Mixer } from './mixer';
import type { Seat } from './scene';
import { tickWith } from './ticker';

/** Makes one stream of everybody who is to be seen and heard. */
export interface Studio {
  readonly stream: MediaStream;
  /** Shows and mixes these from now on, and nobody else. */
  show(seats: readonly Seat[]): void;
  /** Resolves once the browser lets it make sound; some wait for a touch. */
  ready(): Promise<void>;
  /** The picture as it is now, if there is one. */
  poster(): Promise<Blob | null>;
  /** Lets go of everything. */
  close(): void;
}

/** Frames per second. */
const RATE = 15;

/** What makes browsers let a page make sound. */
const TOUCHES = ['pointerdown', 'keydown'] as const;

/** Opens a studio in this page. Nothing that is not covered is ever made. */
export function openStudio(covers: Covered): Studio {
  return new BrowserStudio(covers);
}

class BrowserStudio implements Studio {
  readonly stream: MediaStream;
  readonly #context = new AudioContext({ latencyHint: 'playback' });
  readonly #mixer: Mixer | null;
  readonly #composer: Composer | null;
  readonly #endings: (() => void)[] = [];

  constructor({ audio, video, screen }: Covered) {
    const mixer = audio ? new Mixer(this.#context) : null;
    const composer = video || screen ? new Composer(drawing()) : null;
    this.#mixer = mixer;
    this.#composer = composer;
    const pictures = composer === null ? [] : [composer.track];
    this.stream = new MediaStream([...pictures, ...(mixer?.tracks ?? [])]);
    if (composer !== null) {
      this.#endings.push(tickWith(this.#context, 1 / RATE, () => composer.draw()));
    }
    this.#keepAwake();
  }

  show(seats: readonly Seat[]): void {
    this.#mixer?.mix(seats.flatMap((it) => it.sounds));
    this.#composer?.show(seats);
  }

  ready(): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (this.#context.state !== 'running') return;
        this.#context.removeEventListener('statechange', look);
        resolve();
      };
      this.#context.addEventListener('statechange', look);
      look();
    });
  }

  async poster(): Promise<Blob | null> {
    return this.#composer?.poster() ?? null;
  }

  close(): void {
    for (const end of this.#endings) end();
    this.#mixer?.close();
    this.#composer?.close();
    if (this.#context.state !== 'closed') void this.#context.close();
  }

  /** A telephone call may interrupt the sound; it goes on when it can. */
  #keepAwake(): void {
    const context = this.#context;
    const wake = () => {
      const rests = context.state !== 'running' && context.state !== 'closed';
      if (rests) context.resume().catch(() => undefined);
    };
    context.addEventListener('statechange', wake);
    for (const touch of TOUCHES) window.addEventListener(touch, wake);
    this.#endings.push(() => {
      context.removeEventListener('statechange', wake);
      for (const touch of TOUCHES) window.removeEventListener(touch, wake);
    });
    wake();
  }
}

function drawing() {
  const backstage = document.createElement('div');
  backstage.ariaHidden = 'true';
  Object.assign(backstage.style, {
    position: 'fixed',
    width: '1px',
    height: '1px',
    overflow: 'hidden',
    opacity: '0',
    pointerEvents: 'none',
  });
  document.body.append(backstage);
  return { canvas: document.createElement('canvas'), backstage, now: () => new Date() };
}
