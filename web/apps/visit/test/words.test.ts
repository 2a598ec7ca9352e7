import {
  callState,
  participant,
  recording as recordingOf,
  request,
} from '@housecall/client/testing';
import type { CheckStep, ConnectionReport, News, Outcome, PathKind } from '@housecall/client';
import { HousecallError } from '@housecall/client';
import { describe, expect, it } from 'vitest';
import * as words from '../src/words';

const call = callState([participant('ben'), participant('ana')]);
const { person: ana } = participant('ana');
const { person: ben } = participant('ben');
const { person: cleo } = participant('cleo');

describe('words', () => {
  it('tell time', () => {
    expect([5, 65, 3_905].map(words.clock)).toEqual(['0:05', '1:05', '1:05:05']);
    expect([5, 60, 3_905].map(words.duration)).toEqual(['5 s', '1 min 0 s', '1 h 5 min 5 s']);
  });

  it('list names', () => {
    expect(words.list(['Ana', 'Ben', 'Cleo'])).toBe('Ana, Ben, and Cleo');
    expect(words.others(call, 'ana')).toBe('Ben');
  });

  it('say how a call ended, to both sides', () => {
    const outcomes: Outcome[] = ['completed', 'missed', 'declined', 'cancelled'];
    const said = (you: string) =>
      outcomes.map((outcome) => words.ending(call, { outcome, durationSeconds: 0 }, you));
    expect(said('ana')).toEqual([
      'The visit has ended.',
      'You missed a call from Ben.',
      'The call was declined.',
      'Ben cancelled the call.',
    ]);
    const declined = { outcome: 'declined', by: 'ana', durationSeconds: 0 } as const;
    expect(words.ending(call, declined, 'ana')).toBe('You declined the call.');
    expect(said('ben')).toEqual([
      'The visit has ended.',
      'Ana did not answer.',
      'Ana declined the call.',
      'You cancelled the call.',
    ]);
  });

  it('say how a visit ended to which nobody was called', () => {
    const visit = callState([participant('ben'), participant('ana')], { kind: 'consultation' });
    const said = (outcome: Outcome) => words.ending(visit, { outcome, durationSeconds: 0 }, 'ana');
    expect((['completed', 'missed', 'cancelled'] as const).map(said)).toEqual([
      'The visit has ended.',
      'Nobody else came.',
      'The visit was cancelled.',
    ]);
  });

  it('say who records', () => {
    const recording = recordingOf('ben');
    const said = (by: string, you: string) => words.recordedBy(call, { ...recording, by }, you);
    expect(said('ben', 'ana')).toBe('Ben is recording this visit.');
    expect(said('ben', 'ben')).toBe('You are recording this visit.');
    expect(said('dora', 'ana')).toBe('Somebody is recording this visit.');
    const paused = recordingOf('ben', { paused: true });
    expect(words.recordedBy(call, paused, 'ana')).toBe('Ben records this visit.');
  });

  it('say the news', () => {
    const error = HousecallError.refused({ code: 'over', message: 'The call is over.' });
    const ending = { outcome: 'missed', durationSeconds: 0 } as const;
    const recording = recordingOf('ben');
    const news: News[] = [
      { type: 'joined', who: ben },
      { type: 'left', who: ben },
      { type: 'declined', who: ben },
      { type: 'missed', who: ben },
      { type: 'lost', who: ben },
      { type: 'resumed', who: ben },
      { type: 'muted', who: ben },
      { type: 'unmuted', who: ben },
      { type: 'recording-started', recording },
      { type: 'recording-paused', recording, waitingFor: [cleo, ana] },
      { type: 'recording-resumed', recording },
      { type: 'recording-stopped', recording },
      { type: 'recording-asked', by: ben, request: request('ben') },
      { type: 'consent-declined', who: ben },
      { type: 'recording-unasked' },
      { type: 'answered-elsewhere' },
      { type: 'taken-over' },
      { type: 'reconnecting' },
      { type: 'reconnected' },
      { type: 'not-in', error },
      { type: 'ended', ending, was: 'incoming' },
    ];
    expect(news.map((it) => words.sentence({ id: 1, news: it, call }, 'ana'))).toEqual([
      'Ben joined.',
      'Ben left.',
      'Ben declined.',
      'Ben did not answer.',
      'The connection to Ben is interrupted.',
      'Ben is back.',
      'Ben is muted.',
      'Ben is not muted any more.',
      'Recording started. Ben is recording this visit.',
      'Recording paused until Cleo and you agree.',
      'The recording goes on.',
      'Recording stopped.',
      'Ben asks to record this visit. Please say whether you agree.',
      'Ben does not agree to be recorded.',
      'Nobody asks to record any more.',
      'Answered on another device.',
      'The visit goes on on your other device.',
      'The connection is interrupted. Reconnecting.',
      'The connection is back.',
      'The call is over.',
      'You missed a call from Ben.',
    ]);
  });

  it('say the news of doors, to whom it concerns and to others', () => {
    const [, { person: ana }] = call.people as [unknown, { person: typeof ben }];
    const news: News[] = [
      { type: 'came-to-door', who: ben },
      { type: 'let-in' },
      { type: 'turned-away', who: ana, reason: 'Too early.' },
      { type: 'turned-away', who: ben, reason: undefined },
      { type: 'removed', who: ana, reason: undefined },
      { type: 'removed', who: ben, reason: 'Noise.' },
      { type: 'locked' },
      { type: 'unlocked' },
      { type: 'hand-raised', who: ben },
      { type: 'hand-lowered', who: ben },
      { type: 'hand-lowered', who: ana },
      { type: 'muted-by-host', by: undefined },
      { type: 'host-made', who: ana },
      { type: 'host-made', who: ben },
      { type: 'host-unmade', who: ana },
      { type: 'host-unmade', who: ben },
      { type: 'wrote', who: ben },
    ];
    expect(news.map((it) => words.sentence({ id: 1, news: it, call }, 'ana'))).toEqual([
      'Ben waits to come in.',
      'You are in.',
      'You were not let in. The reason: Too early.',
      'Ben was not let in.',
      'You were removed from the visit.',
      'Ben was removed.',
      'The meeting is locked. Nobody else can come in.',
      'The meeting is not locked any more.',
      'Ben raised their hand.',
      'Ben lowered their hand.',
      'Your hand was lowered.',
      'A host muted you. You can unmute yourself.',
      'You are a host now.',
      'Ben is a host now.',
      'You are not a host any more.',
      'Ben is not a host any more.',
      'Ben wrote a message.',
    ]);
  });

  it('say how a device check came out', () => {
    const works = { microphone: 'works', camera: 'works', connection: 'works' } as const;
    expect(words.checked(works)).toBe('Microphone, camera and connection work.');
    expect(words.checked({ ...works, camera: 'missing' })).toBe(
      'Microphone works. Camera was not found. Connection works.',
    );
  });

  it('count the minutes that somebody waits', () => {
    const now = Date.parse('2025-03-04T14:10:00Z');
    const waited = (since: string) => words.minutesSince(`2025-03-04T14:${since}Z`, now);
    expect(['09:30', '09:00', '00:00', '10:05'].map(waited)).toEqual([
      'less than a minute',
      '1 minute',
      '10 minutes',
      'less than a minute',
    ]);
  });

  it('name the day', () => {
    const now = new Date(2025, 2, 4, 9);
    expect(words.day(new Date(2025, 2, 4, 14).toISOString(), now.getTime())).toMatch(/^Today, /);
    expect(words.day(new Date(2025, 2, 5, 14).toISOString(), now.getTime())).not.toMatch(/Today/);
  });

  it('name the hosts, but not oneself', () => {
    const hosted = callState([participant('ben', { host: true }), participant('ana')]);
    expect(words.hostsOf(hosted, 'ana')).toEqual(['Ben']);
    expect(words.hostsOf(hosted, 'ben')).toEqual([]);
    expect(words.either(['Ana', 'Ben'])).toBe('Ana or Ben');
  });
});

describe('words on connections', () => {
  const nothing = { relayUdp: 'missing', relayTcp: 'missing', relayTls: 'missing' } as const;
  const report = (rest: Partial<ConnectionReport>): ConnectionReport => ({
    stun: 'works',
    ...nothing,
    candidates: [],
    ...rest,
  });

  it.each([
    [{}, 'Your connection is good for calls.'],
    [{ relayUdp: 'works' }, 'Your connection is good for calls.'],
    [{ relayUdp: 'blocked' }, /where there is a direct way. The relay, .* is blocked/],
    [{ stun: 'blocked', relayUdp: 'works' }, 'Calls will work through the relay.'],
    [{ stun: 'blocked', relayUdp: 'blocked', relayTcp: 'works' }, /blocks UDP.*over TCP/],
    [{ stun: 'blocked', relayUdp: 'blocked', relayTls: 'works' }, /blocks UDP.*over TCP/],
    [{ stun: 'blocked', relayTcp: 'blocked' }, /Your network blocks calls. Use another network/],
    [{ stun: 'missing' }, /offers nothing to test/],
  ] as const)('say what a check means: %o', (found, said) => {
    expect(words.overall(report(found))).toMatch(said);
  });

  const servers = [{ host: 'house.example', port: 5349 }];

  it('say what each part means, and what to do', () => {
    const about = { part: 'relayTls', pending: false, servers } as const;
    const meaning = (rest: Pick<CheckStep, 'verdict' | 'why'>) =>
      words.meaning({ ...about, ...rest });
    expect(meaning({ verdict: 'works' })).toBe('The relay can be reached.');
    expect(meaning({ verdict: 'missing' })).toBe('This server does not offer it.');
    expect(meaning({ verdict: 'unknown' })).toBe('');
    expect(meaning({ verdict: 'blocked', why: 'unreachable' })).toBe(
      'Nobody answers. Ask your IT to open TCP port 5349 to house.example.',
    );
    expect(meaning({ verdict: 'blocked', why: 'refused' })).toMatch(/is not the reason/);
    const sent = { ...about, part: 'roundTrip', verdict: 'blocked' } as const;
    expect(words.meaning(sent)).toMatch(/nothing arrives/);
  });

  it('say when somebody checked, and how it was', () => {
    const now = Date.parse('2025-03-04T14:30:00Z');
    const check = { user: ben, at: '2025-03-04T14:02:00Z', summary: 'blocked' } as const;
    expect(words.lastCheck({ ...check, report: report({ stun: 'blocked' }) }, now)).toMatch(
      /^Ben’s connection: blocked. Checked today, \d/,
    );
    const untested = report({ stun: 'missing' });
    expect(words.lastCheck({ ...check, report: untested }, now + 86_400_000)).toMatch(
      /^Ben’s connection: nothing to test. Checked .*2025/,
    );
  });

  it('list what a report holds', () => {
    const devices = { microphone: 'works', camera: 'missing' } as const;
    expect(words.reportLines(report({ roundTripMs: 38, ...devices }))).toEqual([
      'Direct way: Works',
      'Relay over UDP: Not offered',
      'Relay over TCP: Not offered',
      'Relay over TLS: Not offered',
      'To the relay and back: 38 ms',
      'Microphone: Works',
      'Camera: Not found',
    ]);
  });

  it('name the way that media takes', () => {
    const paths: PathKind[] = ['direct', 'stun', 'relay-udp', 'relay-tcp', 'relay-tls'];
    expect(paths.map(words.path)).toEqual([
      'Direct',
      'Direct (STUN)',
      'Through the relay (UDP)',
      'Through the relay (TCP)',
      'Through the relay (TLS)',
    ]);
  });
});
