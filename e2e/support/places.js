//! Places people come to, made over REST.

import assert from 'node:assert/strict';

/** @typedef {import('./people.js').Person} Person */

/** An appointment that begins now; its id. */
export async function appointment(/** @type {Person} */ provider, /** @type {Person} */ patient) {
  const startsAt = new Date().toISOString();
  const wanted = { patientId: patient.id, providerId: provider.id, startsAt, type: 'video' };
  const { status, body } = await provider.post('/api/appointments', wanted);
  assert.equal(status, 201, JSON.stringify(body));
  return body.id;
}

/** A meeting anybody may come to; its id. */
export async function meetingRoom(/** @type {Person} */ creator, /** @type {string} */ name) {
  const { status, body } = await creator.post('/api/room', { name });
  assert.ok(status === 200 || status === 201, JSON.stringify(body));
  return body.id;
}
