//! What somebody brings along who comes to the check from elsewhere.

import type { DeviceCheck } from '@housecall/client';
import { useLocation } from 'react-router';

/** For which appointments a check is kept: for one, or for all that are to come. */
export interface KeepFor {
  appointmentId?: string;
}

/** Kept with the entry of the page in the browser's history. */
export interface Arrival {
  /** Where they came from. */
  back?: string;
  keepFor?: KeepFor;
  /** What is known of their devices. */
  devices?: Partial<Pick<DeviceCheck, 'microphone' | 'camera'>>;
}

/** What was brought along; nothing where the address was typed. */
export function useArrival(): Arrival {
  return (useLocation().state as Arrival | null) ?? {};
}
