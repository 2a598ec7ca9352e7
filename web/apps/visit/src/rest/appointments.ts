//! Appointments: who sees whom, and when.

import type { ConnectionCheck, Door, Person } from '@housecall/client';
import { ask } from './ask';

/** An appointment. */
export interface Appointment {
  id: string;
  patient: Person;
  provider: Person;
  startsAt: string;
  durationMinutes: number;
  status: 'scheduled' | 'in_progress' | 'completed' | 'cancelled';
  door: Door;
  /** A signed path: calendars ask without signing in. */
  calendarUrl: string;
  /** The latest check of each who made one for it. */
  connectionChecks?: ConnectionCheck[];
}

/** What an appointment is made with. */
export interface Booking {
  patientId: string;
  providerId: string;
  startsAt: string;
  durationMinutes: number;
  door?: Door;
}

/** `GET /api/appointments`: from a moment on, in the order they start. */
export const getAppointments = (token: string, from: Date) =>
  ask<{ appointments: Appointment[]; total: number }>(
    `/api/appointments?from=${encodeURIComponent(from.toISOString())}&limit=100`,
    { token },
  );

/** `GET /api/appointments/{id}` */
export const getAppointment = (token: string, id: string) =>
  ask<Appointment>(`/api/appointments/${encodeURIComponent(id)}`, { token });

/** `POST /api/appointments` */
export const createAppointment = (token: string, body: Booking) =>
  ask<Appointment>('/api/appointments', { token, body });

/** `PATCH /api/appointments/{id}`: what is absent stays as it is. */
export const changeAppointment = (
  token: string,
  id: string,
  body: Partial<Pick<Booking, 'startsAt' | 'durationMinutes' | 'door'>>,
) =>
  ask<Appointment>(`/api/appointments/${encodeURIComponent(id)}`, { token, body, method: 'PATCH' });

/** `DELETE /api/appointments/{id}` */
export const cancelAppointment = (token: string, id: string) =>
  ask<Appointment>(`/api/appointments/${encodeURIComponent(id)}`, { token, method: 'DELETE' });
