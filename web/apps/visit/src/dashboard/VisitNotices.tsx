//! What changed about appointments since one looked last.

import type { VisitNews } from '@housecall/client';
import { useSnapshot, useVisitNotices } from '@housecall/react';
import { Button } from '../ui/Button';
import { Row } from '../ui/Row';
import { useNow } from '../ui/use-now';
import { day } from '../words';

/** One sentence each, to be dismissed. Read out as they come. */
export function VisitNotices() {
  const { notices, dismiss } = useVisitNotices();
  const you = useSnapshot((it) => it.you?.id);
  const now = useNow(60_000);
  return (
    <ul
      aria-label="News of your appointments"
      aria-live="polite"
      className="flex flex-col gap-3 not-empty:mb-8"
    >
      {notices.map((it) => (
        <Row
          key={it.appointment.id}
          actions={
            <Button
              aria-label={`Dismiss: ${notice(it, you, now)}`}
              onClick={() => dismiss(it.appointment.id)}
            >
              Dismiss
            </Button>
          }
        >
          {notice(it, you, now)}
        </Row>
      ))}
    </ul>
  );
}

function notice({ change, appointment }: VisitNews, you: string | undefined, now: number) {
  const { patient, provider, startsAt } = appointment;
  const visit = `Your visit with ${patient.id === you ? provider.name : patient.name}`;
  switch (change) {
    case 'booked':
      return `${visit} is planned: ${day(startsAt, now)}.`;
    case 'moved':
      return `${visit} was moved: ${day(startsAt, now)}.`;
    case 'cancelled':
      return `${visit} was cancelled. It was planned for: ${day(startsAt, now)}.`;
    case 'reminder':
      return `${visit} starts soon: ${day(startsAt, now)}.`;
  }
}
