import { useEffect } from 'react';
import { useManager } from './context';
import { useSnapshot } from './use-snapshot';

/** The ids of the people who are online, kept up to date while mounted; `null`
 *  until it is known.
 *
 *  @example
 *  const online = usePeople();
 *  return <span>{online?.has(person.id) ? 'Online' : 'Offline'}</span>;
 */
export function usePeople(): ReadonlySet<string> | null {
  const manager = useManager();
  useEffect(() => {
    // Not being told is no failure: the next welcome asks again.
    const watch = (on: boolean) => void manager.watchPeople(on).catch(() => undefined);
    watch(true);
    return () => watch(false);
  }, [manager]);
  return useSnapshot((it) => it.online);
}
