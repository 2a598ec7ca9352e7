//! What jsdom lacks and pages need.

import { cleanup, configure } from '@testing-library/react';
import { afterEach, vi } from 'vitest';

HTMLDialogElement.prototype.showModal = function showModal() {
  this.open = true;
};
HTMLDialogElement.prototype.close = function close() {
  this.open = false;
  this.dispatchEvent(new Event('close'));
};
HTMLCanvasElement.prototype.getContext = () => null;
URL.createObjectURL = () => 'blob:file';
URL.revokeObjectURL = () => undefined;
HTMLMediaElement.prototype.play = () => Promise.resolve();

afterEach(() => {
  cleanup();
  sessionStorage.clear();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

// What a page loads when it is first needed takes a moment on a busy machine.
configure({ asyncUtilTimeout: 10_000 });
