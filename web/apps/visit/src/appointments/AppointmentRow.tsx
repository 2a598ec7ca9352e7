//! One appointment in the list.

import type { Call } from '@housecall/client';
import { useSnapshot } from '@housecall/react';
import { lazy, Suspense, useState } from 'react';
import { LatestCheck } from '../check/LatestCheck';
import { RecordingLink } from '../recordings/RecordingLink';
import { cancelAppointment, type Appointment, type RecordingView, type User } from '../rest';
import { useRequest } from '../session/use-request';
import { Button, ButtonLink } from '../ui/Button';
import { Confirm } from '../ui/Confirm';
import { Row } from '../ui/Row';
import { day, time } from '../words';

const AppointmentForm = lazy(() => import('./AppointmentForm'));
const GuestLinks = lazy(() => import('../guests/GuestLinks'));
const NotesDialog = lazy(() => import('../notes/NotesDialog'));

/** Patients may come this long before the start, in milliseconds. */
const EARLY = 15 * 60_000;

type Asked = 'move' | 'cancel' | 'guest' | 'notes';

/** With whom and when; the way in once it is time. */
export function AppointmentRow(props: {
  appointment: Appointment;
  user: User;
  now: number;
  recordings: RecordingView[];
}) {
  const { appointment, user, now, recordings } = props;
  const { startsAt, durationMinutes, status } = appointment;
  const isPatient = appointment.patient.id === user.id;
  const name = isPatient ? appointment.provider.name : appointment.patient.name;
  const from = Date.parse(startsAt) - EARLY;
  const isOver = status === 'completed';
  const isOpen = useSnapshot(({ calls }) =>
    [...calls.values()].some((it) => isAt(it, appointment)),
  );
  const mayCome = !isPatient || status === 'in_progress' || isOpen || now >= from;
  return (
    <Row actions={<Actions {...{ appointment, name, isPatient, mayCome, user, recordings }} />}>
      <p className="text-lg font-semibold">{name}</p>
      <p className="text-muted">
        <time dateTime={startsAt}>{day(startsAt, now)}</time> · {durationMinutes} min
        {status === 'in_progress' && ' · Going on now'}
        {isOver && ' · Over'}
      </p>
      {!isPatient && !isOver && <Checks appointment={appointment} you={user.id} now={now} />}
      {!mayCome && !isOver && <p>You can join from {time(new Date(from))}.</p>}
    </Row>
  );
}

/** How the connections of the others are. */
function Checks(props: { appointment: Appointment; you: string; now: number }) {
  const { appointment, you, now } = props;
  const others = appointment.connectionChecks?.filter((it) => it.user.id !== you) ?? [];
  return others.map((it) => <LatestCheck key={it.user.id} check={it} now={now} />);
}

function isAt({ wire, phase }: Call, { id }: Appointment): boolean {
  return wire.appointment === id && phase !== 'ended' && phase !== 'scheduled';
}

function Actions(props: {
  appointment: Appointment;
  name: string;
  isPatient: boolean;
  mayCome: boolean;
  user: User;
  recordings: RecordingView[];
}) {
  const { appointment, name, isPatient, mayCome, user, recordings } = props;
  const [asked, setAsked] = useState<Asked>();
  const isOver = appointment.status === 'completed';
  return (
    <>
      {mayCome && !isOver && (
        <ButtonLink to={`/visits/${appointment.id}`} purpose="primary">
          Join<span className="sr-only"> the visit with {name}</span>
        </ButtonLink>
      )}
      {!isOver && (
        <ButtonLink to={appointment.calendarUrl} reloadDocument download>
          Add to calendar<span className="sr-only"> the visit with {name}</span>
        </ButtonLink>
      )}
      <RecordingLink recordings={recordings} of={`the visit with ${name}`} />
      {!isPatient && <HostActions appointment={appointment} name={name} onAsk={setAsked} />}
      <Suspense>
        <Opened {...{ asked, appointment, name, user }} onClose={() => setAsked(undefined)} />
      </Suspense>
    </>
  );
}

function HostActions(props: {
  appointment: Appointment;
  name: string;
  onAsk: (what: Asked) => void;
}) {
  const { appointment, name, onAsk } = props;
  return (
    <>
      {appointment.status === 'scheduled' && (
        <>
          <Button aria-label={`Move the visit with ${name}`} onClick={() => onAsk('move')}>
            Move
          </Button>
          <Button
            purpose="danger"
            aria-label={`Cancel the visit with ${name}`}
            onClick={() => onAsk('cancel')}
          >
            Cancel
          </Button>
        </>
      )}
      {appointment.status !== 'completed' && (
        <Button
          aria-label={`Guest links for the visit with ${name}`}
          onClick={() => onAsk('guest')}
        >
          Guest links
        </Button>
      )}
      <Button aria-label={`Notes on the visit with ${name}`} onClick={() => onAsk('notes')}>
        Notes
      </Button>
    </>
  );
}

function Opened(props: {
  asked: Asked | undefined;
  appointment: Appointment;
  name: string;
  user: User;
  onClose: () => void;
}) {
  const { asked, appointment, name, user, onClose } = props;
  switch (asked) {
    case 'move':
      return <AppointmentForm user={user} appointment={appointment} onClose={onClose} />;
    case 'cancel':
      return <CancelAppointment appointment={appointment} name={name} onClose={onClose} />;
    case 'guest':
      return (
        <GuestLinks place={appointment.id} title={`the visit with ${name}`} onClose={onClose} />
      );
    case 'notes':
      return <NotesDialog appointment={appointment.id} name={name} onClose={onClose} />;
    case undefined:
      return null;
  }
}

function CancelAppointment(props: { appointment: Appointment; name: string; onClose: () => void }) {
  const { appointment, name, onClose } = props;
  const request = useRequest('appointments');
  return (
    <Confirm
      title={`Cancel the visit with ${name}?`}
      yes="Cancel the visit"
      no="Keep it"
      act={() => request((token) => cancelAppointment(token, appointment.id))}
      onClose={onClose}
    >
      <p>{name} is told that it does not take place.</p>
    </Confirm>
  );
}
