import { isHost, isOver } from '@housecall/client';
import { useMemo } from 'react';
import { useSnapshot } from './use-snapshot';
import { waitingAt, type WaitingPerson } from './waiting-person';

/** Somebody who waits, and where. */
export interface WaitingSomewhere extends WaitingPerson {
  callId: string;
  /** What the meeting is called, if it is one. */
  title: string | undefined;
}

/** Everybody who waits at a door of which you are a host, who came first first.
 *
 *  @example
 *  const waiting = useWaitingPeople();
 *  return <p>{waiting.length} people wait for you.</p>;
 */
export function useWaitingPeople(): WaitingSomewhere[] {
  const calls = useSnapshot((it) => it.calls);
  const you = useSnapshot((it) => it.you?.id);
  const presences = useSnapshot((it) => it.presences);
  return useMemo(() => {
    const hosted = [...calls.values()].filter(
      (it) => you !== undefined && !isOver(it) && isHost(it.wire, you),
    );
    const waiting = hosted.flatMap(({ wire }) =>
      waitingAt(wire, presences).map((it) => ({ ...it, callId: wire.id, title: wire.title })),
    );
    const since = (it: WaitingPerson) => Date.parse(it.since ?? '');
    return waiting.sort((one, other) => since(one) - since(other));
  }, [calls, you, presences]);
}
