//! Scripts: what happens to a call, and what it is to this device afterwards.

import { describe, expect, it } from 'vitest';
import { meet, step, type Call, type Input, type News } from '../src/call';
import { HousecallError } from '../src/errors';
import type { CallState, Covered, Happening } from '../src/wire.gen';
import { callState, consent, participant, recording, request } from '../testing';

const ANA = 'ana';

/** Ben calls Ana. */
const rings = callState(
  [
    participant('ben', { incarnation: 3 }),
    participant(ANA, { stage: 'ringing', incarnation: 0, media: { audio: false, video: false } }),
  ],
  { phase: 'ringing', here: false, seq: 3 },
);

/** Ben, Ana and Cleo talk; Ana with this device. */
const talks = callState([
  participant('ben', { incarnation: 3 }),
  participant(ANA, { incarnation: 5 }),
  participant('cleo', { incarnation: 4 }),
]);

/** Plays a script to Ana's device; events are numbered by themselves. */
function play(wire: CallState, ...script: (Input | Happening)[]) {
  const told: string[] = [];
  let call: Call = meet(wire, ANA);
  for (const line of script) {
    const input = isInput(line) ? line : happened(line, call.wire.seq + 1);
    const [after, effects] = step(call, input, ANA);
    call = after;
    told.push(...effects.map((it) => (it.do === 'announce' ? say(it.news) : it.do)));
  }
  return { call, phase: call.phase, told };
}

function isInput(line: Input | Happening): line is Input {
  const inputs = [
    'snapshot',
    'happened',
    'enter',
    'entered',
    'refused',
    'disconnected',
    'welcomed',
  ];
  return inputs.includes(line.type);
}

function happened(event: Happening, seq: number): Input {
  return { type: 'happened', event: { callId: 'call-1', seq, at: '2025-03-04T14:01:00Z', event } };
}

function say(news: News): string {
  if (news.type === 'recording-paused') {
    return `${news.type} for ${news.waitingFor.map((it) => it.id).join(', ')}`;
  }
  return 'who' in news ? `${news.type} ${news.who.id}` : news.type;
}

const enteredTalks: Input = { type: 'entered', wire: talks };
const joined = (id: string, elsewhere = false, incarnation = 9): Happening => ({
  type: 'joined',
  participant: participant(id, { incarnation }),
  elsewhere,
});

describe('a call that rings', () => {
  it('is incoming where it rings', () => {
    expect(play(rings).phase).toBe('incoming');
  });

  it('is answered and entered', () => {
    const wire = { ...talks, seq: 6 };
    expect(play(rings, { type: 'enter' }).phase).toBe('joining');
    expect(play(rings, { type: 'enter' }, { type: 'entered', wire }).phase).toBe('connected');
  });

  it('stays on its way in while events come before the answer', () => {
    const answered: Happening = { type: 'answered', user: ANA, elsewhere: false };
    const { call } = play(rings, { type: 'enter' }, answered, joined(ANA));
    expect(call.phase).toBe('joining');
    expect(call.wire.here).toBe(true);
    const [entered] = step(call, { type: 'entered', wire: { ...talks, seq: 4 } }, ANA);
    expect(entered.phase).toBe('connected');
    expect(entered.wire.seq).toBe(5);
  });

  it('stops ringing here when another device answers', () => {
    const { call, told } = play(rings, { type: 'answered', user: ANA, elsewhere: true });
    expect(call).toMatchObject({ phase: 'away', why: 'answered-elsewhere' });
    expect(told).toEqual(['answered-elsewhere']);
  });

  it('keeps saying why it is away while the call goes on', () => {
    const { call } = play(
      rings,
      { type: 'answered', user: ANA, elsewhere: true },
      joined(ANA, true),
      { type: 'mediaChanged', user: 'ben', media: { audio: false, video: true } },
    );
    expect(call).toMatchObject({ phase: 'away', why: 'answered-elsewhere' });
  });

  it('ends when the caller takes it back', () => {
    const cancelled: Happening = {
      type: 'ended',
      outcome: 'cancelled',
      by: 'ben',
      durationSeconds: 0,
    };
    const { call, told } = play(rings, cancelled);
    expect(call).toMatchObject({ phase: 'ended', ending: { outcome: 'cancelled', by: 'ben' } });
    expect(told).toEqual(['ended']);
  });

  it('rings again when coming in was refused, and asks how it stands', () => {
    const { phase, told } = play(rings, { type: 'enter' }, { type: 'refused' });
    expect([phase, told]).toEqual(['incoming', ['look']]);
  });

  it('rings from its planned time on', () => {
    const planned = callState(
      [participant('ben', { stage: 'calling' }), participant(ANA, { stage: 'invited' })],
      { phase: 'scheduled', here: false, scheduledAt: '2025-03-05T09:00:00Z' },
    );
    expect(play(planned).phase).toBe('scheduled');
    const later = '2025-03-06T09:00:00Z';
    const moved = play(planned, { type: 'rescheduled', scheduledAt: later }, { type: 'reminded' });
    expect(moved.call).toMatchObject({ phase: 'scheduled', wire: { scheduledAt: later } });
    expect(moved.told).toEqual(['rescheduled', 'reminded']);
    const { call } = play(planned, { type: 'rang', until: '2025-03-05T09:00:45Z' });
    expect(call).toMatchObject({ phase: 'incoming', wire: { ringUntil: '2025-03-05T09:00:45Z' } });
  });
});

describe('a call this device is in', () => {
  const waits = callState(
    [participant(ANA, { incarnation: 3 }), participant('ben', { stage: 'ringing' })],
    { phase: 'ringing', seq: 3 },
  );

  it('rings for the caller until somebody answers', () => {
    const entered: Input = { type: 'entered', wire: waits };
    expect(play(waits, entered).phase).toBe('ringing');
    const answered: Happening = { type: 'answered', user: 'ben', elsewhere: false };
    const { call, told } = play(waits, entered, answered, joined('ben'));
    expect(call).toMatchObject({ phase: 'connected', wire: { startedAt: '2025-03-04T14:01:00Z' } });
    expect(told).toEqual(['joined ben']);
  });

  it('is not in just because the server remembers it from before a reload', () => {
    expect(play(talks).call).toMatchObject({ phase: 'away', why: 'not-joined' });
  });

  it('follows who comes, goes, is lost, returns and is muted', () => {
    const { call, told } = play(
      talks,
      enteredTalks,
      { type: 'connectionLost', user: 'ben', until: '' },
      { type: 'connectionResumed', user: 'ben' },
      { type: 'mediaChanged', user: 'ben', media: { audio: false, video: true } },
      { type: 'mediaChanged', user: 'ben', media: { audio: false, video: false } },
      { type: 'mediaChanged', user: 'ben', media: { audio: true, video: false } },
      { type: 'left', user: 'cleo', departure: 'left' },
      joined('dora'),
      { type: 'declined', user: 'ben' },
      { type: 'missed', user: 'ben' },
    );
    expect(call.phase).toBe('connected');
    expect(call.wire.people.map((it) => `${it.person.id} ${it.stage}`)).toEqual([
      'ben missed',
      'ana present',
      'cleo left',
      'dora present',
    ]);
    expect(told).toEqual([
      'lost ben',
      'resumed ben',
      'muted ben',
      'unmuted ben',
      'left cleo',
      'joined dora',
      'declined ben',
      'missed ben',
    ]);
  });

  it('asks for the whole state when an event is missing, and takes it', () => {
    const late = happened({ type: 'left', user: 'cleo', departure: 'left' }, 7);
    const { call, told } = play(talks, enteredTalks, late);
    expect(told).toEqual(['look']);
    expect(call.wire.seq).toBe(5);
    const [after] = step(call, { type: 'snapshot', wire: { ...talks, seq: 7 } }, ANA);
    expect(after).toMatchObject({ phase: 'connected', wire: { seq: 7 } });
  });

  it('ignores events and snapshots that come late', () => {
    const old = happened({ type: 'left', user: 'cleo', departure: 'left' }, 5);
    const { call, told } = play(talks, enteredTalks, old, { type: 'snapshot', wire: rings });
    expect([call.wire, told]).toEqual([talks, []]);
  });

  it('is out when another device of yours comes in', () => {
    const { call, told } = play(talks, enteredTalks, joined(ANA, true));
    expect(call).toMatchObject({ phase: 'away', why: 'taken-over' });
    expect(told).toEqual(['taken-over']);
  });

  it('is out when you are out', () => {
    const left: Happening = { type: 'left', user: ANA, departure: 'left' };
    expect(play(talks, enteredTalks, left).call).toMatchObject({
      phase: 'away',
      why: 'not-joined',
    });
  });

  it('ends for everybody', () => {
    const ended: Happening = {
      type: 'ended',
      outcome: 'completed',
      by: 'ben',
      durationSeconds: 61,
    };
    const { call } = play(talks, enteredTalks, ended);
    expect(call).toMatchObject({ phase: 'ended', ending: { durationSeconds: 61 } });
  });
});

describe('a recording', () => {
  const tape = recording('ben');
  const started: Happening = { type: 'recordingStarted', recording: tape };
  const paused: Happening = { type: 'recordingPaused', recording: 'rec-1' };
  const resumed: Happening = { type: 'recordingResumed', recording: 'rec-1' };
  const stopped: Happening = { type: 'recordingStopped', recording: 'rec-1' };
  const recorded = { ...talks, recording: tape };

  it('runs from its start to its stop, and both are told', () => {
    const { call, told } = play(talks, enteredTalks, started);
    expect(call.wire.recording).toEqual(tape);
    expect(told).toEqual(['recording-started']);
    const after = play(talks, enteredTalks, started, stopped);
    expect(after.call.wire).not.toHaveProperty('recording');
    expect(after.told).toEqual(['recording-started', 'recording-stopped']);
  });

  it('is told to whoever comes in while it runs', () => {
    const { told } = play(recorded, { type: 'enter' }, { type: 'entered', wire: recorded });
    expect(told).toEqual(['recording-started']);
  });

  it('is told although its event was missed', () => {
    const late = happened(
      { type: 'mediaChanged', user: 'ben', media: { audio: true, video: true } },
      7,
    );
    const { told } = play(
      talks,
      enteredTalks,
      late,
      { type: 'snapshot', wire: { ...recorded, seq: 7 } },
      { type: 'disconnected' },
      { type: 'welcomed', wire: { ...talks, seq: 9 } },
    );
    expect(told).toEqual([
      'look',
      'recording-started',
      'reconnecting',
      'resume',
      'recording-stopped',
    ]);
  });

  it('is not told to a device that is not in', () => {
    const { call, told } = play(talks, started, stopped, started);
    expect(call.wire.recording).toEqual(tape);
    expect(told).toEqual([]);
  });

  it('waits for who has not agreed, who is named once they are in, and goes on', () => {
    const given = (user: string): Happening => ({ type: 'consentGiven', user, consent: consent() });
    const all = [given(ANA), given('ben'), given('cleo')];
    const waits = play(talks, enteredTalks, ...all, started, paused, joined('dana'));
    expect(waits.call.wire.recording).toMatchObject({ paused: true });
    expect(waits.told).toEqual(['recording-started', 'joined dana', 'recording-paused for dana']);
    const again = play(
      talks,
      enteredTalks,
      ...all,
      started,
      paused,
      joined('dana'),
      joined('eli'),
      given('dana'),
      given('eli'),
      resumed,
    );
    expect(again.call.wire.recording).toMatchObject({ paused: false });
    expect(again.told.slice(3)).toEqual(['joined eli', 'recording-resumed']);
  });

  it('that waits for you is told when you come in', () => {
    const wire = { ...recorded, recording: recording('ben', { paused: true }) };
    const { told } = play(wire, { type: 'enter' }, { type: 'entered', wire });
    expect(told).toEqual(['recording-paused for ben, ana, cleo']);
  });
});

describe('being asked for consent', () => {
  const asked: Happening = { type: 'recordingAsked', request: request('ben') };
  const given = (user: string, covers?: Covered): Happening => ({
    type: 'consentGiven',
    user,
    consent: consent(covers),
  });
  const consented = (...script: (Input | Happening)[]) =>
    play(talks, enteredTalks, ...script)
      .call.wire.people.filter((it) => it.consented)
      .map((it) => it.person.id);

  it('is told to everybody but who asks, and so is that nobody asks any more', () => {
    const { call, told } = play(talks, enteredTalks, asked);
    expect(call.wire.recordingRequest).toEqual(request('ben'));
    expect(told).toEqual(['recording-asked']);
    const own: Happening = { type: 'recordingAsked', request: request(ANA) };
    expect(play(talks, enteredTalks, own, { type: 'requestDropped' }).told).toEqual([]);
    const dropped = play(talks, enteredTalks, asked, { type: 'requestDropped' });
    expect(dropped.call.wire).not.toHaveProperty('recordingRequest');
    expect(dropped.told).toEqual(['recording-asked', 'recording-unasked']);
  });

  it('is over when the recording begins', () => {
    const started: Happening = { type: 'recordingStarted', recording: recording('ben') };
    const { call, told } = play(talks, enteredTalks, asked, started);
    expect(call.wire).not.toHaveProperty('recordingRequest');
    expect(told).toEqual(['recording-asked', 'recording-started']);
  });

  it('is told to whoever comes in meanwhile', () => {
    const wire = { ...talks, recordingRequest: request('ben') };
    const { told } = play(wire, { type: 'enter' }, { type: 'entered', wire });
    expect(told).toEqual(['recording-asked']);
  });

  it('follows who agrees and who does not any more', () => {
    expect(consented(given(ANA), given('ben'))).toEqual(['ben', ANA]);
    const withdrawn: Happening = { type: 'consentWithdrawn', user: ANA };
    expect(consented(given(ANA), given('ben'), withdrawn)).toEqual(['ben']);
  });

  it('asks who agreed to less than is asked now, and nobody else', () => {
    const sound = { audio: true, video: false, screen: false };
    expect(consented(given(ANA, sound), given('ben'))).toEqual(['ben', ANA]);
    expect(consented(given(ANA, sound), given('ben'), asked)).toEqual(['ben']);
    expect(consented(given(ANA, sound), given('ben'), asked, given(ANA))).toEqual(['ben', ANA]);
  });

  it('hears who says no, until somebody asks again or they agree', () => {
    const declined = (user: string): Happening => ({ type: 'consentDeclined', user });
    const no = play(talks, enteredTalks, asked, declined('cleo'), declined(ANA));
    expect(no.told).toEqual(['recording-asked', 'consent-declined cleo']);
    const refusers = (...script: Happening[]) =>
      play(talks, enteredTalks, asked, declined('cleo'), ...script)
        .call.wire.people.filter((it) => it.declined)
        .map((it) => it.person.id);
    expect(refusers()).toEqual(['cleo']);
    expect(refusers(given('cleo'))).toEqual([]);
    expect(refusers({ type: 'requestDropped' })).toEqual([]);
    expect(refusers(asked)).toEqual([]);
  });
});

describe('a consultation', () => {
  const alone = callState([participant(ANA), participant('ben', { stage: 'invited' })], {
    kind: 'consultation',
  });
  delete alone.startedAt;
  const entered: Input = { type: 'entered', wire: alone };
  const rang: Happening = { type: 'rang', until: '2025-03-04T14:01:45Z' };

  it('goes on while it rings whoever is not there', () => {
    const { call } = play(alone, entered, rang);
    expect(call).toMatchObject({ phase: 'connected', wire: { phase: 'active' } });
    expect(call.wire.people[1]?.stage).toBe('ringing');
  });

  it('starts when there are two', () => {
    const { call } = play(alone, entered, rang);
    expect(call.wire.startedAt).toBeUndefined();
    const [after] = step(call, happened(joined('ben'), call.wire.seq + 1), ANA);
    expect(after.wire.startedAt).toBe('2025-03-04T14:01:00Z');
  });

  it('starts when its host says so, once', () => {
    const { call } = play(alone, entered, { type: 'begun' });
    expect(call.wire.startedAt).toBe('2025-03-04T14:01:00Z');
    const again = play(talks, enteredTalks, { type: 'begun' }).call;
    expect(again.wire.startedAt).toBe(talks.startedAt);
  });

  it('is not changed by what is said in it, or is not for you', () => {
    const said: Happening = { type: 'said', user: 'ben', message: 'Hello', to: [] };
    const { call, told } = play(talks, enteredTalks, said, { type: 'hidden' });
    expect(call.wire).toEqual({ ...talks, seq: talks.seq + 2 });
    expect(told).toEqual(['wrote ben']);
  });

  it('asks who somebody is who was let in, or agreed before coming', () => {
    const known = play(talks, enteredTalks, { type: 'admitted', user: 'ben' });
    expect(known.told).toEqual([]);
    const admitted: Happening = { type: 'admitted', user: 'dora' };
    const { call, told } = play(talks, enteredTalks, admitted);
    expect([call.wire.seq, told]).toEqual([talks.seq + 1, ['look']]);
    const given: Happening = { type: 'consentGiven', user: 'dora', consent: consent() };
    const consented = play(talks, enteredTalks, given);
    expect(consented.told).toEqual(['look']);
    const dora = participant('dora', { stage: 'invited' });
    const wire = { ...talks, seq: talks.seq + 1, people: [...talks.people, dora] };
    const [after] = step(call, { type: 'snapshot', wire }, ANA);
    expect(after.wire.people).toContain(dora);
  });
});

describe('a lost connection', () => {
  const lost: Input = { type: 'disconnected' };
  const asLost = {
    ...talks,
    people: talks.people.map((it) =>
      it.person.id === ANA ? { ...it, stage: 'lost' as const } : it,
    ),
  };

  it('comes back by resuming', () => {
    const { phase, told } = play(
      talks,
      enteredTalks,
      lost,
      { type: 'welcomed', wire: asLost },
      { type: 'entered', wire: { ...talks, seq: 7 } },
    );
    expect(phase).toBe('connected');
    expect(told).toEqual(['reconnecting', 'resume', 'reconnected']);
  });

  it('is no way in for a device that was replaced meanwhile', () => {
    const { call, told } = play(talks, enteredTalks, lost, {
      type: 'welcomed',
      wire: { ...talks, here: false },
    });
    expect(call).toMatchObject({ phase: 'away', why: 'taken-over' });
    expect(told).toEqual(['reconnecting', 'taken-over']);
  });

  it('asks how a call ended that is not open any more', () => {
    const { call, told } = play(
      talks,
      enteredTalks,
      lost,
      { type: 'welcomed' },
      { type: 'snapshot', wire: { ...talks, seq: 9, phase: 'over', outcome: 'completed' } },
    );
    expect(call).toMatchObject({ phase: 'ended', ending: { outcome: 'completed' } });
    expect(told).toEqual(['reconnecting', 'look']);
  });

  it('goes out when coming back is refused', () => {
    const { phase, told } = play(
      talks,
      enteredTalks,
      lost,
      { type: 'welcomed', wire: asLost },
      { type: 'refused' },
    );
    expect([phase, told]).toEqual(['away', ['reconnecting', 'resume', 'look']]);
  });

  it('leaves a ringing call ringing', () => {
    expect(play(rings, lost).phase).toBe('incoming');
    expect(play(rings, lost, { type: 'welcomed', wire: rings }).phase).toBe('incoming');
  });
});

describe('an error', () => {
  it('says who must sign in again', () => {
    const reason = (code: string) => HousecallError.refused({ code, message: '' }).reason;
    expect(reason('token_expired')).toBe('signed-out');
    expect(reason('not_in_room')).toBe('refused');
  });

  it('keeps what it is and explains what it is not', () => {
    const known = HousecallError.refused({ code: 'over', message: 'The call is over.' });
    expect(HousecallError.from(known)).toBe(known);
    expect(HousecallError.from(new TypeError('fetch failed')).reason).toBe('unreachable');
  });
});
