//! What people are told before they agree to being recorded, and what they say to it.

import type {
  Covered,
  MethodWord,
  NewcomersWord,
  ParticipantState,
  Person,
} from '@housecall/client';
import type { RecordingHouse, Relation } from '../rest';
import { list } from './names';

/** Which text this is. It is kept with every answer: who changes what `terms`
 *  says changes this too. */
export const WORDING = '2026-11/en';

/** The two answers, as the buttons have them. */
export const AGREE = 'I agree to be recorded';
export const DISAGREE = 'I do not agree';

/** Everything there is. */
export const ALL_COVERED: Covered = { audio: true, video: true, screen: true };

const SOUND_COVERED: Covered = { audio: true, video: false, screen: false };

/** What may be recorded, to choose from. */
export const COVERED_CHOICES = [
  ['all', 'Sound, picture and shared screens'],
  ['sound', 'Sound only'],
] as const;

/** What was chosen from them. */
export function coveredBy(choice: string): Covered {
  return choice === 'sound' ? SOUND_COVERED : ALL_COVERED;
}

/** What becomes of a recording when somebody else comes, to choose from. */
export const NEWCOMER_CHOICES: readonly (readonly [NewcomersWord, string])[] = [
  ['pause', 'It pauses until they agree'],
  ['wait', 'They wait at the door until they agree'],
];

/** "sound, picture and shared screens". */
export function covered({ audio, video, screen }: Covered): string {
  const parts = [audio && 'sound', video && 'picture', screen && 'shared screens'];
  return list(parts.filter((it) => it !== false));
}

const WATCHERS: Record<Relation, string> = {
  admin: 'the administrators of this house',
  recorder: 'whoever recorded it',
  provider: 'the providers of the visit',
  patient: 'the patient',
  participant: 'everybody who was in the visit',
};

/** One thing to know before agreeing. */
export interface Term {
  about: string;
  says: string;
}

/** All there is to know before agreeing. */
export function terms(covers: Covered, house: RecordingHouse | undefined): Term[] {
  return [
    {
      about: 'What is recorded',
      says:
        `The ${covered(covers)} of everybody in this visit, with their names. ` +
        `${omitted(covers)}Nothing is recorded unless everybody agrees.`,
    },
    {
      about: 'What it is used for',
      says: 'It is kept with this visit, so that what was said and shown can be looked up.',
    },
    { about: 'Who may watch it', says: watchers(house) },
    { about: 'How long it is kept', says: kept(house) },
    {
      about: 'If you change your mind',
      says:
        'You can take this back at any time: choose “Stop recording me” at the top of the ' +
        'visit. The recording then stops for everybody. What was recorded before is kept.',
    },
  ];
}

function omitted({ video, screen }: Covered): string {
  const not = [!video && 'Pictures', !screen && 'shared screens'].filter((it) => it !== false);
  return not.length === 0 ? '' : `${capital(list(not))} are not recorded. `;
}

function watchers(house: RecordingHouse | undefined): string {
  if (house === undefined) return 'This could not be looked up. Please ask whoever records.';
  const names = list(house.whoMayWatch.map((it) => WATCHERS[it]));
  return `${capital(names)}. It is noted down each time.`;
}

function kept(house: RecordingHouse | undefined): string {
  if (house === undefined) return 'This could not be looked up. Please ask whoever records.';
  const { retentionDays } = house;
  return (
    `${retentionDays === 1 ? '1 day' : `${retentionDays} days`}, encrypted. Then it is deleted, ` +
    'unless the law asks for it to be kept longer.'
  );
}

/** What follows for whoever does not agree. */
export function otherwise(isAtDoor: boolean, newcomers: NewcomersWord | undefined): string {
  if (newcomers === undefined) {
    return 'If you do not agree, nothing is recorded, and the visit goes on as it is.';
  }
  if (isAtDoor && newcomers === 'wait') {
    return 'If you do not agree, you stay at the door for as long as it is recorded.';
  }
  return 'If you do not agree, nothing is recorded while you are there.';
}

const METHODS: Record<MethodWord, string> = {
  electronic: 'agreed',
  verbal: 'agreed aloud',
  written: 'agreed in writing',
};

/** How somebody agreed: "agreed aloud". */
export function agreedBy(method: MethodWord | undefined): string {
  return METHODS[method ?? 'electronic'];
}

/** What somebody has said to being recorded, in a word or two. */
export function answer({ consented, consent, declined }: ParticipantState): string {
  if (consented) return capital(agreedBy(consent?.method));
  return declined ? 'Said no' : 'Has not answered';
}

/** "Recording paused until Ana and you agree". */
export function pausedUntil(people: readonly Person[], you: string | undefined): string {
  const names = people.filter((it) => it.id !== you).map((it) => it.name);
  const all = people.length > names.length ? [...names, 'you'] : names;
  if (all.length === 0) return 'Recording paused';
  const verb = names.length === 1 && all.length === 1 ? 'agrees' : 'agree';
  return `Recording paused until ${list(all)} ${verb}`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
