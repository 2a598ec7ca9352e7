//! The connection check beside the device check: nobody has to ask for it.

import type { CheckStep, ConnectionReport, DeviceCheck, Verdict } from '@housecall/client';
import { useManager } from '@housecall/react';
import { useEffect, useState } from 'react';
import { keepConnectionCheck } from '../rest';
import { useSessionStore } from '../session/session-context';
import { isNothingOffered } from '../words';
import type { KeepFor } from './arrival';

/** What is known so far. */
interface Found {
  /** Whether media has a way; `undefined` where there is nothing to judge by. */
  verdict: Verdict | undefined;
  report: ConnectionReport | null;
}

const NOTHING: Found = { verdict: 'unknown', report: null };

/** Checks the connection while it is mounted, each `time` anew. */
export function useQuietCheck(time: number): Found {
  const manager = useManager();
  const [found, setFound] = useState(NOTHING);
  useEffect(() => {
    const control = new AbortController();
    const { signal } = control;
    const find = (it: Found) => signal.aborted || setFound(it);
    const progress = ({ verdict }: CheckStep) => {
      // One way that is open is enough to come in.
      if (verdict === 'works') find({ verdict, report: null });
    };
    find(NOTHING);
    manager.checkConnection({ signal, progress }).then(
      (report) => find({ verdict: verdictOn(report), report }),
      // Without a check, the connection to the server is all there is to go by.
      () => find({ verdict: undefined, report: null }),
    );
    return () => control.abort();
  }, [manager, time]);
  return found;
}

/** Keeps what was found once it is all known. */
export function useKeptReport(
  report: ConnectionReport | null,
  { microphone, camera }: Pick<DeviceCheck, 'microphone' | 'camera'>,
  keepFor: KeepFor | undefined,
): void {
  const { withToken } = useSessionStore();
  const isKnown = microphone !== 'unknown' && camera !== 'unknown';
  const appointmentId = keepFor?.appointmentId;
  const isWanted = keepFor !== undefined;
  useEffect(() => {
    if (report === null || !isKnown || !isWanted) return;
    const check = {
      ...(appointmentId === undefined ? {} : { appointmentId }),
      report: { ...report, microphone, camera },
    };
    // It is for others to see, and nothing that the person at the door waits for.
    withToken((token) => keepConnectionCheck(token, check)).catch(() => undefined);
  }, [report, isKnown, microphone, camera, appointmentId, isWanted, withToken]);
}

function verdictOn(report: ConnectionReport): Verdict | undefined {
  if (isNothingOffered(report)) return undefined;
  const { stun, relayUdp, relayTcp, relayTls } = report;
  return [stun, relayUdp, relayTcp, relayTls].includes('works') ? 'works' : 'blocked';
}
