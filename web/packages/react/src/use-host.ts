//! What hosts have in common: they decide while the call goes on.

import { isHost, isOver } from '@housecall/client';
import { useCall } from './use-call';
import { useSnapshot } from './use-snapshot';

/** Whether you decide for all in a call that is not over. */
export function useIsHost(callId: string): boolean {
  const call = useCall(callId);
  const you = useSnapshot((it) => it.you?.id);
  return call !== undefined && you !== undefined && !isOver(call) && isHost(call.wire, you);
}
