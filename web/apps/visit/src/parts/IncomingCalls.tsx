//! How a call rings: in a dialog, or in a banner during a visit.

import { participantOf, type Call } from '@housecall/client';
import { useAnswer, useIncomingCalls, useSnapshot } from '@housecall/react';
import { useEffect, useRef } from 'react';
import { Button } from '../ui/Button';
import { callerOf, role } from '../words';
import { useRing } from './ring';
import { SecondCall } from './SecondCall';

/** Rings for the oldest call; the next follows when that is dealt with. */
export function IncomingCalls() {
  const [call] = useIncomingCalls();
  const isBusy = useSnapshot((it) => it.current !== null);
  useRing(call !== undefined && !isBusy);
  if (call === undefined) return null;
  const Incoming = isBusy ? SecondCall : IncomingCall;
  return <Incoming key={call.wire.id} call={call} />;
}

function IncomingCall({ call }: { call: Call }) {
  const { id, purpose } = call.wire;
  const dialog = useModal();
  const { answer, decline, pending } = useAnswer(id);
  return (
    <dialog
      ref={dialog}
      aria-labelledby="incoming-title"
      aria-describedby="incoming-text"
      className="m-auto w-[min(26rem,calc(100vw-2rem))] rounded-card border border-hairline bg-white p-6 text-ink backdrop:bg-stage/60"
    >
      {/* The focus starts here: Enter on its way to something else answers nothing. */}
      <h2 id="incoming-title" tabIndex={-1} className="text-2xl font-semibold">
        {callerOf(call.wire)} is calling
      </h2>
      <p id="incoming-text" className="mt-1 mb-6 text-muted">
        <Caller call={call} />
        {purpose === 'audio' ? 'Audio call.' : 'Video call.'}
      </p>
      <div className="flex flex-col gap-3" aria-busy={pending}>
        <Button purpose="primary" onClick={() => void answer?.()}>
          Answer
        </Button>
        {purpose !== 'audio' && (
          <Button onClick={() => void answer?.({ video: false })}>Answer without camera</Button>
        )}
        <Button purpose="danger" onClick={() => void decline?.()}>
          Decline
        </Button>
      </div>
    </dialog>
  );
}

function Caller({ call }: { call: Call }) {
  const caller = participantOf(call.wire, call.wire.caller);
  return caller && `${role(caller.person.role)}. `;
}

/** Open as long as it is there: Escape would leave a call ringing unseen. */
function useModal() {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const element = dialog.current;
    if (element === null) return;
    const stay = (event: Event) => event.preventDefault();
    const reopen = () => element.showModal();
    element.showModal();
    element.querySelector('h2')?.focus();
    element.addEventListener('cancel', stay);
    element.addEventListener('close', reopen);
    return () => {
      element.removeEventListener('cancel', stay);
      element.removeEventListener('close', reopen);
      element.close();
    };
  }, []);
  return dialog;
}
