//! A call this device is in: the others large, oneself small, the controls below.

import type { Call } from '@housecall/client';
import { useCallDuration, useParticipants, useSnapshot } from '@housecall/react';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { WaitingPanel } from '../door/WaitingPanel';
import type { Panel } from '../room/panels';
import { Reactions } from '../room/Reactions';
import { usePage } from '../ui/page';
import { clock, others, titleOf } from '../words';
import { Controls } from './Controls';
import { RecorderLine } from './RecorderLine';
import { Recording } from './Recording';
import { RecordingConsent } from './RecordingConsent';
import { RemoteTile } from './RemoteTile';
import { SelfView } from './SelfView';
import { useConsentPanel } from './use-consent-panel';
import { useRecordingPlan } from './use-recording-plan';

const SidePanel = lazy(() => import('../room/SidePanel'));

/** The stage with everybody on it, and beside it what was opened. */
export function Room({ call }: { call: Call }) {
  const you = useSnapshot((it) => it.you?.id);
  const names = others(call.wire, you);
  const heading = usePage(titleOf(call.wire, you));
  const [panel, setPanel] = usePanel();
  const consent = useConsentPanel(call.wire.id);
  const plan = useRecordingPlan(call.wire.id);
  // Beside the stage on a wide screen, and above it on others.
  const question = consent.isOpen ? consent.asked : undefined;
  const isAsked = question !== undefined;
  // What is said of a recording takes no room from the stage: the page grows.
  const { recording, recordingRequest } = call.wire;
  const isTall = isAsked || recording !== undefined || recordingRequest !== undefined;
  return (
    <main
      data-stage
      data-call-phase={call.phase}
      className={`flex h-dvh min-h-160 flex-col bg-stage text-stage-ink sm:min-h-120 ${isTall ? 'max-lg:h-auto max-lg:min-h-dvh' : ''}`}
    >
      <header className="flex flex-wrap items-baseline gap-x-4 px-4 pt-3">
        <h1 ref={heading} tabIndex={-1} className="text-lg font-semibold">
          {call.wire.title ?? (names || 'Your visit')}
        </h1>
        <Duration callId={call.wire.id} />
        {call.phase === 'reconnecting' && <p>Reconnecting. Please stay, the visit goes on.</p>}
        <Recording call={call} consent={consent} next={heading} />
        <RecorderLine className="basis-full pt-1" />
      </header>
      <WaitingPanel
        callId={call.wire.id}
        className="mx-4 mt-3 max-h-1/3 shrink-0 overflow-y-auto sm:max-h-1/2"
      />
      <div className="flex min-h-0 flex-1 flex-col gap-4 p-4 lg:flex-row">
        {question && (
          <RecordingConsent
            wire={call.wire}
            asked={question}
            onClose={() => consent.show(false)}
            className="lg:w-104 lg:shrink-0 lg:overflow-y-auto"
          />
        )}
        <div
          className={`relative flex min-h-0 min-w-0 flex-1 gap-4 ${isTall ? 'max-lg:min-h-64' : ''}`}
        >
          <div className="relative flex min-w-0 flex-1">
            <Everybody call={call} names={names} />
            <Reactions wire={call.wire} />
          </div>
          {panel !== null && (
            <Suspense>
              <SidePanel
                panel={panel}
                wire={call.wire}
                plan={plan}
                className={isAsked ? 'max-sm:hidden' : ''}
                onClose={() => setPanel(null)}
              />
            </Suspense>
          )}
        </div>
      </div>
      <Controls
        wire={call.wire}
        panel={panel}
        isCovered={panel !== null && !isAsked}
        onPanel={setPanel}
      />
    </main>
  );
}

/** What is open beside the stage. Closed, the focus is where it was opened. */
function usePanel(): [Panel | null, (panel: Panel | null) => void] {
  const [panel, setPanel] = useState<Panel | null>(null);
  const opener = useRef<Element>(null);
  const show = (next: Panel | null) => {
    if (next !== null) opener.current = document.activeElement;
    setPanel(next);
  };
  useEffect(() => {
    if (panel === null && opener.current instanceof HTMLElement) opener.current.focus();
  }, [panel]);
  return [panel, show];
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
        <p className="m-auto p-4 text-center text-2xl max-sm:pr-32">{alone(call, names)}</p>
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

function alone({ wire }: Call, names: string): string {
  if (names === '') return 'Nobody else is here yet.';
  // Who waits at the door comes in when the door is opened to them.
  if (wire.people.some((it) => it.stage === 'waiting')) return 'Nobody else is in yet.';
  return wire.phase === 'ringing' ? `Calling ${names}` : `Waiting for ${names}`;
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
