import { useSnapshot } from '@housecall/react';
import { useQuery } from '@tanstack/react-query';
import { getNotes } from '../rest';
import { useSessionStore } from '../session/session-context';

/** Whether this person keeps the notes of an appointment: the server knows. */
export function useMayNote(appointment: string | undefined): boolean {
  const { withToken } = useSessionStore();
  const isStaff = useSnapshot((it) => it.you?.role === 'provider' || it.you?.role === 'admin');
  const notes = useQuery({
    queryKey: ['may-note', appointment],
    queryFn: async () => {
      await withToken((token) => getNotes(token, appointment ?? ''));
      return true;
    },
    enabled: isStaff && appointment !== undefined,
    retry: false,
    staleTime: Infinity,
  });
  return notes.data ?? false;
}
