//! The devices of a browser, for pages that open them themselves.

import { FakeDevices, FakeStream } from '@housecall/client/testing';
import { afterEach, vi } from 'vitest';

afterEach(() => {
  Reflect.deleteProperty(navigator, 'mediaDevices');
});

/** Gives this browser a microphone and a camera, until the test is over. */
export function plugIn(): FakeDevices {
  const devices = new FakeDevices();
  vi.stubGlobal('MediaStream', FakeStream);
  Object.defineProperty(navigator, 'mediaDevices', { value: devices, configurable: true });
  return devices;
}
