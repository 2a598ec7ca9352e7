//! The server dies, or is told to, while calls ring and people wait at doors:
//! when it is back everything is where it was, and those who wait are let in.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startHouse } from './support/house.js';
import { appointment, meetingRoom } from './support/places.js';
import { until } from './support/waiting.js';

/** @typedef {import('./support/client.js').Client} Client */
/** @typedef {import('./support/house.js').RunningHouse} House */

/** How late a deadline may fire on a machine that is very busy, in milliseconds. */
const LATE = 2_500;

/**
 * How a server ends.
 * @type {[name: string, end: (house: House) => Promise<void>][]}
 */
const ENDS = [
  ['killed', (house) => house.kill9()],
  ['asked to end', async (house) => assert.equal((await house.stop()).code, 0)],
];

/** The words by which people come back to a door. */
const WAYS_BACK = ['arrive', 'resume', 'join'];

/**
 * A house with a provider and patients, each connected with a phone.
 * @template {string} Name
 * @param {import('node:test').TestContext} t
 * @param {Name[]} names the provider first
 * @param {Record<string, string>} [env]
 */
async function houseWith(t, names, env = {}) {
  const house = await startHouse(t, { env });
  const people = await Promise.all(
    names.map((name, place) => house.person(name, place === 0 ? 'provider' : 'patient')),
  );
  t.after(() => people.forEach((it) => it.disconnect()));
  const clients = await Promise.all(people.map(async (it) => (await it.native()).client));
  const byName = (/** @type {any[]} */ all) => Object.fromEntries(names.map((name, place) => [name, all[place]]));
  return {
    house,
    people: /** @type {Record<Name, import('./support/people.js').Person>} */ (byName(people)),
    clients: /** @type {Record<Name, Client>} */ (byName(clients)),
  };
}

/**
 * Starts the house again; what these are welcomed back with.
 * @param {House} house
 * @param {Client[]} clients
 */
async function startAgain(house, clients) {
  await house.start();
  // Who was told goodbye does not come back by itself.
  for (const { socket } of clients) socket.connect();
  await Promise.all(clients.map((it) => it.reconnected()));
  return Promise.all(clients.map((it) => it.once('welcome')));
}

/** Says something that is not refused; the result. */
async function done(
  /** @type {Client} */ client,
  /** @type {string} */ word,
  /** @type {object} */ body,
) {
  const { ok, result, problem } = await client.ask(word, body);
  assert.ok(ok, `${client.name} was refused: ${word} ${JSON.stringify(problem)}`);
  return result;
}

/** Says something in vain; the code of the problem. */
async function refused(
  /** @type {Client} */ client,
  /** @type {string} */ word,
  /** @type {object} */ body,
) {
  const { ok, problem } = await client.ask(word, body);
  assert.equal(ok, false, `${word} was not refused`);
  return problem.code;
}

/** Somebody in a call, as `call` tells of them. */
function who(/** @type {any} */ call, /** @type {string} */ id) {
  return call.people.find((/** @type {any} */ it) => it.person.id === id);
}

/** What lasts of a call: not its number, and not whose connection is lost. */
function lasting(/** @type {any} */ call) {
  const { seq, people, ...rest } = call;
  return { ...rest, people: people.map(({ away, ...it }) => it) };
}

/** Waits until somebody whose door was opened is in, and sees everybody. */
async function letIn(/** @type {Client} */ client, /** @type {string} */ callId, /** @type {string} */ id) {
  await client.once('event', (it) => it.event.type === 'admitted' && it.event.user === id);
  const { event } = await client.once(
    'event',
    (it) => it.event.type === 'joined' && it.event.participant.person.id === id,
  );
  assert.deepEqual([event.elsewhere, event.participant.stage], [false, 'present']);
  return done(client, 'look', { callId });
}

async function assertJournalIsIntact(/** @type {House} */ house) {
  const { code, err } = await house.run('audit', 'verify');
  assert.equal(code, 0, err);
}

for (const [how, end] of ENDS) {
  test(`${how} while somebody waits: they go on waiting in their place, and are let in`, async (t) => {
    const { house, people, clients } = await houseWith(t, ['ada', 'ben']);
    const { ada: doctor, ben: patient } = clients;
    const place = await appointment(people.ada, people.ben);
    const { id: callId } = await done(doctor, 'arrive', { callId: place });
    const check = { microphone: 'works', camera: 'blocked', connection: 'unknown' };
    const { stage, waitingSince } = who(await done(patient, 'arrive', { callId: place, check }), 'ben');
    assert.equal(stage, 'waiting');
    await end(house);

    const [toDoctor, toPatient] = await startAgain(house, [doctor, patient]);
    for (const { calls } of [toDoctor, toPatient]) {
      assert.deepEqual(calls.map((/** @type {any} */ it) => it.id), [callId]);
      const ben = who(calls[0], 'ben');
      assert.deepEqual([ben.stage, ben.waitingSince, ben.check], ['waiting', waitingSince, check]);
    }
    const back = await done(patient, 'arrive', { callId: place });
    assert.deepEqual([who(back, 'ben').stage, who(back, 'ben').waitingSince], ['waiting', waitingSince]);
    assert.equal(back.here, true);
    const seen = await done(doctor, 'resume', { callId });
    assert.equal(who(seen, 'ada').stage, 'present');
    const { away, waitingSince: since } = who(seen, 'ben');
    assert.deepEqual([away, since], [false, waitingSince]);

    await done(doctor, 'admit', { callId, user: 'ben' });
    const inside = await letIn(patient, callId, 'ben');
    assert.deepEqual(['ada', 'ben'].map((it) => who(inside, it).stage), ['present', 'present']);
    await done(doctor, 'end', { callId });
    assert.equal((await house.stop()).code, 0);
    await assertJournalIsIntact(house);
  });

  test(`${how} while calls ring and somebody waits: one is answered, one ends by its deadline`, async (t) => {
    const { house, people, clients } = await houseWith(t, ['ada', 'ben', 'cleo', 'dora', 'eva', 'finn'], {
      HOUSECALL_CALLS__RING_SECONDS: '8',
    });
    const place = await appointment(people.ada, people.ben);
    const { waitingSince } = who(await done(clients.ben, 'arrive', { callId: place }), 'ben');
    const answered = await done(clients.cleo, 'start', { callees: ['dora'] });
    const missed = await done(clients.eva, 'start', { callees: ['finn'] });
    await end(house);

    await startAgain(house, Object.values(clients));
    for (const { id, ringUntil } of [answered, missed]) {
      const [caller, callee] = id === answered.id ? ['cleo', 'dora'] : ['eva', 'finn'];
      const call = await done(clients[callee], 'look', { callId: id });
      assert.deepEqual([call.phase, call.ringUntil], ['ringing', ringUntil]);
      assert.deepEqual([who(call, caller).stage, who(call, callee).stage], ['lost', 'ringing']);
    }
    assert.equal((await done(clients.cleo, 'resume', { callId: answered.id })).phase, 'ringing');
    assert.equal((await done(clients.dora, 'answer', { callId: answered.id })).phase, 'active');
    await done(clients.eva, 'resume', { callId: missed.id });
    for (const client of [clients.eva, clients.finn]) {
      const over = await client.once('event', (it) => it.event.type === 'ended');
      assert.deepEqual([over.callId, over.event.outcome], [missed.id, 'missed']);
      const late = Date.parse(over.at) - Date.parse(missed.ringUntil);
      assert.ok(late >= 0 && late < LATE, `it ended ${late} ms after its deadline`);
    }
    assert.equal((await done(clients.dora, 'look', { callId: answered.id })).phase, 'active');
    const { id: callId } = await done(clients.ada, 'arrive', { callId: place });
    const back = await done(clients.ben, 'arrive', { callId: place });
    assert.equal(who(back, 'ben').waitingSince, waitingSince);
    await done(clients.ada, 'admit', { callId, user: 'ben' });
    await letIn(clients.ben, callId, 'ben');
  });

  test(`${how}: hosts, the lock, the door, the removed and hands are as before`, async (t) => {
    const { house, people, clients } = await houseWith(t, ['ada', 'ben', 'cleo', 'dora', 'finn', 'gus']);
    const { ada, ben, cleo, dora, finn, gus } = clients;
    const place = await meetingRoom(people.ada, 'Rounds');
    const { id: callId } = await done(ada, 'join', { callId: place });
    for (const client of [ben, cleo, dora]) await done(client, 'join', { callId: place });
    await done(ada, 'host', { callId, user: 'dora', host: true });
    await done(ben, 'hand', { callId, raised: true });
    await done(ada, 'remove', { callId, user: 'cleo', reason: 'Not today' });
    await done(ada, 'door', { callId, door: 'strict' });
    assert.equal(who(await done(finn, 'arrive', { callId: place }), 'finn').stage, 'waiting');
    await done(ada, 'lock', { callId, locked: true });
    const before = await done(ada, 'look', { callId });
    await end(house);

    const [, , toCleo] = await startAgain(house, [ada, ben, cleo, dora, finn, gus]);
    assert.deepEqual(toCleo.calls, []);
    for (const client of [ada, ben, dora]) await done(client, 'resume', { callId });
    await done(finn, 'arrive', { callId: place });
    const afterwards = await done(ada, 'look', { callId });
    assert.deepEqual(lasting(afterwards), lasting(before));
    assert.deepEqual([afterwards.door, afterwards.locked], ['strict', true]);
    assert.deepEqual(['ada', 'dora', 'ben'].map((it) => who(afterwards, it).host), [true, true, false]);
    assert.match(who(afterwards, 'ben').handSince, /^\d{4}-/);
    assert.equal(who(afterwards, 'cleo').removed, true);

    assert.equal(await refused(cleo, 'join', { callId: place }), 'removed');
    assert.equal(await refused(gus, 'join', { callId: place }), 'room_locked');
    assert.equal(await refused(ben, 'lock', { callId, locked: false }), 'forbidden');
    await done(dora, 'hand', { callId, raised: false, user: 'ben' });
    await done(dora, 'lock', { callId, locked: false });
    assert.equal(who(await done(gus, 'join', { callId: place }), 'gus').stage, 'waiting');
    await done(dora, 'admit-all', { callId });
    for (const [id, client] of Object.entries({ finn, gus })) await letIn(client, callId, id);
  });

  test(`${how}: who was removed stays out of the next room at that place too`, async (t) => {
    const { house, people, clients } = await houseWith(t, ['ada', 'ben']);
    const { ada: host, ben: guest } = clients;
    const place = await meetingRoom(people.ada, 'Rounds');
    const { id: callId } = await done(host, 'join', { callId: place });
    await done(guest, 'join', { callId: place });
    await done(host, 'remove', { callId, user: 'ben' });
    await done(host, 'leave', { callId });
    await end(house);
    await startAgain(house, [host, guest]);
    const next = await done(host, 'join', { callId: place });
    assert.notEqual(next.id, callId);
    assert.equal(await refused(guest, 'join', { callId: place }), 'removed');
    await done(host, 'admit', { callId: next.id, user: 'ben' });
    assert.equal(who(await done(guest, 'join', { callId: place }), 'ben').stage, 'present');
  });

  test(`${how}: who is let in before they are back comes in whichever way they come`, async (t) => {
    const { house, people, clients } = await houseWith(t, ['ada', 'ben', 'cleo', 'dora']);
    const { ada, ...waiting } = clients;
    const place = await meetingRoom(people.ada, 'Rounds');
    const { id: callId } = await done(ada, 'join', { callId: place });
    await done(ada, 'door', { callId, door: 'strict' });
    for (const client of Object.values(waiting)) await done(client, 'join', { callId: place });
    for (const client of Object.values(waiting)) client.socket.io.reconnection(false);
    await end(house);

    await startAgain(house, [ada]);
    const seen = await done(ada, 'resume', { callId });
    for (const [place, [id, client]] of Object.entries(waiting).entries()) {
      assert.deepEqual([who(seen, id).stage, who(seen, id).away], ['waiting', true]);
      await done(ada, 'admit', { callId, user: id });
      client.socket.connect();
      await client.reconnected();
      const call = await done(client, WAYS_BACK[place], { callId });
      assert.deepEqual([who(call, id).stage, call.here], ['present', true], WAYS_BACK[place]);
      assert.equal(who(call, 'ada').stage, 'present');
    }
  });

  test(`${how}: who waits and does not come back has gone when the grace time is over`, async (t) => {
    const { house, people, clients } = await houseWith(t, ['ada', 'ben'], {
      HOUSECALL_CALLS__DOOR_GRACE_SECONDS: '2',
    });
    const { ada: doctor, ben: patient } = clients;
    const place = await appointment(people.ada, people.ben);
    const { id: callId } = await done(doctor, 'arrive', { callId: place });
    await done(patient, 'arrive', { callId: place });
    patient.socket.io.reconnection(false);
    await end(house);
    await startAgain(house, [doctor]);
    await done(doctor, 'resume', { callId });
    const left = await doctor.once('event', (it) => it.event.type === 'left');
    assert.deepEqual(left.event, { type: 'left', user: 'ben', departure: 'connection_lost' });
    assert.equal(await refused(doctor, 'turn-away', { callId, user: 'ben' }), 'not_waiting');
  });
}

/**
 * The moments at which the server is killed while a host lets somebody in.
 * @type {[name: string, moment: (doctor: Client, patient: Client, body: object) => Promise<unknown>, isIn: boolean | undefined][]}
 */
const MOMENTS = [
  ['as soon as it was asked', async (doctor, _, body) => doctor.say('admit', body), undefined],
  ['when the host has its ack', (doctor, _, body) => done(doctor, 'admit', body), true],
  [
    'when the patient hears of it',
    (doctor, patient, body) => {
      doctor.say('admit', body);
      return patient.once('event', (it) => it.event.type === 'admitted');
    },
    true,
  ],
];

for (const [when, moment, isIn] of MOMENTS) {
  test(`killed while somebody is let in, ${when}: they are in, or wait as before`, async (t) => {
    const { house, people, clients } = await houseWith(t, ['ada', 'ben']);
    const { ada: doctor, ben: patient } = clients;
    for (let round = 0; round < 3; round += 1) {
      const place = await appointment(people.ada, people.ben);
      const { id: callId } = await done(doctor, 'arrive', { callId: place });
      const { waitingSince } = who(await done(patient, 'arrive', { callId: place }), 'ben');
      await moment(doctor, patient, { callId, user: 'ben' });
      await house.kill9();
      await startAgain(house, [doctor, patient]);
      await done(doctor, 'resume', { callId });
      const ben = who(await done(patient, 'arrive', { callId: place }), 'ben');
      if (isIn !== undefined) assert.equal(ben.stage, 'present');
      if (ben.stage === 'waiting') assert.equal(ben.waitingSince, waitingSince);
      await done(doctor, 'admit', { callId, user: 'ben' });
      assert.equal(who(await done(doctor, 'look', { callId }), 'ben').stage, 'present');
      await done(doctor, 'end', { callId });
      for (const client of [doctor, patient]) await client.heard();
    }
    await assertJournalIsIntact(house);
  });
}

test('a ring whose deadline passes while the server is dead is over when it is back, and who waits still does', async (t) => {
  const { house, people, clients } = await houseWith(t, ['ada', 'ben', 'cleo', 'dora'], {
    HOUSECALL_CALLS__RING_SECONDS: '1',
  });
  const place = await appointment(people.ada, people.ben);
  const { waitingSince } = who(await done(clients.ben, 'arrive', { callId: place }), 'ben');
  const { id, ringUntil } = await done(clients.cleo, 'start', { callees: ['dora'] });
  await house.kill9();
  await until(() => Date.now() > Date.parse(ringUntil), 'time stands still');
  await startAgain(house, Object.values(clients));
  const over = async () => (await done(clients.dora, 'look', { callId: id })).outcome === 'missed';
  await until(over, 'the call is still not over', LATE);
  assert.equal(who(await done(clients.ben, 'arrive', { callId: place }), 'ben').waitingSince, waitingSince);
});
