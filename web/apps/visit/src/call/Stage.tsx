//! The dark room in which calls happen.

import type { ReactNode } from 'react';
import { usePage } from '../ui/page';

/** A full screen with a heading and, below it, what there is to do. */
export function Stage(props: { phase: string; title: string; children?: ReactNode }) {
  const { phase, title, children } = props;
  const heading = usePage(title);
  return (
    <main
      data-stage
      data-call-phase={phase}
      className="flex min-h-dvh flex-col items-center justify-center gap-6 bg-stage p-6 text-center text-stage-ink"
    >
      <h1 ref={heading} tabIndex={-1} className="text-2xl font-semibold">
        {title}
      </h1>
      {children}
    </main>
  );
}
