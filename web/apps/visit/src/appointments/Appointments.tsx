//! Today's and the next appointments.

import { lazy, Suspense, useState } from 'react';
import { useRecordings } from '../recordings/use-recordings';
import type { Appointment, User } from '../rest';
import { Button } from '../ui/Button';
import { Problem } from '../ui/Problem';
import { Section } from '../ui/Section';
import { useNow } from '../ui/use-now';
import { AppointmentRow } from './AppointmentRow';
import { midnight, useAppointments } from './use-appointments';

const AppointmentForm = lazy(() => import('./AppointmentForm'));

/** How often it is looked whether one may come in by now, in milliseconds. */
const LOOK_EVERY = 15_000;

/** What has not begun has no recording. */
function hasBegun({ status }: Appointment): boolean {
  return status !== 'scheduled';
}

/** Whom one meets and when, with what may be done about it. */
export function Appointments({ user }: { user: User }) {
  const { data, error } = useAppointments();
  const [booking, setBooking] = useState(false);
  const now = useNow(LOOK_EVERY);
  const recordings = useRecordings({ from: midnight().toISOString() }, data?.some(hasBegun) ?? false);
  const mayBook = user.role === 'provider' || user.role === 'admin';
  if (!mayBook && data?.length === 0) return null;
  return (
    <Section
      title="Appointments"
      actions={mayBook && <Button onClick={() => setBooking(true)}>New appointment</Button>}
    >
      <Problem error={error} />
      {data?.length === 0 && <p className="text-muted">No appointments are planned.</p>}
      <ul className="flex flex-col gap-3">
        {data?.map((it) => (
          <AppointmentRow
            key={it.id}
            appointment={it}
            user={user}
            now={now}
            recordings={recordings.filter(({ appointmentId }) => appointmentId === it.id)}
          />
        ))}
      </ul>
      {booking && (
        <Suspense>
          <AppointmentForm user={user} onClose={() => setBooking(false)} />
        </Suspense>
      )}
    </Section>
  );
}
