//! A call this device is in: the others large, oneself small, the controls below.

import type { Call } from '@housecall/client';
import { useCallDuration, useParticipants, useSnapshot } from '@housecall/react';
import { usePage } from '../ui/page';
import { clock, others } from '../words';
import { Controls } from './Controls';
import { Recording } from './Recording';
import { RemoteTile } from './RemoteTile';
import { SelfView } from './SelfView';

/** The stage with everybody on it. */
export function Room({ call }: { call: Call }) {
  const you = useSnapshot((it) => it.you?.id);
  const names = others(call.wire, you);
  const heading = usePage(`Visit with ${names}`);
  return (
    <main
      data-stage
      data-call-phase={call.phase}
      className="flex h-dvh min-h-80 flex-col bg-stage text-stage-ink"
    >
      <header className="flex flex-wrap items-baseline gap-x-4 px-4 pt-3">
        <h1 ref={heading} tabIndex={-1} className="text-lg font-semibold">
          {names}
        </h1>
        <Duration callId={call.wire.id} />
        {call.phase === 'reconnecting' && <p>Reconnecting. Please stay, the visit goes on.</p>}
        <Recording call={call} next={heading} />
      </header>
      <div className="relative flex min-h-0 flex-1 p-4">
        <Everybody call={call} names={names} />
      </div>
      <Controls callId={call.wire.id} ringing={call.wire.phase === 'ringing'} />
    </main>
  );
}

/** One alone fills the stage, four make a square, others go in threes; on a
 *  phone in twos. Oneself is one of them, except in a conversation of two. */
function columns(others: number): string {
  if (others === 1) return '';
  return others === 3 ? 'grid-cols-2' : 'grid-cols-2 lg:grid-cols-3';
}

function Everybody({ call, names }: { call: Call; names: string }) {
  const participants = useParticipants(call.wire.id);
  if (participants.length === 0) {
    return (
      <>
        <p className="m-auto p-4 text-center text-2xl">
          {call.wire.phase === 'ringing' ? `Calling ${names}` : `Waiting for ${names}`}
        </p>
        <SelfView inCorner />
      </>
    );
  }
  const inCorner = participants.length === 1;
  return (
    <div className={`grid min-h-0 flex-1 auto-rows-fr gap-3 ${columns(participants.length)}`}>
      {participants.map((it) => (
        <RemoteTile key={it.person.id} participant={it} />
      ))}
      <SelfView inCorner={inCorner} />
    </div>
  );
}

function Duration({ callId }: { callId: string }) {
  const seconds = useCallDuration(callId);
  return seconds === undefined ? null : (
    <p>
      <span className="sr-only">Duration </span>
      <span role="timer" className="tabular-nums">
        {clock(seconds)}
      </span>
    </p>
  );
}
