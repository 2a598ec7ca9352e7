//! Visits that are not over and not on this screen: planned, or left behind.

import type { Call } from '@housecall/client';
import { useCalls, useSnapshot } from '@housecall/react';
import { ButtonLink } from '../ui/Button';
import { moment, others } from '../words';

/** A way back into each of them; nothing when there is none. */
export function OpenVisits() {
  const visits = useCalls('scheduled', 'away');
  if (visits.length === 0) return null;
  return (
    <section aria-labelledby="open-title" className="mb-8">
      <h2 id="open-title" className="mb-3 text-xl font-semibold">
        Your visits
      </h2>
      <ul className="flex flex-col gap-3">
        {visits.map((call) => (
          <Visit key={call.wire.id} call={call} />
        ))}
      </ul>
    </section>
  );
}

function Visit({ call }: { call: Call }) {
  const you = useSnapshot((it) => it.you?.id);
  const { id, scheduledAt } = call.wire;
  const title = call.wire.title ?? others(call.wire, you);
  const isPlanned = call.phase === 'scheduled' && scheduledAt !== undefined;
  return (
    <li className="flex flex-wrap items-center gap-3 rounded-card border border-hairline bg-white p-4">
      <div className="mr-auto">
        <p className="text-lg font-semibold">{title}</p>
        <p className="text-muted">
          {isPlanned ? `Planned for ${moment(scheduledAt)}` : 'Going on now'}
        </p>
      </div>
      <ButtonLink to={`/calls/${id}`} purpose="primary">
        {isPlanned ? 'Open' : 'Return'}
        <span className="sr-only"> to the visit with {others(call.wire, you)}</span>
      </ButtonLink>
    </li>
  );
}
