//! How calls came out.

import type { CallState, Ending, Outcome } from '@housecall/client';
import type { PastCall } from '../rest';
import { callerOf, others } from './names';

const OUTCOMES: Record<Outcome, string> = {
  completed: 'Completed',
  missed: 'Missed',
  declined: 'Declined',
  cancelled: 'Cancelled',
};

/** How a past call came out, in a word or two. */
export function outcome({ outcome, status }: PastCall): string {
  if (outcome !== undefined) return OUTCOMES[outcome];
  switch (status) {
    case 'scheduled':
      return 'Planned';
    case 'ringing':
      return 'Ringing';
    case 'in_progress':
      return 'In progress';
    case 'ended':
      return 'Completed';
    case 'cancelled':
      return 'Cancelled';
    case 'missed':
      return 'Missed';
  }
}

/** How a call ended, as a sentence to somebody who was in it. */
export function ending(call: CallState, { outcome, by }: Ending, you: string | undefined): string {
  const called = call.caller === you;
  // Nobody calls anybody to an appointment or a meeting.
  if (call.kind !== 'call' && outcome !== 'completed') {
    return outcome === 'missed' ? 'Nobody else came.' : 'The visit was cancelled.';
  }
  switch (outcome) {
    case 'completed':
      return 'The visit has ended.';
    case 'missed':
      return called
        ? `${others(call, you)} did not answer.`
        : `You missed a call from ${callerOf(call)}.`;
    case 'declined':
      if (by === you) return 'You declined the call.';
      return called ? `${others(call, you)} declined the call.` : 'The call was declined.';
    case 'cancelled':
      return called ? 'You cancelled the call.' : `${callerOf(call)} cancelled the call.`;
  }
}
