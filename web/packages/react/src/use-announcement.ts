import type { Announcement } from '@housecall/client';
import { useSnapshot } from './use-snapshot';

/** The latest thing worth saying aloud; feed one polite live region with it.
 *
 *  @example
 *  const announcement = useAnnouncement();
 *  return <p role="status">{announcement && sentence(announcement)}</p>;
 */
export function useAnnouncement(): Announcement | null {
  return useSnapshot((it) => it.announcement);
}
