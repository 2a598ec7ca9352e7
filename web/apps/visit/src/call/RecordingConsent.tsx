//! The question whether somebody agrees to be recorded. The visit goes on around it.

import { participantOf, isAtDoor, type CallState } from '@housecall/client';
import { useAction, useManager, useSnapshot } from '@housecall/react';
import { useId, useLayoutEffect, useRef, type KeyboardEvent } from 'react';
import { useHouse } from '../session/use-house';
import { Button } from '../ui/Button';
import { Problem } from '../ui/Problem';
import { AGREE, DISAGREE, otherwise, terms, WORDING } from '../words';
import type { Asked, ConsentPanel } from './use-consent-panel';

/** Who asks, for what, and two answers of equal weight. The focus comes to its heading
 *  once and goes back where it was; Escape puts the question aside, and answers nothing. */
export function RecordingConsent(props: {
  wire: CallState;
  asked: Asked;
  onClose: () => void;
  className?: string;
}) {
  const { wire, asked, onClose, className = '' } = props;
  const id = useId();
  const panel = useVisitingFocus();
  const you = useSnapshot((it) => it.you?.id) ?? '';
  const { run, pending, error } = useAnswer(wire.id, asked, onClose);
  const own = participantOf(wire, you);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') onClose();
  };
  return (
    <section
      ref={panel}
      role="dialog"
      data-light
      aria-labelledby={id}
      aria-describedby={`${id}-text`}
      onKeyDown={onKeyDown}
      className={`z-10 flex flex-col rounded-card border-2 border-primary bg-white px-4 pt-4 text-left text-ink ${className}`}
    >
      <div className="flex items-start justify-between gap-3">
        <h2 id={id} tabIndex={-1} className="text-xl font-semibold">
          May this visit be recorded?
        </h2>
        <Button aria-label="Close, and answer later" onClick={onClose}>
          Close
        </Button>
      </div>
      <p id={`${id}-text`} className="my-2">
        {asked.by?.name ?? 'Somebody'}{' '}
        {asked.newcomers === undefined ? 'asks for it' : 'records it'}. Nothing is recorded before
        you have agreed.
      </p>
      <Terms asked={asked} />
      <p className="my-2">{otherwise(own !== undefined && isAtDoor(own), asked.newcomers)}</p>
      <Problem error={error} />
      <div
        aria-busy={pending}
        className="mt-auto grid gap-3 bg-white py-4 *:w-full min-[26rem]:grid-cols-2 lg:sticky lg:bottom-0 lg:border-t lg:border-line lg:grid-cols-1"
      >
        <Button onClick={() => void run(true)}>{AGREE}</Button>
        <Button onClick={() => void run(false)}>{DISAGREE}</Button>
      </div>
    </section>
  );
}

/** The question for whoever is not in yet, or the way back to it once it was put aside. */
export function ConsentAtDoor({ wire, consent }: { wire: CallState; consent: ConsentPanel }) {
  const { asked, isOpen, show } = consent;
  if (asked === undefined) return null;
  if (isOpen) {
    return (
      <RecordingConsent
        wire={wire}
        asked={asked}
        onClose={() => show(false)}
        className="w-full max-w-lg"
      />
    );
  }
  return (
    <div className="flex flex-wrap items-center justify-center gap-3">
      <p>
        {asked.newcomers === undefined
          ? 'This visit is to be recorded.'
          : 'This visit is recorded.'}{' '}
        {asked.declined ? 'You did not agree.' : 'You have not agreed yet.'}
      </p>
      <Button purpose="stage" onClick={() => show(true)}>
        Read and answer
      </Button>
    </div>
  );
}

function Terms({ asked }: { asked: Asked }) {
  const house = useHouse();
  if (house.isPending) return <p>Looking up how recordings are kept here.</p>;
  return (
    <dl className="flex flex-col gap-2">
      {terms(asked.covers, house.data?.recordings).map(({ about, says }) => (
        <div key={about}>
          <dt className="font-semibold">{about}</dt>
          <dd>{says}</dd>
        </div>
      ))}
    </dl>
  );
}

function useAnswer(callId: string, { covers }: Asked, onDone: () => void) {
  const manager = useManager();
  return useAction(async (agreed: boolean) => {
    const how = { covers, wording: WORDING, method: 'electronic' } as const;
    await manager.consentToRecording(callId, agreed, agreed ? how : {});
    onDone();
  });
}

/** Takes the focus to the heading, and gives it back if it is still there at the end. */
function useVisitingFocus() {
  const panel = useRef<HTMLElement>(null);
  useLayoutEffect(() => {
    const element = panel.current;
    const before = document.activeElement;
    element?.querySelector('h2')?.focus();
    return () => {
      if (!element?.contains(document.activeElement)) return;
      const goes = before instanceof HTMLElement && before.isConnected && before !== document.body;
      (goes ? before : document.querySelector('h1'))?.focus();
    };
  }, []);
  return panel;
}
