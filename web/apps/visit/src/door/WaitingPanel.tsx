//! Who waits at the doors of a host.

import { useDoor, usePeople, useWaitingPeople, type WaitingSomewhere } from '@housecall/react';
import { Button } from '../ui/Button';
import { Problem } from '../ui/Problem';
import { useNow } from '../ui/use-now';
import { WaitingRow } from './WaitingRow';

/** Everybody who waits for this person, or only those of one call. */
export function WaitingPanel({ callId, className = '' }: { callId?: string; className?: string }) {
  const all = useWaitingPeople();
  const now = useNow(10_000);
  // Who waits may turn away from their screen: that is told to who watches.
  usePeople();
  const people = callId === undefined ? all : all.filter((it) => it.callId === callId);
  if (people.length === 0) return null;
  return (
    <section
      data-light
      aria-label="Waiting room"
      className={`rounded-card border-2 border-primary bg-white p-4 text-ink ${className}`}
    >
      {[...new Set(people.map((it) => it.callId))].map((id) => (
        <OfCall key={id} callId={id} people={people.filter((it) => it.callId === id)} now={now} />
      ))}
    </section>
  );
}

function OfCall(props: { callId: string; people: WaitingSomewhere[]; now: number }) {
  const { callId, people, now } = props;
  const { admitAll, error } = useDoor(callId);
  const title = people[0]?.title;
  return (
    <>
      <div className="flex flex-wrap items-center justify-between gap-3">
        <h2 className="text-lg font-semibold">
          {title === undefined ? 'Waiting to come in' : `Waiting to come in: ${title}`}
        </h2>
        {people.length > 1 && <Button onClick={() => void admitAll?.()}>Admit everybody</Button>}
      </div>
      <Problem error={error} />
      <ul className="flex flex-col divide-y divide-hairline">
        {people.map((it) => (
          <WaitingRow key={it.person.id} waiting={it} now={now} />
        ))}
      </ul>
    </>
  );
}
