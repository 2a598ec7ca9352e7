//! Today's and the next appointments.

import { lazy, Suspense, useState } from 'react';
import type { User } from '../rest';
import { Button } from '../ui/Button';
import { Problem } from '../ui/Problem';
import { Section } from '../ui/Section';
import { useNow } from '../ui/use-now';
import { AppointmentRow } from './AppointmentRow';
import { useAppointments } from './use-appointments';

const AppointmentForm = lazy(() => import('./AppointmentForm'));

/** How often it is looked whether one may come in by now, in milliseconds. */
const LOOK_EVERY = 15_000;

/** Whom one meets and when, with what may be done about it. */
export function Appointments({ user }: { user: User }) {
  const { data, error } = useAppointments();
  const [booking, setBooking] = useState(false);
  const now = useNow(LOOK_EVERY);
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
          <AppointmentRow key={it.id} appointment={it} user={user} now={now} />
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
