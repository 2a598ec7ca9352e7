//! Scripts at the door: what happens to who waits, and what hosts are told.

import { describe, expect, it } from 'vitest';
import { meet, peopleAtDoor, step, type Call, type Input, type News } from '../src/call';
import type { CallState, Happening, ParticipantState } from '../src/wire.gen';
import { callState, participant, recording } from '../testing';

const ANA = 'ana';
const SINCE = '2025-03-04T14:00:00Z';

const salem = participant('salem', { host: true, incarnation: 3 });

const waiting = (id: string, rest: Partial<ParticipantState> = {}) =>
  participant(id, { stage: 'waiting', waitingSince: SINCE, incarnation: 0, ...rest });

/** Ana waits for Dr. Salem; all she knows are the two of them. */
const atDoor = callState([salem, waiting(ANA)], { kind: 'consultation', here: false });

/** Ana is in, with Salem and Cleo. */
const inside = callState([salem, participant('cleo'), participant(ANA, { incarnation: 8 })], {
  kind: 'consultation',
  seq: 6,
});

/** Ana is the host, Ben comes along. */
const hosted = callState([participant(ANA, { host: true }), participant('ben')], {
  kind: 'consultation',
});

/** Plays a script; events are numbered by themselves, a pair says who caused it. */
function play(start: Call, ...script: (Input | Happening | [Happening, string])[]) {
  const told: string[] = [];
  let call = start;
  for (const line of script) {
    const [after, effects] = step(call, inputOf(line, call), ANA);
    call = after;
    told.push(...effects.map((it) => (it.do === 'announce' ? say(it.news) : it.do)));
  }
  return { call, phase: call.phase, told };
}

function inputOf(line: Input | Happening | [Happening, string], call: Call): Input {
  const [what, by] = Array.isArray(line) ? line : [line, undefined];
  if (INPUTS.has(what.type)) return what as Input;
  const event = what as Happening;
  const told = { callId: 'call-1', seq: call.wire.seq + 1, at: '2025-03-04T14:01:00Z', event };
  return { type: 'happened', event: by === undefined ? told : { ...told, by } };
}

const INPUTS = new Set(['snapshot', 'enter', 'entered', 'refused', 'disconnected', 'welcomed']);

function say(news: News): string {
  return 'who' in news ? `${news.type} ${news.who.id}` : news.type;
}

const waits = play(meet(atDoor, ANA), { type: 'enter' }, { type: 'entered', wire: atDoor }).call;
const isIn: Call = { phase: 'connected', wire: inside };
const hosts: Call = { phase: 'connected', wire: hosted };

const letIn: Happening = {
  type: 'joined',
  participant: participant(ANA, { incarnation: 8 }),
  elsewhere: false,
};

describe('whoever waits', () => {
  it('is at the door of a call whose answer says so', () => {
    expect(waits).toEqual({ phase: 'waiting', wire: atDoor });
  });

  it('is not at the door with a device that did not come', () => {
    expect(meet(atDoor, ANA)).toMatchObject({ phase: 'away', why: 'not-joined' });
  });

  it('is let in, asks for the whole room and is connected then', () => {
    const { call, told } = play(waits, letIn);
    expect([call.phase, told]).toEqual(['waiting', ['let-in', 'come-in']]);
    const after = play(call, { type: 'entered', wire: inside });
    expect([after.phase, after.told]).toEqual(['connected', []]);
    expect(after.call.wire.people).toHaveLength(3);
  });

  it('stays on the way in when a snapshot comes before the whole room', () => {
    const { call } = play(waits, letIn, { type: 'snapshot', wire: { ...inside, seq: 7 } });
    expect(call.phase).toBe('waiting');
  });

  it('comes in when it was let in before the answer came', () => {
    const known: Call = { phase: 'joining', wire: atDoor };
    const { call, told } = play(known, letIn, { type: 'entered', wire: atDoor });
    expect([call.phase, told]).toEqual(['waiting', ['come-in']]);
  });

  it('hears that a recording runs on coming in', () => {
    const { told } = play(waits, letIn, { type: 'entered', wire: { ...inside, recording: recording('salem') } });
    expect(told).toEqual(['let-in', 'come-in', 'recording-started']);
  });

  it('is told of what is written to them, and keeps waiting', () => {
    const { phase, told } = play(
      waits,
      { type: 'said', user: 'salem', message: 'Five minutes', to: [ANA] },
      { type: 'hidden' },
      { type: 'mediaChanged', user: ANA, media: { audio: false, video: false } },
    );
    expect([phase, told]).toEqual(['waiting', ['wrote salem']]);
  });

  it('is turned away with a reason, and may come again', () => {
    const out: Happening = {
      type: 'left',
      user: ANA,
      departure: 'turned_away',
      reason: 'Not today',
    };
    const { call, told } = play(waits, out);
    expect(call).toMatchObject({ phase: 'away', why: 'turned-away', message: 'Not today' });
    expect(call.wire.people[1]).not.toHaveProperty('waitingSince');
    expect(told).toEqual(['turned-away ana']);
    const wire = { ...atDoor, seq: 9 };
    expect(play(call, { type: 'enter' }, { type: 'entered', wire }).phase).toBe('waiting');
  });

  it('is somewhere else when another device of theirs was let in', () => {
    const { call, told } = play(waits, { ...letIn, elsewhere: true });
    expect(call).toMatchObject({ phase: 'away', why: 'taken-over' });
    expect(told).toEqual(['taken-over']);
  });

  it('hears the end', () => {
    const ended: Happening = { type: 'ended', outcome: 'cancelled', durationSeconds: 0 };
    const { phase, told } = play(waits, ended);
    expect([phase, told]).toEqual(['ended', ['ended']]);
  });

  it('goes away when they leave with another device', () => {
    const { call, told } = play(waits, { type: 'left', user: ANA, departure: 'left' });
    expect(call).toMatchObject({ phase: 'away', why: 'not-joined' });
    expect(told).toEqual([]);
  });
});

describe('a lost connection at the door', () => {
  const lost: Input = { type: 'disconnected' };

  it('keeps waiting, and arrives again', () => {
    const wire = { ...atDoor, seq: 9 };
    const { call, told } = play(waits, lost, { type: 'welcomed', wire });
    expect([call.phase, told]).toEqual(['waiting', ['arrive']]);
    expect(play(call, { type: 'entered', wire }).told).toEqual([]);
  });

  it('is told that it was let in meanwhile', () => {
    const wire = { ...atDoor, seq: 9 };
    const entered: Input = { type: 'entered', wire: { ...inside, seq: 10 } };
    const { phase, told } = play(waits, lost, { type: 'welcomed', wire }, entered);
    expect([phase, told]).toEqual(['connected', ['arrive', 'let-in']]);
  });

  it('between being let in and coming in is no hindrance', () => {
    const asLost = {
      ...inside,
      people: inside.people.map((it) => ({ ...it, stage: 'lost' as const })),
    };
    const { call, told } = play(waits, letIn, lost, { type: 'welcomed', wire: asLost });
    expect([call.phase, told]).toEqual(['waiting', ['let-in', 'come-in', 'arrive']]);
  });

  it('ends the waiting of who was removed meanwhile', () => {
    const removed = participant(ANA, { stage: 'left', removed: true });
    const wire = { ...atDoor, seq: 9, people: [salem, removed] };
    const { call, told } = play(waits, lost, { type: 'welcomed', wire });
    expect(call).toMatchObject({ phase: 'away', why: 'removed' });
    expect(told).toEqual([]);
  });

  it('ends the waiting of a device that was replaced meanwhile', () => {
    const { call } = play(waits, lost, { type: 'welcomed', wire: { ...inside, here: false } });
    expect(call).toMatchObject({ phase: 'away', why: 'taken-over' });
  });

  it('goes away when arriving again is refused', () => {
    const welcomed: Input = { type: 'welcomed', wire: { ...atDoor, seq: 9 } };
    const { phase, told } = play(waits, lost, welcomed, { type: 'refused' });
    expect([phase, told]).toEqual(['away', ['arrive', 'look']]);
  });
});

describe('a host', () => {
  const came: Happening = { type: 'cameToDoor', participant: waiting('dora') };

  it('is told who came to the door, in the room or not', () => {
    expect(play(hosts, came).told).toEqual(['came-to-door dora']);
    const { call, told } = play(meet(hosted, ANA), came);
    expect([call.phase, told]).toEqual(['away', ['came-to-door dora']]);
    expect(play(isIn, came).told).toEqual([]);
  });

  it('is told once of somebody who comes back to their place in line', () => {
    const lost: Happening = { type: 'connectionLost', user: 'dora', until: '' };
    expect(play(hosts, came, lost, came).told).toEqual(['came-to-door dora']);
  });

  it('sees who waits in the order they came, the lost ones too', () => {
    const early = waiting('emil', { waitingSince: '2025-03-04T13:50:00Z' });
    const { call, told } = play(
      hosts,
      came,
      { type: 'cameToDoor', participant: early },
      { type: 'connectionLost', user: 'dora', until: '' },
    );
    const line = peopleAtDoor(call.wire).map((it) => `${it.person.id} ${it.away ? 'away' : 'there'}`);
    expect(line).toEqual(['emil there', 'dora away']);
    expect(told).toEqual(['came-to-door dora', 'came-to-door emil']);
    const back = play(call, { type: 'connectionResumed', user: 'dora' });
    expect(peopleAtDoor(back.call.wire).map((it) => it.stage)).toEqual(['waiting', 'waiting']);
    expect(back.told).toEqual([]);
  });

  it('sees who was let in leave the door', () => {
    const dora = participant('dora', { incarnation: 9 });
    const joined: Happening = { type: 'joined', participant: dora, elsewhere: false };
    const { call, told } = play(hosts, came, { type: 'admitted', user: 'dora' }, joined);
    expect(peopleAtDoor(call.wire)).toEqual([]);
    expect(call.wire.people.at(-1)).toEqual(dora);
    expect(told).toEqual(['came-to-door dora', 'joined dora']);
  });

  it('sees who was removed, until they are admitted again', () => {
    const out: Happening = { type: 'left', user: 'ben', departure: 'removed' };
    const { call, told } = play(hosts, out);
    expect(call.wire.people[1]).toMatchObject({ stage: 'left', removed: true });
    expect(told).toEqual(['removed ben']);
    const again = play(call, { type: 'admitted', user: 'ben' });
    expect(again.call.wire.people[1]?.removed).toBe(false);
  });

  it('hears who was turned away, and knows whom it expects', () => {
    const out: Happening = { type: 'left', user: 'dora', departure: 'turned_away' };
    const emil = participant('emil', { stage: 'invited' });
    const { call, told } = play(hosts, came, out, { type: 'expected', participant: emil });
    expect(told).toEqual(['came-to-door dora', 'turned-away dora']);
    expect(call.wire.people.at(-1)).toEqual(emil);
  });

  it('locks the room and sets the door', () => {
    const { call, told } = play(
      hosts,
      { type: 'locked', locked: true },
      { type: 'locked', locked: false },
      { type: 'locked', locked: true },
      { type: 'doorSet', door: 'strict' },
    );
    expect(call.wire).toMatchObject({ locked: true, door: 'strict' });
    expect(told).toEqual(['locked', 'unlocked', 'locked']);
    expect(play(meet(hosted, ANA), { type: 'locked', locked: true }).told).toEqual([]);
  });
});

describe('whoever is in', () => {
  it('is removed with a reason, and stays out until readmitted', () => {
    const out: Happening = { type: 'left', user: ANA, departure: 'removed', reason: 'Enough' };
    const { call, told } = play(isIn, out);
    expect(call).toMatchObject({ phase: 'away', why: 'removed', message: 'Enough' });
    expect(told).toEqual(['removed ana']);
    expect(play(call, { type: 'hidden' }).call).toMatchObject({
      why: 'removed',
      message: 'Enough',
    });
    const again = play(call, { type: 'admitted', user: ANA }).call;
    expect(again).toMatchObject({ phase: 'away', why: 'not-joined' });
    expect(again).not.toHaveProperty('message');
  });

  it('is removed also when only a snapshot tells', () => {
    const removed = participant(ANA, { stage: 'left', removed: true });
    const wire = { ...inside, seq: 9, here: false, people: [salem, removed] };
    expect(play(isIn, { type: 'snapshot', wire }).call).toMatchObject({ why: 'removed' });
  });

  it('is muted when asked, alone or with everybody else', () => {
    const all: Happening = { type: 'muteAsked' };
    expect(play(isIn, [all, 'salem']).told).toEqual(['muted-by-host', 'mute']);
    expect(play(isIn, [{ type: 'muteAsked', user: ANA }, 'salem']).told).toContain('mute');
    expect(play(isIn, [{ type: 'muteAsked', user: 'cleo' }, 'salem']).told).toEqual([]);
    expect(play(hosts, [all, ANA]).told).toEqual([]);
    expect(play(meet(inside, ANA), [all, 'salem']).told).toEqual([]);
  });

  it('is told who muted them, unless they were muted', () => {
    const [, effects] = step(isIn, inputOf([{ type: 'muteAsked' }, 'salem'], isIn), ANA);
    expect(effects).toContainEqual({
      do: 'announce',
      news: { type: 'muted-by-host', by: salem.person },
    });
    const off: Happening = {
      type: 'mediaChanged',
      user: ANA,
      media: { audio: false, video: true },
    };
    expect(play(isIn, off, [{ type: 'muteAsked' }, 'salem']).told).toEqual(['mute']);
  });

  it('sees hands go up and down', () => {
    const hand = (user: string, raised: boolean): Happening => ({
      type: 'handRaised',
      user,
      raised,
    });
    const { call, told } = play(isIn, hand('cleo', true), hand(ANA, true), hand('cleo', true));
    const since = call.wire.people.map((it) => it.handSince);
    expect(since).toEqual([undefined, '2025-03-04T14:01:00Z', '2025-03-04T14:01:00Z']);
    expect(told).toEqual(['hand-raised cleo', 'hand-raised cleo']);
    const down = play(call, [hand('cleo', false), 'cleo'], [hand(ANA, false), 'salem']);
    expect(down.call.wire.people.some((it) => 'handSince' in it)).toBe(false);
    expect(down.told).toEqual(['hand-lowered cleo', 'hand-lowered ana']);
    expect(play(call, [hand(ANA, false), ANA]).told).toEqual([]);
  });

  it('lowers a hand by leaving', () => {
    const raised: Happening = { type: 'handRaised', user: 'cleo', raised: true };
    const left: Happening = { type: 'left', user: 'cleo', departure: 'left' };
    expect(play(isIn, raised, left).call.wire.people[1]).not.toHaveProperty('handSince');
  });

  it('is told who decides too, be it themselves', () => {
    const host = (user: string, on: boolean): Happening => ({
      type: 'hostChanged',
      user,
      host: on,
    });
    const { call, told } = play(isIn, host('cleo', true), host(ANA, true), host(ANA, false));
    expect(call.wire.people.map((it) => it.host)).toEqual([true, true, false]);
    expect(told).toEqual(['host-made cleo', 'host-made ana', 'host-unmade ana']);
  });
});

describe('a call that was declined elsewhere', () => {
  it('stops ringing here', () => {
    const ringing: CallState = callState(
      [participant('ben'), participant(ANA, { stage: 'ringing' })],
      {
        phase: 'ringing',
        here: false,
      },
    );
    const declined: Happening = { type: 'declined', user: ANA };
    expect(play(meet(ringing, ANA), declined)).toMatchObject({ phase: 'away', told: [] });
  });
});
