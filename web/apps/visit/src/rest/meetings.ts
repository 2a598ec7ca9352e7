//! Meetings: places several people come to, now or later.

import type { Door, Person } from '@housecall/client';
import { ask } from './ask';

/** A meeting one may come to. */
export interface Meeting {
  id: string;
  name: string;
  private: boolean;
  door: Door;
  creator: Person;
  startsAt?: string;
  createdAt: string;
  /** Somebody is in it. */
  live: boolean;
  people: number;
  /** Who may come to a private one; told to its creator and to administrators. */
  access?: Person[];
}

/** What a meeting is made with, or changed to. */
export interface MeetingPlan {
  name: string;
  private: boolean;
  door: Door;
  /** Who may come, if it is private. */
  access: string[];
  startsAt?: string;
}

const path = (id: string) => `/api/meetings/${encodeURIComponent(id)}`;

/** `GET /api/meetings` */
export const getMeetings = (token: string) =>
  ask<{ meetings: Meeting[] }>('/api/meetings', { token });

/** `GET /api/meetings/{id}` */
export const getMeeting = (token: string, id: string) => ask<Meeting>(path(id), { token });

/** `POST /api/meetings` */
export const createMeeting = (token: string, body: MeetingPlan) =>
  ask<Meeting>('/api/meetings', { token, body });

/** `PATCH /api/meetings/{id}` */
export const changeMeeting = (token: string, id: string, body: MeetingPlan) =>
  ask<Meeting>(path(id), { token, body, method: 'PATCH' });

/** `DELETE /api/meetings/{id}` */
export const deleteMeeting = (token: string, id: string) =>
  ask<void>(path(id), { token, method: 'DELETE' });
