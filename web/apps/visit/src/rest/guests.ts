//! Guest links, and coming with one.

import type { Part } from '@housecall/client';
import type { Session } from './accounts';
import { ask } from './ask';

/** A link that lets people without an account come to one place. */
export interface GuestLink {
  id: string;
  place: string;
  role: Part;
  reusable: boolean;
  /** A path on this server. */
  url: string;
  createdAt: string;
  expiresAt: string;
  uses: number;
  revokedAt?: string;
  /** The place is over, or its maker may not invite any more. */
  suspended: boolean;
}

/** What a link is made with. */
export interface GuestLinkPlan {
  place: string;
  role: Part;
  reusable: boolean;
  minutes: number;
}

/** Where a link leads, told to anybody who has it. */
export interface Invitation {
  kind: 'appointment' | 'meeting' | 'call';
  title: string;
  host: string;
  role: Part;
  startsAt?: string;
}

/** `POST /api/guest-links` */
export const createGuestLink = (token: string, body: GuestLinkPlan) =>
  ask<GuestLink>('/api/guest-links', { token, body });

/** `GET /api/guest-links` */
export const getGuestLinks = (token: string, place: string) =>
  ask<{ links: GuestLink[] }>(`/api/guest-links?place=${encodeURIComponent(place)}`, { token });

/** `DELETE /api/guest-links/{id}` */
export const revokeGuestLink = (token: string, id: string) =>
  ask<void>(`/api/guest-links/${encodeURIComponent(id)}`, { token, method: 'DELETE' });

/** `POST /api/guests/look` */
export const lookAtLink = (token: string) =>
  ask<Invitation>('/api/guests/look', { body: { token } });

/** `POST /api/guests`: uses up a link that is good for one. */
export const comeAsGuest = (body: { token: string; name: string }) =>
  ask<Session & { place: string }>('/api/guests', { body });
