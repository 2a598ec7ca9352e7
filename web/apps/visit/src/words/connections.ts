//! Connections: how they go, what closes them, and what to do about it.

import type {
  CheckPart,
  CheckStep,
  ConnectionCheck,
  ConnectionReport,
  ConnectionSummary,
  PathKind,
  ServerAddress,
  Verdict,
  Way,
} from '@housecall/client';
import { day, moment } from './times';

const PATHS: Record<PathKind, string> = {
  direct: 'Direct',
  stun: 'Direct (STUN)',
  'relay-udp': 'Through the relay (UDP)',
  'relay-tcp': 'Through the relay (TCP)',
  'relay-tls': 'Through the relay (TLS)',
};

/** Which way media takes to somebody. */
export function path(of: PathKind): string {
  return PATHS[of];
}

/** What each part of a check is called, and what it tries. */
export const CHECK_PARTS: Record<CheckPart, { name: string; tries: string }> = {
  stun: {
    name: 'Direct way',
    tries: 'Whether others can find this device without a detour.',
  },
  relayUdp: {
    name: 'Relay over UDP',
    tries: 'Whether calls can go through the server where there is no direct way.',
  },
  relayTcp: { name: 'Relay over TCP', tries: 'The same, for networks that block UDP.' },
  relayTls: {
    name: 'Relay over TLS',
    tries: 'The same, for networks that let only encrypted web pages through.',
  },
  roundTrip: {
    name: 'Sending through the relay',
    tries: 'Whether what is sent arrives, and how long that takes.',
  },
};

const WAYS: readonly Way[] = ['stun', 'relayUdp', 'relayTcp', 'relayTls'];

const RESULTS: Record<Verdict, string> = {
  works: 'Works',
  blocked: 'Blocked',
  missing: 'Not offered',
  unknown: 'Not tested',
};

/** How a part of a check came out, in a word or two. */
export function result({ pending, verdict }: Pick<CheckStep, 'pending' | 'verdict'>): string {
  return pending ? 'Testing' : RESULTS[verdict];
}

const WORKS: Record<CheckPart, string> = {
  stun: 'Others can find this device.',
  relayUdp: 'The relay can be reached.',
  relayTcp: 'The relay can be reached.',
  relayTls: 'The relay can be reached.',
  roundTrip: 'What is sent arrives.',
};

const PROTOCOLS: Record<Way, string> = {
  stun: 'UDP',
  relayUdp: 'UDP',
  relayTcp: 'TCP',
  relayTls: 'TCP',
};

/** What a part of a check means for calls, and what to do. */
export function meaning({ part, verdict, why, servers, roundTripMs }: CheckStep): string {
  if (roundTripMs !== undefined) return `There and back in ${milliseconds(roundTripMs)}.`;
  if (verdict === 'works') return WORKS[part];
  if (verdict === 'missing') return 'This server does not offer it.';
  if (verdict === 'unknown') return '';
  if (part === 'roundTrip') {
    return 'The relay can be reached, but nothing arrives. Please tell the help desk.';
  }
  if (why === 'refused') {
    return 'The server said no. Your network is not the reason: please tell the help desk.';
  }
  const ports = servers.map((it) => portOf(part, it));
  return `Nobody answers. Ask your IT to open ${either(ports)}.`;
}

function portOf(way: Way, { host, port }: ServerAddress): string {
  return `${PROTOCOLS[way]} port ${port} to ${host}`;
}

function either(ports: string[]): string {
  return new Intl.ListFormat('en', { type: 'disjunction' }).format(ports);
}

/** What a whole check means for calls. */
export function overall(report: ConnectionReport): string {
  const { stun, relayUdp, relayTcp, relayTls } = report;
  const relays = [relayUdp, relayTcp, relayTls];
  const relayWorks = relays.includes('works');
  if (isNothingOffered(report)) {
    return 'This server offers nothing to test. Calls work within one network.';
  }
  if (stun === 'works') {
    return relayWorks || relays.every((it) => it === 'missing')
      ? 'Your connection is good for calls.'
      : 'Calls will work where there is a direct way. The relay, for all other cases, is blocked.';
  }
  if (relayUdp === 'works') return 'Calls will work through the relay.';
  if (relayWorks) {
    return 'Your network blocks UDP. Calls will work over TCP, with a little more delay.';
  }
  return (
    'Your network blocks calls. Use another network, such as that of your phone, ' +
    'or ask your IT to open what is named above.'
  );
}

/** There is neither STUN nor a relay. */
export function isNothingOffered(report: ConnectionReport): boolean {
  return WAYS.every((way) => report[way] === 'missing');
}

const SUMMARIES: Record<ConnectionSummary, string> = {
  direct: 'good',
  relay: 'works through the relay',
  blocked: 'blocked',
};

/** "Rosa’s connection: works through the relay. Checked today, 14:02." */
export function lastCheck({ user, at, summary, report }: ConnectionCheck, now: number): string {
  const found = isNothingOffered(report) ? 'nothing to test' : SUMMARIES[summary];
  const when = day(at, now).replace(/^Today/, 'today');
  return `${user.name}’s connection: ${found}. Checked ${when}.`;
}

/** A report, line by line. */
export function reportLines(report: ConnectionReport): string[] {
  const { roundTripMs, microphone, camera } = report;
  const devices = { Microphone: microphone, Camera: camera };
  return [
    ...WAYS.map((way) => `${CHECK_PARTS[way].name}: ${RESULTS[report[way]]}`),
    ...(roundTripMs === undefined ? [] : [`To the relay and back: ${milliseconds(roundTripMs)}`]),
    ...Object.entries(devices).flatMap(([name, verdict]) =>
      verdict === undefined ? [] : [`${name}: ${DEVICES[verdict]}`],
    ),
  ];
}

const DEVICES: Record<Verdict, string> = { ...RESULTS, missing: 'Not found' };

/** A check as plain text, for whoever helps. It names servers, and no address of
 *  the device. */
export function helpText(report: ConnectionReport, steps: readonly CheckStep[], at: Date): string {
  const asked = steps.flatMap(({ part, servers, why }) =>
    part === 'roundTrip' || why === undefined
      ? []
      : servers.map((it) => `${portOf(part, it)}: ${why === 'refused' ? 'said no' : 'no answer'}`),
  );
  return [
    `Connection check of ${location.host}, ${moment(at.toISOString())}`,
    overall(report),
    ...reportLines(report),
    ...asked,
    `Candidates: ${report.candidates.join(', ') || 'none'}`,
    `Browser: ${navigator.userAgent}`,
  ].join('\n');
}

function milliseconds(time: number): string {
  return time === 0 ? 'less than 1 ms' : `${time} ms`;
}
