import type { CallState } from '@housecall/client';
import { useReactions } from '@housecall/react';
import { nameOf, REACTIONS } from '../words';

/** What was shown in the last moments, and by whom. */
export function Reactions({ wire }: { wire: CallState }) {
  const { reactions } = useReactions(wire.id);
  return (
    <ul
      aria-label="Reactions"
      className="pointer-events-none absolute top-2 left-2 z-10 flex flex-col gap-2 empty:hidden"
    >
      {reactions.map(({ id, user, reaction }) => (
        <li key={id} className="rounded-card bg-stage/85 px-3 py-1">
          <span aria-hidden>{REACTIONS[reaction].sign}</span> {nameOf(wire, user)}:{' '}
          {REACTIONS[reaction].name}
        </li>
      ))}
    </ul>
  );
}
