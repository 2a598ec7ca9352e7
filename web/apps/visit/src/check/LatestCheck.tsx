//! How somebody's connection was, for those who meet them.

import type { ConnectionCheck } from '@housecall/client';
import { useSnapshot } from '@housecall/react';
import { useQuery } from '@tanstack/react-query';
import { getAppointment } from '../rest';
import { useSessionStore } from '../session/session-context';
import { lastCheck, reportLines } from '../words';

/** A short line, with all of it on demand. */
export function LatestCheck({ check, now }: { check: ConnectionCheck; now: number }) {
  return (
    <details>
      <summary className="min-h-6 cursor-pointer">{lastCheck(check, now)}</summary>
      <ul className="py-2 pl-5 text-muted">
        {reportLines(check.report).map((it) => (
          <li key={it}>{it}</li>
        ))}
      </ul>
    </details>
  );
}

/** The same of somebody at the door of an appointment, if they made a check. */
export function CheckAtDoor(props: { appointment: string; user: string; now: number }) {
  const { appointment, user, now } = props;
  const { withToken } = useSessionStore();
  const isStaff = useSnapshot(({ you }) => you?.role === 'provider' || you?.role === 'admin');
  const { data } = useQuery({
    queryKey: ['appointments', appointment],
    queryFn: () => withToken((token) => getAppointment(token, appointment)),
    enabled: isStaff,
    retry: false,
  });
  const check = data?.connectionChecks?.find((it) => it.user.id === user);
  return check === undefined ? null : <LatestCheck check={check} now={now} />;
}
