import {
  isOver,
  participantOf,
  type HousecallError,
  type Person,
  type RecordingState,
} from '@housecall/client';
import { useManager } from './context';
import { useAction } from './use-action';
import { useCall } from './use-call';
import { useSnapshot } from './use-snapshot';

/** Being recorded, and agreeing to it. */
export interface Recording {
  /** The recording that runs, if one does. */
  recording: RecordingState | undefined;
  /** Who records. */
  by: Person | undefined;
  /** You have agreed to being recorded. */
  consented: boolean;
  /** Agrees; `undefined` once you have. */
  consent: (() => Promise<void>) | undefined;
  /** Agrees no longer, which stops the recording; `undefined` unless you have agreed. */
  withdraw: (() => Promise<void>) | undefined;
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
  const manager = useManager();
  const call = useCall(callId);
  const you = useSnapshot((it) => it.you?.id);
  const consent = useAction(() => manager.consentToRecording(callId, true));
  const withdraw = useAction(() => manager.consentToRecording(callId, false));
  const recording = call?.wire.recording;
  const personOf = (user = '') => call && participantOf(call.wire, user);
  const open = call !== undefined && !isOver(call);
  const consented = personOf(you)?.consented ?? false;
  return {
    recording,
    by: personOf(recording?.by)?.person,
    consented,
    consent: open && !consented ? consent.run : undefined,
    withdraw: open && consented ? withdraw.run : undefined,
    pending: consent.pending || withdraw.pending,
    error: consent.error ?? withdraw.error,
  };
}
