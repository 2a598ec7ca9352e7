import {
  awaitedIn,
  isInRoom,
  isOver,
  participantOf,
  unconsentedIn,
  type Call,
  type Covered,
  type HousecallError,
  type Person,
  type RecordingRequest,
  type RecordingState,
  type RecordOptions,
} from '@housecall/client';
import { useMemo } from 'react';
import { useManager } from './context';
import { useAction } from './use-action';
import { useCall } from './use-call';
import { useSnapshot } from './use-snapshot';

/** Being recorded, agreeing to it, and recording. What is not allowed now is
 *  `undefined`. */
export interface Recording {
  /** The recording that runs, if one does. */
  recording: RecordingState | undefined;
  /** What everybody is asked to agree to, if somebody wants to record. */
  request: RecordingRequest | undefined;
  /** Who records, or wants to. */
  by: Person | undefined;
  /** It waits until everybody has agreed. */
  paused: boolean;
  /** Whom it waits for. */
  waitingFor: Person[];
  /** You have agreed to all that is recorded or asked. */
  consented: boolean;
  /** You have said no to what is asked. */
  declined: boolean;
  /** Who is in the room and has not agreed. */
  missing: Person[];
  /** You may ask for a recording, and make one. */
  mayRecord: boolean;
  /** Asks everybody, who are shown the text that `wording` names. */
  ask: ((covers: Covered, wording: string) => Promise<void>) | undefined;
  /** Agrees to what is recorded or asked, as the text that `wording` names says;
   *  it is the one of the request unless said otherwise. */
  agree: ((wording?: string) => Promise<void>) | undefined;
  /** Says no to what is asked or recorded. */
  decline: (() => Promise<void>) | undefined;
  /** Agrees no longer, which stops the recording. */
  withdraw: (() => Promise<void>) | undefined;
  /** Records what was asked for, once everybody has agreed. */
  start: ((options?: RecordOptions) => Promise<void>) | undefined;
  /** Records no more, or asks no more. */
  stop: (() => Promise<void>) | undefined;
  pending: boolean;
  error: HousecallError | null;
}

/** The recording of a call, and what you say to it.
 *
 *  @example
 *  const { by, withdraw } = useRecording(callId);
 *  return by && <p>{by.name} records. <button onClick={withdraw}>Stop recording me</button></p>;
 */
export function useRecording(callId: string): Recording {
  const call = useCall(callId);
  const you = useSnapshot((it) => it.you?.id);
  const facts = useMemo(() => factsOf(call, you), [call, you]);
  const says = useConsent(callId, facts);
  const records = useTape(callId, facts);
  const actions = [...says.actions, ...records.actions];
  return {
    ...facts,
    ...says.offered,
    ...records.offered,
    pending: actions.some((it) => it.pending),
    error: actions.find((it) => it.error !== null)?.error ?? null,
  };
}

type Facts = ReturnType<typeof factsOf>;

function factsOf(call: Call | undefined, you = '') {
  const wire = call?.wire;
  const own = wire && participantOf(wire, you);
  const { recording, recordingRequest: request } = wire ?? {};
  const by = recording?.by ?? request?.by ?? '';
  const role = own?.person.role;
  return {
    recording,
    request,
    by: wire && participantOf(wire, by)?.person,
    paused: recording?.paused ?? false,
    waitingFor: wire === undefined ? [] : awaitedIn(wire),
    consented: own?.consented ?? false,
    declined: own?.declined ?? false,
    missing: wire === undefined ? [] : unconsentedIn(wire),
    mayRecord: call !== undefined && isInRoom(call) && (role === 'provider' || role === 'admin'),
  };
}

/** What anybody says. */
function useConsent(callId: string, { recording, request, consented, declined }: Facts) {
  const manager = useManager();
  const call = useCall(callId);
  const isOpen = call !== undefined && !isOver(call);
  const agree = useAction((wording: string | undefined = request?.wording) => {
    const covers = recording?.covers ?? request?.covers;
    return manager.consentToRecording(callId, true, {
      ...(covers === undefined ? {} : { covers }),
      ...(wording === undefined ? {} : { wording }),
      method: 'electronic',
    });
  });
  const refuse = useAction(() => manager.consentToRecording(callId, false));
  const isAsked = request !== undefined || recording !== undefined;
  const mayDecline = isOpen && isAsked && !consented && !declined;
  const offered = {
    agree: isOpen && !consented ? agree.run : undefined,
    decline: mayDecline ? refuse.run : undefined,
    withdraw: isOpen && consented ? refuse.run : undefined,
  };
  return { offered, actions: [agree, refuse] };
}

/** What whoever may record does. */
function useTape(callId: string, { recording, request, missing, mayRecord }: Facts) {
  const manager = useManager();
  const ask = useAction((covers: Covered, wording: string) =>
    manager.askConsent(callId, covers, wording),
  );
  const start = useAction((options?: RecordOptions) => manager.startRecording(callId, options));
  const stop = useAction(() => manager.stopRecording(callId));
  const isIdle = recording === undefined;
  const offered = {
    ask: mayRecord && isIdle ? ask.run : undefined,
    start: mayRecord && isIdle && missing.length === 0 ? start.run : undefined,
    stop: mayRecord && (!isIdle || request !== undefined) ? stop.run : undefined,
  };
  return { offered, actions: [ask, start, stop] };
}
