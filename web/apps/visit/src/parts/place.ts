import type { Snapshot } from '@housecall/client';

/** Where passing words are shown: at the bottom of a page, but at the top of a
 *  call, where no controls are, and below what is said of a recording. */
export function placeOf({ current, calls }: Snapshot): string {
  if (current === null) return 'bottom-4';
  const { recording, recordingRequest } = calls.get(current)?.wire ?? {};
  const isSaid = recording !== undefined || recordingRequest !== undefined;
  return isSaid ? 'top-44 sm:top-28' : 'top-1 sm:top-14';
}
