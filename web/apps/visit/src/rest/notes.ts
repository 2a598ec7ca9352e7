//! What a provider notes of an appointment. Every version is kept.

import type { Person } from '@housecall/client';
import { ask } from './ask';

/** Notes as they were saved last; version 0 when they never were. */
export interface Notes {
  text: string;
  version: number;
  savedAt?: string;
  author?: Person | string;
}

const path = (appointment: string) => `/api/appointments/${encodeURIComponent(appointment)}/notes`;

/** `GET /api/appointments/{id}/notes` */
export const getNotes = (token: string, appointment: string) =>
  ask<Notes>(path(appointment), { token });

/** `PUT /api/appointments/{id}/notes`: refused when `version` is not the latest. */
export const saveNotes = (
  token: string,
  appointment: string,
  body: { text: string; version: number },
) => ask<Notes>(path(appointment), { token, body, method: 'PUT' });
