import {
  isInRoom,
  type HousecallError,
  type Reaction,
  type ShownReaction,
} from '@housecall/client';
import { useMemo } from 'react';
import { useManager } from './context';
import { useAction } from './use-action';
import { useCall } from './use-call';
import { useSnapshot } from './use-snapshot';

/** What is shown for a moment. */
export interface ReactionControls {
  /** Oldest first; each disappears by itself. */
  reactions: ShownReaction[];
  /** Shows one to everybody; `undefined` when this device is not in. */
  react: ((reaction: Reaction) => Promise<void>) | undefined;
  error: HousecallError | null;
}

/** Reactions in a call.
 *
 *  @example
 *  const { reactions, react } = useReactions(callId);
 *  return react && <button onClick={() => react('clap')}>Clap</button>;
 */
export function useReactions(callId: string): ReactionControls {
  const manager = useManager();
  const call = useCall(callId);
  const all = useSnapshot((it) => it.reactions);
  const reactions = useMemo(() => all.filter((it) => it.callId === callId), [all, callId]);
  const { run, error } = useAction((reaction: Reaction) => manager.react(callId, reaction));
  const isIn = call !== undefined && isInRoom(call);
  return { reactions, react: isIn ? run : undefined, error };
}
