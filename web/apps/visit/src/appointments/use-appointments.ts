import { useVisitNotices } from '@housecall/react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { getAppointments } from '../rest';
import { useSessionStore } from '../session/session-context';

/** The appointments from today on that were not cancelled. */
export function useAppointments() {
  const { withToken } = useSessionStore();
  const queries = useQueryClient();
  const { notices } = useVisitNotices();
  useEffect(() => {
    void queries.invalidateQueries({ queryKey: ['appointments'] });
  }, [notices, queries]);
  return useQuery({
    queryKey: ['appointments'],
    queryFn: async () => {
      const { appointments } = await withToken((token) => getAppointments(token, midnight()));
      return appointments.filter((it) => it.status !== 'cancelled');
    },
  });
}

/** When today began. */
export function midnight(): Date {
  const now = new Date();
  return new Date(now.getFullYear(), now.getMonth(), now.getDate());
}
