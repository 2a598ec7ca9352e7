//! One part of a connection check.

import type { CheckStep, Verdict } from '@housecall/client';
import { CHECK_PARTS, meaning, result } from '../words';

/** What is tried, how it came out, and what that means, each in words. */
export function CheckLine({ step }: { step: CheckStep }) {
  const { name, tries } = CHECK_PARTS[step.part];
  return (
    <li className="flex gap-3 py-3">
      <Sign verdict={step.verdict} />
      <div className="min-w-0 break-words">
        <p className="font-semibold">
          {name}: {result(step)}
        </p>
        <p className="text-muted">{tries}</p>
        <p>{meaning(step)}</p>
      </div>
    </li>
  );
}

const SIGNS: Record<Verdict, { look: string; lines: string }> = {
  works: { look: 'text-primary', lines: 'M5 12.5 10 17.5 19 7' },
  blocked: { look: 'text-danger', lines: 'M6 6 18 18M18 6 6 18' },
  missing: { look: 'text-muted', lines: 'M5 12H19' },
  unknown: { look: 'text-muted', lines: 'M12 6V12L16 14' },
};

/** The words beside it say the same. */
function Sign({ verdict }: { verdict: Verdict }) {
  const { look, lines } = SIGNS[verdict];
  return (
    <svg aria-hidden viewBox="0 0 24 24" className={`size-6 shrink-0 ${look}`}>
      <circle cx="12" cy="12" r="11" fill="none" stroke="currentColor" strokeWidth="1.5" />
      <path d={lines} fill="none" stroke="currentColor" strokeWidth="2.5" strokeLinecap="round" />
    </svg>
  );
}
