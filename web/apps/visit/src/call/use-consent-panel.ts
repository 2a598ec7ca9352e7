import { participantOf, type Covered, type NewcomersWord, type Person } from '@housecall/client';
import { useCall, useSnapshot } from '@housecall/react';
import { useState } from 'react';

/** What somebody is asked to agree to. */
export interface Asked {
  by: Person | undefined;
  covers: Covered;
  /** What becomes of whoever comes in, if it is recorded already. */
  newcomers: NewcomersWord | undefined;
  /** They have said no before. */
  declined: boolean;
}

/** The question whether one agrees to be recorded, and whether it is before one's eyes. */
export interface ConsentPanel {
  /** Nothing when there is nothing to answer. */
  asked: Asked | undefined;
  isOpen: boolean;
  show: (isOpen: boolean) => void;
}

/** Opens by itself whenever there is something new to agree to; it may be put aside,
 *  and be opened again. */
export function useConsentPanel(callId: string): ConsentPanel {
  const wire = useCall(callId)?.wire;
  const you = useSnapshot((it) => it.you?.id);
  const [shown, setShown] = useState<{ what: string; isOpen: boolean }>();
  const own = wire && participantOf(wire, you ?? '');
  const tape = wire?.recording ?? wire?.recordingRequest;
  // Whoever asks has agreed by asking.
  const isMine = wire?.recording === undefined && tape?.by === you;
  if (wire === undefined || own === undefined || tape === undefined || own.consented || isMine) {
    return { asked: undefined, isOpen: false, show: () => undefined };
  }
  const what = 'id' in tape ? tape.id : `${tape.by} ${tape.at}`;
  return {
    asked: {
      by: participantOf(wire, tape.by)?.person,
      covers: tape.covers,
      newcomers: wire.recording?.newcomers,
      declined: own.declined,
    },
    isOpen: shown?.what === what ? shown.isOpen : !own.declined,
    show: (isOpen) => setShown({ what, isOpen }),
  };
}
