import {
  othersInRoom,
  type MediaState,
  type Part,
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
  /** They decide for all. */
  host: boolean;
  /** What they are there for, if they came without an account. */
  part: Part | undefined;
  /** Since when their hand is raised, if it is. */
  handSince: string | undefined;
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
    return othersInRoom(call, you).map(({ person, stage, media, host, part, handSince }) => ({
      person,
      stage,
      media,
      host,
      part,
      handSince,
      peer: peers.get(person.id),
    }));
  }, [call, you, peers]);
}
