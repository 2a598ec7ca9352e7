//! What every button of a hook carries.

import type { Action } from './use-action';

/** Props for a `<button>`. It is never disabled while it works: focus stays. */
export interface ButtonProps {
  type: 'button';
  'aria-busy': boolean;
  onClick: () => void;
}

/** The props of a button that runs `action`. */
export function buttonFor(action: Action<[]>): ButtonProps {
  return { type: 'button', 'aria-busy': action.pending, onClick: () => void action.run() };
}
