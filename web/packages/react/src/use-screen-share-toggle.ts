import { useManager } from './context';
import { useToggle, type Toggle } from './use-toggle';

/** Showing this device's screen; `undefined` where the browser cannot.
 *
 *  @example
 *  const share = useScreenShareToggle();
 *  return share && <button {...share.buttonProps}>{share.enabled ? 'Stop sharing' : 'Share screen'}</button>;
 */
export function useScreenShareToggle(): Toggle | undefined {
  const manager = useManager();
  const toggle = useToggle('screen', async () => {
    if (manager.getSnapshot().media.screen) manager.stopScreenShare();
    else await manager.startScreenShare();
  });
  return canShare() ? toggle : undefined;
}

function canShare(): boolean {
  return typeof navigator.mediaDevices?.getDisplayMedia === 'function';
}
