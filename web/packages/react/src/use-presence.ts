import type { PresenceWord } from '@housecall/client';
import { usePeople } from './use-people';
import { useSnapshot } from './use-snapshot';

/** How reachable somebody is, kept up to date while mounted; `undefined` until
 *  it is known.
 *
 *  @example
 *  const presence = usePresence(person.id);
 *  return <span>{presence === 'in_call' ? 'In a call' : presence}</span>;
 */
export function usePresence(userId: string): PresenceWord | undefined {
  const online = usePeople();
  const word = useSnapshot((it) => it.presences.get(userId));
  if (word !== undefined || online === null) return word;
  return online.has(userId) ? 'online' : 'offline';
}
