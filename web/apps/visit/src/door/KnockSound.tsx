import { useWaitingPeople } from '@housecall/react';
import { useEffect, useRef } from 'react';
import { chime } from '../parts/ring';

/** One soft note whenever somebody comes to a door of this person. */
export function KnockSound() {
  const people = useWaitingPeople();
  const known = useRef<ReadonlySet<string>>(new Set());
  useEffect(() => {
    const now = new Set(people.map((it) => `${it.callId} ${it.person.id} ${it.since}`));
    const isNew = [...now].some((it) => !known.current.has(it));
    known.current = now;
    if (isNew) chime();
  }, [people]);
  return null;
}
