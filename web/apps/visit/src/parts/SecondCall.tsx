//! Somebody calls while one is in a visit.

import type { Call } from '@housecall/client';
import { useAnswer, useSnapshot } from '@housecall/react';
import { useEffect, useState } from 'react';
import { Button } from '../ui/Button';
import { Problem } from '../ui/Problem';
import { callerOf } from '../words';
import { placeOf } from './place';
import { chime } from './ring';

/** A banner that takes neither the focus nor the visit away: one soft note,
 *  and it may wait. */
export function SecondCall({ call }: { call: Call }) {
  const caller = callerOf(call.wire);
  const { answer, decline, pending, error } = useAnswer(call.wire.id);
  const place = useSnapshot(placeOf);
  const [waits, setWaits] = useState(false);
  useEffect(chime, []);
  return (
    <section
      data-light
      aria-label={`${caller} is calling`}
      aria-busy={pending}
      className={`fixed inset-x-2 z-40 flex max-w-2xl sm:inset-x-4 flex-wrap items-center gap-3 rounded-card border border-line bg-white p-4 text-ink ${place}`}
    >
      <p role="alert" className="mr-auto font-semibold">
        {waits ? `${caller} waits for an answer.` : `${caller} is calling.`}
      </p>
      <Problem error={error} />
      <Button purpose="primary" onClick={() => void answer?.()}>
        Answer<span className="sr-only"> and leave this visit</span>
      </Button>
      {!waits && <Button onClick={() => setWaits(true)}>Let it wait</Button>}
      <Button purpose="danger" onClick={() => void decline?.()}>
        Decline
      </Button>
    </section>
  );
}
