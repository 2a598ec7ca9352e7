//! People, and the calls that were had with them.

import type { PresenceWord } from '@housecall/client';
import type { Role } from './accounts';
import { ask } from './ask';

/** Somebody who may be called. */
export interface Contact {
  id: string;
  name: string;
  role: Role;
  online: boolean;
  presence: PresenceWord;
  /** For staff only. */
  lastSeenAt?: string;
}

/** A call, as the history tells it. */
export interface PastCall {
  id: string;
  type: 'video' | 'audio' | 'screen_share';
  status: 'scheduled' | 'ringing' | 'in_progress' | 'ended' | 'cancelled' | 'missed';
  outcome?: 'completed' | 'missed' | 'declined' | 'cancelled';
  initiatedBy: string;
  scheduledAt?: string;
  startedAt?: string;
  endedAt?: string;
  /** Seconds from the first answer to the end. */
  actualDuration?: number;
  endReason?: string;
  participants: { userId: string; displayName: string }[];
  createdAt: string;
}

/** One page of the history. */
export interface PastCalls {
  calls: PastCall[];
  total: number;
}

/** `GET /api/people` */
export const getPeople = (token: string) => ask<{ people: Contact[] }>('/api/people', { token });

/** `GET /webrtc/calls` */
export const getCalls = (token: string, { limit, offset }: { limit: number; offset: number }) =>
  ask<PastCalls>(`/webrtc/calls?limit=${limit}&offset=${offset}`, { token });
