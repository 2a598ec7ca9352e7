import type { CheckStep, ConnectionReport, HousecallError } from '@housecall/client';
import { useEffect, useRef, useState } from 'react';
import { buttonFor, type ButtonProps } from './button';
import { useManager } from './context';
import { useAction } from './use-action';

/** A check of the connection, and how far it has come. */
export interface ConnectionCheckControls {
  /** Tries every way once more; given up when the page that shows it goes. */
  start: () => Promise<void>;
  /** What was tried and is being tried, in the order it began. */
  steps: readonly CheckStep[];
  /** What came of it, once it is done. */
  report: ConnectionReport | null;
  pending: boolean;
  error: HousecallError | null;
  buttonProps: ButtonProps;
}

/** Tries which ways to others are open to this device.
 *
 *  @example
 *  const { steps, buttonProps } = useConnectionCheck((report) => keep(report));
 *  return <>
 *    <button {...buttonProps}>Check my connection</button>
 *    {steps.map((it) => <p key={it.part}>{it.part}: {it.verdict}</p>)}
 *  </>;
 */
export function useConnectionCheck(
  onReport?: (report: ConnectionReport) => void,
): ConnectionCheckControls {
  const manager = useManager();
  const [steps, setSteps] = useState<readonly CheckStep[]>([]);
  const [report, setReport] = useState<ConnectionReport | null>(null);
  const running = useRef<AbortController>(null);
  useEffect(() => () => running.current?.abort(), []);
  const check = useAction(async () => {
    const control = new AbortController();
    running.current = control;
    setSteps([]);
    setReport(null);
    const progress = (step: CheckStep) => setSteps((known) => withStep(known, step));
    const found = await manager.checkConnection({ progress, signal: control.signal });
    setReport(found);
    onReport?.(found);
  });
  const { run, pending, error } = check;
  return { start: run, steps, report, pending, error, buttonProps: buttonFor(check) };
}

function withStep(known: readonly CheckStep[], step: CheckStep): CheckStep[] {
  const isKnown = known.some((it) => it.part === step.part);
  return isKnown ? known.map((it) => (it.part === step.part ? step : it)) : [...known, step];
}
