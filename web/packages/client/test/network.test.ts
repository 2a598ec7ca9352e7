//! What a browser tells of its network, and what of that is another network.

import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { watchNetwork } from '../src/network';

class Information extends EventTarget {
  type: string | undefined = 'wifi';

  becomes(type: string | undefined): void {
    this.type = type;
    this.dispatchEvent(new Event('change'));
  }
}

let page: EventTarget;
let information: Information;

/** What was told of this browser's network, in order. */
function watch(connection: Information | null = information) {
  vi.stubGlobal('window', page);
  vi.stubGlobal('navigator', connection === null ? {} : { connection });
  onTestFinished(() => void vi.unstubAllGlobals());
  const told: boolean[] = [];
  const stop = watchNetwork((wasOffline) => told.push(wasOffline));
  return { told, stop };
}

beforeEach(() => {
  page = new EventTarget();
  information = new Information();
});

describe('the network', () => {
  it('is another one after none', () => {
    const { told } = watch();
    page.dispatchEvent(new Event('offline'));
    page.dispatchEvent(new Event('online'));
    expect(told).toEqual([true]);
  });

  it('is another one of another kind', () => {
    const { told } = watch();
    information.becomes('cellular');
    expect(told).toEqual([false]);
  });

  it('is the same when only its speed is another', () => {
    const { told } = watch();
    information.becomes('wifi');
    expect(told).toEqual([]);
  });

  it('is the same where its kind is not told', () => {
    information.type = undefined;
    const { told } = watch();
    information.becomes(undefined);
    expect(told).toEqual([]);
  });

  it('is watched where the browser tells little', () => {
    const { told } = watch(null);
    page.dispatchEvent(new Event('online'));
    expect(told).toEqual([true]);
  });

  it('is not watched any more', () => {
    const { told, stop } = watch();
    stop();
    page.dispatchEvent(new Event('online'));
    information.becomes('cellular');
    expect(told).toEqual([]);
  });
});
