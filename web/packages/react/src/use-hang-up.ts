import type { HousecallError } from '@housecall/client';
import { buttonFor, type ButtonProps } from './button';
import { useManager } from './context';
import { useAction } from './use-action';

/** What hanging up takes. */
export interface HangUp {
  pending: boolean;
  error: HousecallError | null;
  hangUp: () => Promise<void>;
  buttonProps: ButtonProps;
}

/** Goes out of a call, and ends it if that leaves nobody to talk to.
 *
 *  @example
 *  const { buttonProps } = useHangUp(callId);
 *  return <button {...buttonProps}>Leave the visit</button>;
 */
export function useHangUp(callId: string): HangUp {
  const manager = useManager();
  const action = useAction(() => manager.hangUp(callId));
  const { run: hangUp, pending, error } = action;
  return { pending, error, hangUp, buttonProps: buttonFor(action) };
}
