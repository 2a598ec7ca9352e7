import type { Door, HousecallError } from '@housecall/client';
import { useMemo } from 'react';
import { useManager } from './context';
import { useAction } from './use-action';
import { useCall } from './use-call';
import { useIsHost } from './use-host';
import { useSnapshot } from './use-snapshot';
import { waitingAt, type WaitingPerson } from './waiting-person';

/** The door of a call; what only hosts may do is `undefined` for others. */
export interface DoorControls {
  /** Who waits, who came first first. */
  waiting: WaitingPerson[];
  admit: ((user: string) => Promise<void>) | undefined;
  /** `undefined` also when nobody waits. */
  admitAll: (() => Promise<void>) | undefined;
  turnAway: ((user: string, reason?: string) => Promise<void>) | undefined;
  /** Writes to somebody who waits. */
  write: ((user: string, text: string) => Promise<void>) | undefined;
  /** Who waits at it. */
  door: Door | undefined;
  setDoor: ((door: Door) => Promise<void>) | undefined;
  pending: boolean;
  error: HousecallError | null;
}

/** Who waits at the door of a call, and what a host does about it.
 *
 *  @example
 *  const { waiting, admit } = useDoor(callId);
 *  return waiting.map(({ person }) => (
 *    <li key={person.id}>{person.name} {admit && <button onClick={() => admit(person.id)}>Admit</button>}</li>
 *  ));
 */
export function useDoor(callId: string): DoorControls {
  const manager = useManager();
  const wire = useCall(callId)?.wire;
  const presences = useSnapshot((it) => it.presences);
  const decides = useIsHost(callId);
  const waiting = useMemo(
    () => (wire === undefined ? [] : waitingAt(wire, presences)),
    [wire, presences],
  );
  const admit = useAction((user: string) => manager.admit(callId, user));
  const admitAll = useAction(() => manager.admitAll(callId));
  const turnAway = useAction((user: string, why?: string) => manager.turnAway(callId, user, why));
  const write = useAction((user: string, text: string) =>
    manager.say(callId, text, { to: [user] }),
  );
  const setDoor = useAction((door: Door) => manager.setDoor(callId, door));
  const actions = [admit, admitAll, turnAway, write, setDoor];
  return {
    waiting,
    admit: decides ? admit.run : undefined,
    admitAll: decides && waiting.length > 0 ? admitAll.run : undefined,
    turnAway: decides ? turnAway.run : undefined,
    write: decides ? write.run : undefined,
    door: wire?.door,
    setDoor: decides ? setDoor.run : undefined,
    pending: actions.some((it) => it.pending),
    error: actions.find((it) => it.error !== null)?.error ?? null,
  };
}
