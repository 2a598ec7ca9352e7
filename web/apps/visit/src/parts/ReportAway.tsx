import { useAway } from '@housecall/react';

/** Tells the others when nobody is in front of this device. */
export function ReportAway() {
  useAway();
  return null;
}
