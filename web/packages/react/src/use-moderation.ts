import type { HousecallError, Person } from '@housecall/client';
import { useMemo } from 'react';
import { useManager } from './context';
import { useAction } from './use-action';
import { useCall } from './use-call';
import { useIsHost } from './use-host';

/** What a host does about somebody; `undefined` for others. */
export interface Moderation {
  /** Puts somebody out, who stays out until readmitted. */
  remove: ((user: string, reason?: string) => Promise<void>) | undefined;
  /** Asks somebody, or everybody else, to mute. */
  askToMute: ((user?: string) => Promise<void>) | undefined;
  /** Lets somebody decide too, or no more. */
  setHost: ((user: string, on: boolean) => Promise<void>) | undefined;
  lowerHand: ((user: string) => Promise<void>) | undefined;
  /** Lets somebody come again who was removed. */
  readmit: ((user: string) => Promise<void>) | undefined;
  /** Who was removed. */
  removed: Person[];
  pending: boolean;
  error: HousecallError | null;
}

/** What a host does about the people in a call.
 *
 *  @example
 *  const { askToMute } = useModeration(callId);
 *  return askToMute && <button onClick={() => askToMute()}>Mute everybody</button>;
 */
export function useModeration(callId: string): Moderation {
  const manager = useManager();
  const decides = useIsHost(callId);
  const people = useCall(callId)?.wire.people;
  const removed = useMemo(
    () => (people ?? []).filter((it) => it.removed).map((it) => it.person),
    [people],
  );
  const remove = useAction((user: string, why?: string) => manager.remove(callId, user, why));
  const askToMute = useAction((user?: string) => manager.askToMute(callId, user));
  const setHost = useAction((user: string, on: boolean) => manager.setHost(callId, user, on));
  const lowerHand = useAction((user: string) => manager.raiseHand(callId, false, user));
  const readmit = useAction((user: string) => manager.admit(callId, user));
  const actions = [remove, askToMute, setHost, lowerHand, readmit];
  return {
    remove: decides ? remove.run : undefined,
    askToMute: decides ? askToMute.run : undefined,
    setHost: decides ? setHost.run : undefined,
    lowerHand: decides ? lowerHand.run : undefined,
    readmit: decides ? readmit.run : undefined,
    removed,
    pending: actions.some((it) => it.pending),
    error: actions.find((it) => it.error !== null)?.error ?? null,
  };
}
