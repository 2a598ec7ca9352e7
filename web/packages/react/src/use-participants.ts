import {
  othersInRoom,
  type MediaState,
  type PeerView,
  type Person,
  type StageWord,
} from '@housecall/client';
import { useMemo } from 'react';
import { useCall } from './use-call';
import { useSnapshot } from './use-snapshot';

/** Somebody else in the room. */
export interface Participant {
  person: Person;
  stage: StageWord;
  /** What they say they send. */
  media: MediaState;
  /** Their sound and picture, once there is a connection to them. */
  peer: PeerView | undefined;
}

/** Everybody else in the room of a call, in the call's own order.
 *
 *  @example
 *  const others = useParticipants(callId);
 *  return others.map((it) => <Tile key={it.person.id} participant={it} />);
 */
export function useParticipants(callId: string): Participant[] {
  const call = useCall(callId);
  const you = useSnapshot((it) => it.you?.id);
  const peers = useSnapshot((it) => it.peers);
  return useMemo(() => {
    if (call === undefined || you === undefined) return [];
    return othersInRoom(call, you).map(({ person, stage, media }) => ({
      person,
      stage,
      media,
      peer: peers.get(person.id),
    }));
  }, [call, you, peers]);
}
