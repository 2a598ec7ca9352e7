import { isInRoom, participantOf, type HousecallError } from '@housecall/client';
import { buttonFor, type ButtonProps } from './button';
import { useManager } from './context';
import { useAction } from './use-action';
import { useCall } from './use-call';
import { useSnapshot } from './use-snapshot';

/** Your hand in a call. */
export interface Hand {
  raised: boolean;
  /** Raises or lowers it; `undefined` when this device is not in. */
  toggle: (() => Promise<void>) | undefined;
  /** Spread upon a button; `undefined` when this device is not in. */
  buttonProps: ButtonProps | undefined;
  pending: boolean;
  error: HousecallError | null;
}

/** Raises your hand, or lowers it.
 *
 *  @example
 *  const { raised, buttonProps } = useHand(callId);
 *  return buttonProps && <button {...buttonProps}>{raised ? 'Lower hand' : 'Raise hand'}</button>;
 */
export function useHand(callId: string): Hand {
  const manager = useManager();
  const call = useCall(callId);
  const you = useSnapshot((it) => it.you?.id ?? '');
  const own = call && participantOf(call.wire, you);
  const raised = own?.handSince !== undefined;
  const action = useAction(() => manager.raiseHand(callId, !raised));
  const isIn = call !== undefined && isInRoom(call);
  const { pending, error } = action;
  const toggle = isIn ? action.run : undefined;
  return { raised, toggle, pending, error, buttonProps: isIn ? buttonFor(action) : undefined };
}
