import { useManager } from './context';
import { useToggle, type Toggle } from './use-toggle';

/** The microphone of this device.
 *
 *  @example
 *  const { enabled, buttonProps } = useMicrophoneToggle();
 *  return <button {...buttonProps}>{enabled ? 'Mute' : 'Unmute'}</button>;
 */
export function useMicrophoneToggle(): Toggle {
  const manager = useManager();
  return useToggle('audio', () => manager.toggleMicrophone());
}
