//! "Check my connection": one button, what it tries, and what came of it.

import type { ConnectionReport, KeptConnectionCheck } from '@housecall/client';
import { useAction, useConnectionCheck, type ConnectionCheckControls } from '@housecall/react';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { keepConnectionCheck } from '../rest';
import { useSessionStore } from '../session/session-context';
import { Button } from '../ui/Button';
import { CopyText } from '../ui/CopyText';
import { Problem } from '../ui/Problem';
import { CHECK_PARTS, helpText, overall, reportLines } from '../words';
import type { Arrival } from './arrival';
import { CheckLine } from './CheckLine';

/** The check itself, for any page. */
export function ConnectionCheck({ keepFor = {}, devices = {} }: Omit<Arrival, 'back'>) {
  const { run, kept, error } = useKeep();
  const withDevices = (report: ConnectionReport) => ({ ...report, ...devices });
  const check = useConnectionCheck((it) => void run({ ...keepFor, report: withDevices(it) }));
  const { steps, report, pending, buttonProps } = check;
  return (
    <div className="flex flex-col gap-4">
      <p>
        This tries which ways between this device and others are open. It takes up to half a minute,
        and nobody sees or hears you.
      </p>
      <p className="text-muted">
        The result is shown to those you meet at your appointments, and to administrators. It
        contains no addresses.
      </p>
      <Button {...buttonProps} purpose="primary">
        {report === null ? 'Check my connection' : 'Check again'}
      </Button>
      <Problem error={check.error ?? error} />
      <ul aria-label="What was tested" className="flex flex-col divide-y divide-hairline">
        {steps.map((it) => (
          <CheckLine key={it.part} step={it} />
        ))}
      </ul>
      <div role="status" aria-label="Result of the check" aria-busy={pending}>
        <p className="text-lg font-semibold">{standing(check)}</p>
        {report !== null && kept !== null && <p>{shownTo(kept)}</p>}
      </div>
      {report !== null && <Details report={withDevices(report)} steps={steps} />}
    </div>
  );
}

/** Keeps reports, and says for whom the latest was kept. */
function useKeep() {
  const { withToken } = useSessionStore();
  const queries = useQueryClient();
  const [kept, setKept] = useState<KeptConnectionCheck | null>(null);
  const { run, error } = useAction(async (check: Parameters<typeof keepConnectionCheck>[1]) => {
    setKept(null);
    setKept(await withToken((token) => keepConnectionCheck(token, check)));
    await queries.invalidateQueries({ queryKey: ['appointments'] });
  });
  return { run, kept, error };
}

function standing({ steps, report }: ConnectionCheckControls): string {
  if (report !== null) return overall(report);
  const now = steps.find((it) => it.pending);
  return now === undefined ? '' : `Testing: ${CHECK_PARTS[now.part].name}.`;
}

function shownTo({ appointments }: KeptConnectionCheck): string {
  if (appointments.length === 0) return 'You have no appointment ahead: nobody is shown this.';
  return appointments.length === 1
    ? 'Those you meet at your next appointment can see this.'
    : `Those you meet at your next ${appointments.length} appointments can see this.`;
}

function Details(props: { report: ConnectionReport; steps: ConnectionCheckControls['steps'] }) {
  const { report, steps } = props;
  const [at] = useState(() => new Date());
  return (
    <>
      <details>
        <summary className="min-h-12 cursor-pointer py-3 font-semibold">Details</summary>
        <ul>
          {reportLines(report).map((it) => (
            <li key={it}>{it}</li>
          ))}
        </ul>
      </details>
      <CopyText label="Copy as text for the help desk" text={helpText(report, steps, at)} />
    </>
  );
}
