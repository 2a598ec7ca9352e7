//! One person at the door, and what a host may do about them.

import { useCall, useDoor, useManager, type WaitingSomewhere } from '@housecall/react';
import { useState } from 'react';
import { CheckAtDoor } from '../check/LatestCheck';
import { Button } from '../ui/Button';
import { Field } from '../ui/Field';
import { Form } from '../ui/Form';
import { Problem } from '../ui/Problem';
import { PutOut } from '../ui/PutOut';
import { checked, minutesSince, part, role } from '../words';

/** Who it is, since when, how their devices do; let them in, write, send them away. */
export function WaitingRow({ waiting, now }: { waiting: WaitingSomewhere; now: number }) {
  const { callId, person, since, check, away } = waiting;
  const [writing, setWriting] = useState(false);
  const [refusing, setRefusing] = useState(false);
  const manager = useManager();
  const door = useDoor(callId);
  const appointment = useCall(callId)?.wire.appointment;
  return (
    <li className="flex flex-col gap-2 py-3">
      <div className="flex flex-wrap items-center gap-2">
        <div className="sm:flex-1 sm:basis-0">
          <p className="font-semibold">
            {person.name} · {waiting.part === undefined ? role(person.role) : part(waiting.part)}
          </p>
          <p className="text-muted">
            {since !== undefined && `Waiting for ${minutesSince(since, now)}. `}
            {away && 'Not in front of the screen right now. '}
            {check === undefined ? 'No device check.' : checked(check)}
          </p>
          {appointment !== undefined && (
            <CheckAtDoor appointment={appointment} user={person.id} now={now} />
          )}
        </div>
        <div className="flex flex-wrap gap-2">
          <Button
            purpose="primary"
            aria-label={`Admit ${person.name}`}
            aria-busy={door.pending}
            onClick={() => void door.admit?.(person.id)}
          >
            Admit
          </Button>
          <Button
            aria-label={`Message ${person.name}`}
            aria-expanded={writing}
            onClick={() => setWriting(!writing)}
          >
            Message
          </Button>
          <Button
            purpose="danger"
            aria-label={`Turn away ${person.name}`}
            onClick={() => setRefusing(true)}
          >
            Turn away
          </Button>
        </div>
      </div>
      <Problem error={door.error} />
      {refusing && (
        <PutOut
          title={`Turn away ${person.name}?`}
          yes={`Yes, turn away ${person.name}`}
          no="Keep them waiting"
          act={(reason) => manager.turnAway(callId, person.id, reason)}
          onClose={() => setRefusing(false)}
        >
          <p>{person.name} has to leave the waiting room, and can come to it again.</p>
        </PutOut>
      )}
      {door.write && writing && (
        <Form
          submit={`Send to ${person.name}`}
          send={async (text) => {
            await manager.say(callId, text('message'), { to: [person.id] });
            setWriting(false);
          }}
        >
          <Field label={`Message to ${person.name}`} name="message" required maxLength={4_000} />
        </Form>
      )}
    </li>
  );
}
