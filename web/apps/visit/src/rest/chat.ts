//! Files of a chat. What is written goes over the socket.

import { bearer, send } from './ask';

const path = (room: string) => `/api/rooms/${encodeURIComponent(room)}/files`;

/** `POST /api/rooms/{name}/files`: everybody who is in hears of it by a message. */
export async function sendFile(
  token: string,
  room: string,
  { file, to, key }: { file: File; to: string | null; key: string },
): Promise<void> {
  const query = new URLSearchParams({ name: file.name, key, ...(to === null ? {} : { to }) });
  await send(`${path(room)}?${query}`, {
    method: 'POST',
    headers: { 'content-type': file.type || 'application/octet-stream', ...bearer(token) },
    body: file,
  });
}

/** `GET /api/rooms/{name}/files/{id}` */
export async function getFile(token: string, room: string, id: string): Promise<Blob> {
  const url = `${path(room)}/${encodeURIComponent(id)}`;
  return (await send(url, { headers: bearer(token) })).blob();
}
