import { useQuery } from '@tanstack/react-query';
import { getHouse } from '../rest';

/** What anybody may know about this server; asked once. */
export function useHouse() {
  return useQuery({
    queryKey: ['house'],
    queryFn: ({ signal }) => getHouse(signal),
    staleTime: Infinity,
  });
}
