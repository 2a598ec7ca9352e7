//! Doors, and who comes to them.

import type { DeviceCheck, Door, Part, PresenceWord, Reaction, Verdict } from '@housecall/client';

const PARTS: Record<Part, string> = {
  guest: 'Guest',
  interpreter: 'Interpreter',
  carer: 'Carer',
  observer: 'Observer',
};

/** What a guest is there for. */
export function part(of: Part): string {
  return PARTS[of];
}

/** What guests may be there for, to choose from. */
export const PART_CHOICES = Object.entries(PARTS);

const PRESENCES: Record<PresenceWord, string> = {
  offline: 'Offline',
  away: 'Away',
  online: 'Online',
  in_call: 'In a visit',
};

/** Whether somebody can be reached. */
export function presence(of: PresenceWord): string {
  return PRESENCES[of];
}

/** Who waits at a door, to choose from. */
export const DOOR_CHOICES: readonly (readonly [Door, string])[] = [
  ['open', 'Nobody waits'],
  ['usual', 'Guests and patients wait'],
  ['strict', 'Everybody but the hosts waits'],
];

const VERDICTS: Record<Verdict, string> = {
  works: 'works',
  blocked: 'is blocked',
  missing: 'was not found',
  unknown: 'was not checked',
};

/** How a device check came out: "Microphone works. Camera is blocked." */
export function checked({ microphone, camera, connection }: DeviceCheck): string {
  const all = [microphone, camera, connection];
  if (all.every((it) => it === 'works')) return 'Microphone, camera and connection work.';
  return [
    `Microphone ${VERDICTS[microphone]}.`,
    `Camera ${VERDICTS[camera]}.`,
    `Connection ${VERDICTS[connection]}.`,
  ].join(' ');
}

/** What a reaction looks like and what it is called. */
export const REACTIONS: Record<Reaction, { sign: string; name: string }> = {
  thumbs_up: { sign: '👍', name: 'Thumbs up' },
  clap: { sign: '👏', name: 'Clap' },
  heart: { sign: '❤️', name: 'Heart' },
  laugh: { sign: '😄', name: 'Laugh' },
  surprised: { sign: '😮', name: 'Surprised' },
  celebrate: { sign: '🎉', name: 'Celebrate' },
};
