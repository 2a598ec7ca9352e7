//! The dialog in which an appointment is made or moved.

import type { Door } from '@housecall/client';
import {
  changeAppointment,
  createAppointment,
  type Appointment,
  type Contact,
  type Role,
  type User,
} from '../rest';
import { usePeopleList } from '../session/use-people-list';
import { useRequest } from '../session/use-request';
import { Choice } from '../ui/Choice';
import { Dialog } from '../ui/Dialog';
import { Field } from '../ui/Field';
import { Form, type Text } from '../ui/Form';
import { Problem } from '../ui/Problem';
import { DOOR_CHOICES, localInput } from '../words';

/** Makes an appointment, or moves the given one. */
export default function AppointmentForm(props: {
  user: User;
  appointment?: Appointment;
  onClose: () => void;
}) {
  const { user, appointment, onClose } = props;
  const request = useRequest('appointments');
  const send = async (text: Text) => {
    const plan = {
      startsAt: new Date(text('startsAt')).toISOString(),
      durationMinutes: Number(text('durationMinutes')),
      door: text('door') as Door,
    };
    await request((token) =>
      appointment === undefined
        ? createAppointment(token, {
            ...plan,
            patientId: text('patientId'),
            providerId: text('providerId') || user.id,
          })
        : changeAppointment(token, appointment.id, plan),
    );
    onClose();
  };
  const isNew = appointment === undefined;
  return (
    <Dialog title={isNew ? 'New appointment' : 'Move the appointment'} onClose={onClose}>
      <Form submit={isNew ? 'Make the appointment' : 'Save'} send={send} onCancel={onClose}>
        {isNew && <Who user={user} />}
        <When appointment={appointment} />
        <Choice
          label="Waiting room"
          name="door"
          options={DOOR_CHOICES}
          defaultValue={appointment?.door ?? 'usual'}
        />
      </Form>
    </Dialog>
  );
}

function Who({ user }: { user: User }) {
  const { data = [], error } = usePeopleList();
  return (
    <>
      <Problem error={error} />
      <Choice label="Patient" name="patientId" required options={named(data, 'patient')} />
      {user.role === 'admin' && (
        <Choice label="Provider" name="providerId" required options={named(data, 'provider')} />
      )}
    </>
  );
}

function named(people: Contact[], role: Role): [string, string][] {
  return people.filter((it) => it.role === role).map((it) => [it.id, it.name]);
}

function When({ appointment }: { appointment: Appointment | undefined }) {
  const startsAt = appointment === undefined ? nextFullHour() : new Date(appointment.startsAt);
  return (
    <>
      <Field
        label="Starts"
        name="startsAt"
        type="datetime-local"
        required
        defaultValue={localInput(startsAt)}
      />
      <Field
        label="Minutes"
        name="durationMinutes"
        type="number"
        required
        min={1}
        max={1_440}
        defaultValue={appointment?.durationMinutes ?? 30}
      />
    </>
  );
}

function nextFullHour(): Date {
  const hour = 3_600_000;
  return new Date(Math.ceil(Date.now() / hour) * hour);
}
