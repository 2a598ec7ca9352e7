import { useManager } from './context';
import { useToggle, type Toggle } from './use-toggle';

/** The camera of this device.
 *
 *  @example
 *  const { enabled, buttonProps } = useCameraToggle();
 *  return <button {...buttonProps}>{enabled ? 'Stop camera' : 'Start camera'}</button>;
 */
export function useCameraToggle(): Toggle {
  const manager = useManager();
  return useToggle('video', () => manager.toggleCamera());
}
