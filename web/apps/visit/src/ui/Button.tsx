//! Buttons and links that look like them.

import type { ComponentProps } from 'react';
import { Link, type LinkProps } from 'react-router';

/** What a button is for; its look follows. */
export type Purpose = 'primary' | 'plain' | 'danger' | 'stage' | 'tool' | 'hangup';

const BASE =
  'inline-flex items-center justify-center gap-2 rounded-card border px-3 py-2 sm:px-5 text-base font-semibold ' +
  'transition-colors duration-150 aria-busy:cursor-progress';

const LOOKS: Record<Purpose, string> = {
  primary: 'min-h-12 border-transparent bg-primary text-white hover:bg-primary-dark',
  plain: 'min-h-12 border-line bg-white text-ink hover:bg-canvas',
  danger: 'min-h-12 border-danger bg-white text-danger hover:bg-danger-soft',
  stage: 'min-h-14 border-stage-line bg-stage-raised text-stage-ink hover:bg-black',
  tool: 'min-h-12 border-stage-line bg-stage text-stage-ink hover:bg-stage-raised',
  hangup: 'min-h-14 border-transparent bg-hangup text-white hover:bg-danger',
};

/** A button. Says what it does in words. */
export function Button({
  purpose = 'plain',
  className = '',
  ...rest
}: ComponentProps<'button'> & { purpose?: Purpose }) {
  return <button type="button" {...rest} className={`${BASE} ${LOOKS[purpose]} ${className}`} />;
}

/** A link to a page that weighs as much as a button. */
export function ButtonLink({
  purpose = 'plain',
  className = '',
  ...rest
}: LinkProps & { purpose?: Purpose }) {
  return <Link {...rest} className={`${BASE} ${LOOKS[purpose]} ${className}`} />;
}
