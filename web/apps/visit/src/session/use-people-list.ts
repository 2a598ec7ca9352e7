import { useQuery } from '@tanstack/react-query';
import { getPeople } from '../rest';
import { useSessionStore } from './session-context';

/** Everybody one may call or invite. */
export function usePeopleList() {
  const { withToken } = useSessionStore();
  return useQuery({
    queryKey: ['people'],
    queryFn: async () => (await withToken(getPeople)).people,
  });
}
