//! Who is in the room, and what a host may do about it.

import { participantOf, type CallState, type Person } from '@housecall/client';
import { useModeration, useParticipants, useSnapshot } from '@housecall/react';
import { Button } from '../ui/Button';
import { Problem } from '../ui/Problem';
import { MeetingControls } from './MeetingControls';
import { PersonRow } from './PersonRow';

/** Everybody, then those who were removed, then the room as a whole. */
export function PeoplePanel({ wire }: { wire: CallState }) {
  const you = useSnapshot((it) => it.you);
  const others = useParticipants(wire.id);
  const { removed } = useModeration(wire.id);
  const isHost = participantOf(wire, you?.id ?? '')?.host ?? false;
  return (
    <div className="flex min-h-0 flex-1 flex-col gap-4 overflow-y-auto">
      <ul aria-label="In the room" className="flex flex-col divide-y divide-hairline">
        <li className="py-3 font-semibold">
          {you?.name} (you){isHost && ' · Host'}
        </li>
        {others.map((it) => (
          <PersonRow key={it.person.id} callId={wire.id} participant={it} />
        ))}
      </ul>
      {removed.length > 0 && <Removed callId={wire.id} people={removed} />}
      <MeetingControls wire={wire} />
    </div>
  );
}

function Removed({ callId, people }: { callId: string; people: Person[] }) {
  const { readmit, error } = useModeration(callId);
  return (
    <section aria-labelledby="removed-title">
      <h3 id="removed-title" className="font-semibold">
        Removed
      </h3>
      <Problem error={error} />
      <ul className="flex flex-col divide-y divide-hairline">
        {people.map(({ id, name }) => (
          <li key={id} className="flex flex-wrap items-center justify-between gap-3 py-3">
            {readmit === undefined ? (
              name
            ) : (
              <Button onClick={() => void readmit(id)}>Let {name} come back</Button>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
