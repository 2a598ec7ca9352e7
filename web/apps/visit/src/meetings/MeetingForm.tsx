//! The dialog in which a meeting is made or changed.

import type { Door } from '@housecall/client';
import { useState } from 'react';
import { changeMeeting, createMeeting, type Meeting, type MeetingPlan } from '../rest';
import { usePeopleList } from '../session/use-people-list';
import { useRequest } from '../session/use-request';
import { Check } from '../ui/Check';
import { Choice } from '../ui/Choice';
import { Dialog } from '../ui/Dialog';
import { Field } from '../ui/Field';
import { Form, type Text } from '../ui/Form';
import { Problem } from '../ui/Problem';
import { DOOR_CHOICES, localInput } from '../words';

/** Makes a meeting, or changes the given one. */
export default function MeetingForm(props: { meeting?: Meeting; onClose: () => void }) {
  const { meeting, onClose } = props;
  const request = useRequest('meetings');
  const [isPrivate, setPrivate] = useState(meeting?.private ?? false);
  const send = async (text: Text, form: FormData) => {
    const plan = planOf(text, form, isPrivate);
    await request((token) =>
      meeting === undefined ? createMeeting(token, plan) : changeMeeting(token, meeting.id, plan),
    );
    onClose();
  };
  const isNew = meeting === undefined;
  const at = meeting?.startsAt;
  return (
    <Dialog title={isNew ? 'New meeting' : `Change ${meeting.name}`} onClose={onClose}>
      <Form submit={isNew ? 'Make the meeting' : 'Save'} send={send} onCancel={onClose}>
        <Field label="Name" name="name" required maxLength={100} defaultValue={meeting?.name} />
        <Field
          label="Starts"
          name="startsAt"
          type="datetime-local"
          hint="May stay empty: people then come whenever they like."
          defaultValue={at === undefined ? '' : localInput(new Date(at))}
        />
        <Choice
          label="Waiting room"
          name="door"
          options={DOOR_CHOICES}
          defaultValue={meeting?.door ?? 'open'}
        />
        <Check
          label="Only people I choose may come"
          checked={isPrivate}
          onChange={(event) => setPrivate(event.target.checked)}
        />
        {isPrivate && <Invited meeting={meeting} />}
      </Form>
    </Dialog>
  );
}

function planOf(text: Text, form: FormData, isPrivate: boolean): MeetingPlan {
  const startsAt = text('startsAt');
  return {
    name: text('name'),
    private: isPrivate,
    door: text('door') as Door,
    access: form.getAll('access').map(String),
    ...(startsAt === '' ? {} : { startsAt: new Date(startsAt).toISOString() }),
  };
}

function Invited({ meeting }: { meeting: Meeting | undefined }) {
  const people = usePeopleList();
  const chosen = new Set(meeting?.access?.map((it) => it.id));
  return (
    <fieldset className="max-h-64 overflow-y-auto rounded-card border border-line px-4 py-2">
      <legend className="px-1 font-semibold">Who may come</legend>
      <Problem error={people.error} />
      {people.data?.map((it) => (
        <Check
          key={it.id}
          label={it.name}
          name="access"
          value={it.id}
          defaultChecked={chosen.has(it.id)}
        />
      ))}
    </fieldset>
  );
}
