import type { Snapshot } from '@housecall/client';

/** Where passing words are shown: at the bottom of a page, but at the top of a
 *  call, where no controls are, and below what is said of a recording. */
export function placeOf({ current, calls }: Snapshot): string {
  if (current === null) return 'bottom-4';
  const isRecorded = calls.get(current)?.wire.recording !== undefined;
  return isRecorded ? 'top-44 sm:top-28' : 'top-1 sm:top-14';
}
