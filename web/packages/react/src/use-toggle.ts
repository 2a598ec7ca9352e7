//! What the microphone, the camera and the screen have in common.

import type { HousecallError, LocalMediaState } from '@housecall/client';
import { buttonFor, type ButtonProps } from './button';
import { useAction } from './use-action';
import { useSnapshot } from './use-snapshot';

/** Something that is on or off. Let the label say the action ("Mute"). */
export interface Toggle {
  enabled: boolean;
  pending: boolean;
  error: HousecallError | null;
  toggle: () => Promise<void>;
  buttonProps: ButtonProps;
}

/** A toggle over one part of the local media. */
export function useToggle(
  part: keyof Pick<LocalMediaState, 'audio' | 'video' | 'screen'>,
  perform: () => Promise<void>,
): Toggle {
  const enabled = useSnapshot((it) => it.media[part]);
  const action = useAction(perform);
  const { run: toggle, pending, error } = action;
  return { enabled, pending, error, toggle, buttonProps: buttonFor(action) };
}
