import type { VisitNews } from '@housecall/client';
import { useCallback } from 'react';
import { useManager } from './context';
import { useSnapshot } from './use-snapshot';

/** What changed about your appointments. */
export interface VisitNotices {
  /** Newest first; of each appointment the latest. */
  notices: readonly VisitNews[];
  /** Shows no more what changed about this appointment, until it changes again. */
  dismiss: (appointment: string) => void;
}

/** Appointments that were booked, moved or cancelled, or begin soon.
 *
 *  @example
 *  const { notices, dismiss } = useVisitNotices();
 *  return notices.map(({ appointment }) => (
 *    <button key={appointment.id} onClick={() => dismiss(appointment.id)}>Dismiss</button>
 *  ));
 */
export function useVisitNotices(): VisitNotices {
  const manager = useManager();
  const notices = useSnapshot((it) => it.visits);
  const dismiss = useCallback((id: string) => manager.dismissVisit(id), [manager]);
  return { notices, dismiss };
}
