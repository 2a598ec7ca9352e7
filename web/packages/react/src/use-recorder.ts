import type { RecorderState } from '@housecall/client';
import { useSnapshot } from './use-snapshot';

/** What this device records, and how far that is saved. While `unsaved` is not 0,
 *  closing the page leaves the rest to be saved when it is opened again.
 *
 *  @example
 *  const { state, unsaved } = useRecorder();
 *  return state === 'saving' && <p>Saving: {Math.ceil(unsaved)} s to go.</p>;
 */
export function useRecorder(): RecorderState {
  return useSnapshot((it) => it.recorder);
}
