//! Recordings: how they stand, what is in them, who did what with them.

import type { RecorderState } from '@housecall/client';
import type { Chapter, ConsentEntry, RecordingAccess, RecordingView } from '../rest';
import { agreedBy, covered } from './consent';
import { list } from './names';
import { clock } from './times';

/** How much of what this device recorded is safe; nothing when there is nothing to say. */
export function saved({ state, seconds, unsaved }: RecorderState): string {
  const rest = `${secondsOf(unsaved)} still to be saved`;
  switch (state) {
    case 'idle':
      return unsaved > 0 ? `${rest}.` : '';
    case 'capturing':
    case 'paused':
      return `${clock(Math.floor(seconds))} recorded, ${unsaved > 0 ? rest : 'all saved'}.`;
    case 'saving':
      return unsaved > 0 ? `Saving the recording: ${rest}.` : 'Saving the recording.';
    case 'stuck':
      return unsaved > 0
        ? `Saving the recording has stopped: ${rest}.`
        : 'Saving the recording has stopped.';
  }
}

function secondsOf(time: number): string {
  const whole = Math.max(1, Math.ceil(time));
  return whole === 1 ? '1 second' : `${whole} seconds`;
}

/** What a recording is called: by its visit, or by those who are in it. */
export function recordingTitle({ title, people }: RecordingView, you: string): string {
  const names = people.filter((it) => it.id !== you).map((it) => it.name);
  return title ?? (names.length === 0 ? 'Recording' : `Visit with ${list(names)}`);
}

/** How far a recording has come, in a word or two. */
export function recordingStatus({ status, damaged }: RecordingView): string {
  if (damaged) return 'Damaged';
  switch (status) {
    case 'recording':
      return 'Recording now';
    case 'uploading':
      return 'Being saved';
    case 'processing':
      return 'Being prepared';
    case 'completed':
      return 'Ready';
    case 'failed':
      return 'Failed';
    case 'destroyed':
      return 'Deleted';
  }
}

/** Why there is nothing to watch, or nothing if there is. */
export function notToWatch(recording: RecordingView): string | undefined {
  const { status, damaged, failure, may } = recording;
  if (status === 'destroyed') return 'This recording was deleted. It cannot be brought back.';
  if (damaged) {
    return 'This recording is damaged: what is stored is not what was recorded. Please tell the help desk.';
  }
  switch (status) {
    case 'recording':
      return 'The visit is still being recorded. It can be watched once the recording is over.';
    case 'uploading':
      return 'The device that recorded is still saving it. This page shows it when it is ready.';
    case 'processing':
      return 'The recording is being prepared. This page shows it when it is ready.';
    case 'failed':
      return `The recording could not be completed. ${failure ?? ''}`.trim();
    case 'completed':
      return may.watch ? undefined : 'You may know of this recording, but not watch it.';
  }
}

/** Whether it changes by itself before long. */
export function isUnderWay({ status }: RecordingView): boolean {
  return status === 'recording' || status === 'uploading' || status === 'processing';
}

/** What happens at a moment of a recording. */
export function chapter({ kind, name = 'Somebody' }: Chapter): string {
  switch (kind) {
    case 'joined':
      return `${name} joined`;
    case 'left':
      return `${name} left`;
    case 'screen':
      return `${name} showed their screen`;
    case 'screen-ended':
      return `${name} showed their screen no more`;
    case 'chat':
      return `${name} wrote in the chat`;
    case 'resumed':
      return 'The recording went on after a pause';
  }
}

/** What somebody said to being recorded: "Ana agreed aloud to sound, noted by Dr. Ben." */
export function consentLine(
  { name, what, method, covers, notedBy }: ConsentEntry,
  nameOf: (user: string) => string,
): string {
  if (what === 'declined') return `${name} did not agree.`;
  if (what === 'withdrew') return `${name} took their agreement back.`;
  const to = covers === undefined ? '' : ` to ${covered(covers)}`;
  const noted = notedBy === undefined ? '' : `, noted by ${nameOf(notedBy)}`;
  return `${name} ${agreedBy(method)}${to}${noted}.`;
}

const ACCESSES: Record<Exclude<RecordingAccess['what'], 'refused'>, string> = {
  opened: 'opened its page',
  watched: 'watched it',
  downloaded: 'downloaded it',
  asked_for: 'asked to see it',
  held: 'had it kept',
  released: 'released it',
  destroyed: 'deleted it',
  damaged: 'found it damaged',
};

const REFUSED: Record<string, string> = {
  download: 'download it',
  delete: 'delete it',
  hold: 'have it kept or released',
};

/** What somebody did with a recording. */
export function access({ name = 'The house', what, reason }: RecordingAccess): string {
  if (what === 'refused')
    return `${name} wanted to ${REFUSED[reason ?? ''] ?? 'see it'}, and may not.`;
  if (what === 'destroyed' && reason === 'retention') return 'Its time was over: it was deleted.';
  const why = reason === undefined || reason === 'asked' ? '' : ` The reason: ${reason}`;
  return `${name} ${ACCESSES[what]}.${why}`;
}

/** "12.3 MB". */
export function fileSize(bytes: number): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;
  const step = Math.min(3, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
  return new Intl.NumberFormat('en', {
    style: 'unit',
    unit: units[step] ?? 'byte',
    unitDisplay: 'short',
    maximumFractionDigits: 1,
  }).format(bytes / 1_000 ** step);
}
