import type { HousecallError, Wanted } from '@housecall/client';
import { useManager } from './context';
import { useAction } from './use-action';
import { useCall } from './use-call';

/** What may be done with a call that rings; `undefined` when it does not. */
export interface Answer {
  answer: ((wanted?: Partial<Wanted>) => Promise<void>) | undefined;
  decline: ((reason?: string) => Promise<void>) | undefined;
  pending: boolean;
  error: HousecallError | null;
}

/** Answers or declines a call.
 *
 *  @example
 *  const { answer, decline } = useAnswer(callId);
 *  return answer && <button onClick={() => answer({ video: false })}>Answer without camera</button>;
 */
export function useAnswer(callId: string): Answer {
  const manager = useManager();
  const rings = useCall(callId)?.phase === 'incoming';
  const answer = useAction((wanted?: Partial<Wanted>) => manager.answer(callId, wanted));
  const decline = useAction((reason?: string) => manager.decline(callId, reason));
  return {
    answer: rings ? answer.run : undefined,
    decline: rings ? decline.run : undefined,
    pending: answer.pending || decline.pending,
    error: answer.error ?? decline.error,
  };
}
