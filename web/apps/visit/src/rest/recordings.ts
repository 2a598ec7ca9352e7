//! Recordings of visits: what there is, who may do what with it, and who did.

import type { Covered, MethodWord, Person } from '@housecall/client';
import { ask, bearer, send } from './ask';

/** How far a recording has come. */
export type RecordingStatus =
  'recording' | 'uploading' | 'processing' | 'completed' | 'failed' | 'destroyed';

/** What may be done with a recording now by whoever asks. */
export interface RecordingRights {
  watch: boolean;
  download: boolean;
  delete: boolean;
  hold: boolean;
  /** They may learn of it, and ask to see it. */
  ask: boolean;
}

/** Somebody asks to see a recording. */
export interface WatchRequest {
  userId: string;
  name: string;
  at: string;
}

/** A recording in the library. */
export interface RecordingView {
  id: string;
  callId: string;
  appointmentId?: string;
  title?: string;
  status: RecordingStatus;
  startedAt: string;
  stoppedAt?: string;
  startedBy: Person;
  people: Person[];
  mediaType?: string;
  /** In bytes. */
  fileSize?: number;
  /** Seconds, of the media. */
  duration?: number;
  hasPoster: boolean;
  /** When it is deleted by itself. */
  expiresAt?: string;
  onHold: boolean;
  holdReason?: string;
  /** Why it could not be completed. */
  failure?: string;
  /** What is stored is not what was recorded. */
  damaged: boolean;
  may: RecordingRights;
  /** Told to those who may watch, also while there is nothing to watch. */
  requests?: WatchRequest[];
}

/** A moment of a recording that one may want to go to. */
export interface Chapter {
  /** From the beginning of the media. */
  seconds: number;
  at: string;
  kind: 'joined' | 'left' | 'screen' | 'screen-ended' | 'chat' | 'resumed';
  userId?: string;
  name?: string;
}

/** What somebody said to being recorded. */
export interface ConsentEntry {
  userId: string;
  name: string;
  what: 'agreed' | 'declined' | 'withdrew';
  method?: MethodWord;
  covers?: Covered;
  wording?: string;
  at: string;
  /** Who noted it, if it was not themselves. */
  notedBy?: string;
}

/** One recording with all there is to know. */
export interface RecordingDetail extends RecordingView {
  chapters: Chapter[];
  consents: ConsentEntry[];
}

/** Somebody did something with a recording. */
export interface RecordingAccess {
  at: string;
  /** Nobody, where the house did it by itself. */
  userId?: string;
  name?: string;
  what:
    | 'opened'
    | 'watched'
    | 'downloaded'
    | 'asked_for'
    | 'refused'
    | 'held'
    | 'released'
    | 'destroyed'
    | 'damaged';
  /** Why; of what was refused, which action it was. */
  reason?: string;
}

/** Which recordings are looked for. */
export interface RecordingSearch {
  q?: string;
  patient?: string;
  from?: string;
  to?: string;
  call?: string;
  appointment?: string;
  limit?: number;
  /** Only older ones than the last of the page before. */
  before?: string;
}

/** One page of recordings, the newest first. */
export interface RecordingPage {
  recordings: RecordingView[];
  /** Where the next page begins, if there is one. */
  nextBefore?: string;
}

/** Where a recording is played from for a while. */
export interface WatchGrant {
  url: string;
  expiresAt: string;
}

const path = (id: string) => `/api/recordings/${encodeURIComponent(id)}`;

/** `GET /api/recordings`: those one may learn of. */
export const getRecordings = (token: string, search: RecordingSearch) =>
  ask<RecordingPage>(`/api/recordings?${query(search)}`, { token });

/** `GET /api/recordings/{id}` */
export const getRecording = (token: string, id: string) =>
  ask<RecordingDetail>(path(id), { token });

/** `POST /api/recordings/{id}/watch`: the address works with a cookie that comes with it. */
export const watchRecording = (token: string, id: string) =>
  ask<WatchGrant>(`${path(id)}/watch`, { token, method: 'POST' });

/** Asks for the first byte of the media, to hear why a player does not get it. */
export async function tryMedia(url: string): Promise<void> {
  const response = await send(url, { headers: { range: 'bytes=0-0' } });
  await response.body?.cancel();
}

/** `GET /api/recordings/{id}/poster` */
export async function getPoster(token: string, id: string): Promise<Blob> {
  return (await send(`${path(id)}/poster`, { headers: bearer(token) })).blob();
}

/** `GET /api/recordings/{id}/download` */
export async function downloadRecording(token: string, id: string): Promise<Blob> {
  return (await send(`${path(id)}/download`, { headers: bearer(token) })).blob();
}

/** `DELETE /api/recordings/{id}`: for good. */
export const deleteRecording = (token: string, id: string, reason?: string) =>
  ask<void>(path(id), {
    token,
    method: 'DELETE',
    body: reason === undefined ? {} : { reason },
  });

/** `PUT /api/recordings/{id}/hold`: it is kept until it is released. */
export const holdRecording = (token: string, id: string, reason: string) =>
  ask<RecordingView>(`${path(id)}/hold`, { token, method: 'PUT', body: { reason } });

/** `DELETE /api/recordings/{id}/hold` */
export const releaseRecording = (token: string, id: string) =>
  ask<RecordingView>(`${path(id)}/hold`, { token, method: 'DELETE' });

/** `POST /api/recordings/{id}/requests` */
export const askToWatch = (token: string, id: string) =>
  ask<unknown>(`${path(id)}/requests`, { token, method: 'POST' });

/** `GET /api/recordings/{id}/accesses` */
export const getAccesses = (token: string, id: string) =>
  ask<{ accesses: RecordingAccess[] }>(`${path(id)}/accesses`, { token });

function query(search: RecordingSearch): URLSearchParams {
  const given = Object.entries(search).filter(([, value]) => value !== undefined && value !== '');
  return new URLSearchParams(given.map(([name, value]) => [name, String(value)]));
}
