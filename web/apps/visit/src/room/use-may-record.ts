import { useRecording } from '@housecall/react';
import { useHouse } from '../session/use-house';

/** Whether this person may record a call, or stop what is recorded of it. */
export function useMayRecord(callId: string): boolean {
  const { mayRecord, recording, request } = useRecording(callId);
  const isAvailable = useHouse().data?.recordings?.available ?? false;
  return mayRecord && (isAvailable || recording !== undefined || request !== undefined);
}
