import { useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { useSessionStore } from './session-context';

/** Asks something of the server with the token of the session; afterwards what
 *  is known under `key` is looked up anew. */
export function useRequest(key: string): <T>(request: (token: string) => Promise<T>) => Promise<T> {
  const { withToken } = useSessionStore();
  const queries = useQueryClient();
  return useCallback(
    async (request) => {
      const result = await withToken(request);
      await queries.invalidateQueries({ queryKey: [key] });
      return result;
    },
    [withToken, queries, key],
  );
}
