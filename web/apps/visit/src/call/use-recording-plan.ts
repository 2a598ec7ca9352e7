import {
  othersInRoom,
  type HousecallError,
  type NewcomersWord,
  type RecordOptions,
} from '@housecall/client';
import { useCall, useRecording, useSnapshot } from '@housecall/react';
import { useEffect, useState } from 'react';

/** How this person wants to record what they have asked for. */
export interface RecordingPlan {
  /** What becomes of them; what is usual in the house, unless this says so. */
  newcomers: NewcomersWord | undefined;
  /** It starts by itself as soon as everybody has agreed. */
  startsItself: boolean;
  change: (to: Partial<Plan>) => void;
  /** Why it did not start by itself. */
  error: HousecallError | null;
}

type Plan = Pick<RecordingPlan, 'newcomers' | 'startsItself'>;

/** What to start a recording with. */
export function startOptions({ newcomers }: Plan): RecordOptions {
  return newcomers === undefined ? {} : { newcomers };
}

/** Keeps the plan while it is asked, and carries it out. After a reload nothing starts
 *  by itself. */
export function useRecordingPlan(callId: string): RecordingPlan {
  const [plan, setPlan] = useState<Plan>({ newcomers: undefined, startsItself: false });
  const call = useCall(callId);
  const you = useSnapshot((it) => it.you?.id) ?? '';
  const { request, start, error } = useRecording(callId);
  // Whom the others left alone has nobody to record.
  const isInCompany = call !== undefined && othersInRoom(call, you).length > 0;
  const isReady = plan.startsItself && request?.by === you && isInCompany;
  useEffect(() => {
    if (isReady) void start?.(startOptions(plan));
  }, [isReady, start, plan]);
  return { ...plan, change: (to) => setPlan((before) => ({ ...before, ...to })), error };
}
