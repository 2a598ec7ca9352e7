import type { User } from '../rest';
import { useHouse } from '../session/use-house';
import { useRecordings } from './use-recordings';

/** Whether the library is worth a link: for whoever may record, and whoever finds
 *  something in it. */
export function useHasRecordings({ role }: User): boolean {
  const isAvailable = useHouse().data?.recordings?.available ?? false;
  const records = isAvailable && (role === 'provider' || role === 'admin');
  const found = useRecordings({ limit: 1 }, !records);
  return records || found.length > 0;
}
