//! Renders a hook below a provider.

import type { FakeDevice } from '@housecall/client/testing';
import { renderHook } from '@testing-library/react';
import type { ReactNode } from 'react';
import { HousecallProvider } from '../src';

/** What the hook gives, over the manager of this device. */
export function renderWith<T>(device: FakeDevice, hook: () => T) {
  return mountWith(device, hook).result;
}

/** The same, for tests that also unmount. */
export function mountWith<T>(device: FakeDevice, hook: () => T) {
  const wrapper = ({ children }: { children: ReactNode }) => (
    <HousecallProvider manager={device.manager}>{children}</HousecallProvider>
  );
  return renderHook(hook, { wrapper });
}
