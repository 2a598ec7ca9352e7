//! What happens in calls, as sentences to be read aloud.

import type { Announcement } from '@housecall/client';
import { pausedUntil } from './consent';
import { recordedBy } from './names';
import { ending } from './outcomes';
import { moment } from './times';

/** News as a sentence. */
export function sentence({ news, call }: Announcement, you: string | undefined): string {
  switch (news.type) {
    case 'joined':
      return `${news.who.name} joined.`;
    case 'left':
      return `${news.who.name} left.`;
    case 'declined':
      return `${news.who.name} declined.`;
    case 'missed':
      return `${news.who.name} did not answer.`;
    case 'lost':
      return `The connection to ${news.who.name} is interrupted.`;
    case 'resumed':
      return `${news.who.name} is back.`;
    case 'muted':
      return `${news.who.name} is muted.`;
    case 'unmuted':
      return `${news.who.name} is not muted any more.`;
    case 'came-to-door':
      return `${news.who.name} waits to come in.`;
    case 'let-in':
      return 'You are in.';
    case 'turned-away':
      return news.who.id === you
        ? `You were not let in.${because(news.reason)}`
        : `${news.who.name} was not let in.`;
    case 'removed':
      return news.who.id === you
        ? `You were removed from the visit.${because(news.reason)}`
        : `${news.who.name} was removed.`;
    case 'locked':
      return 'The meeting is locked. Nobody else can come in.';
    case 'unlocked':
      return 'The meeting is not locked any more.';
    case 'hand-raised':
      return `${news.who.name} raised their hand.`;
    case 'hand-lowered':
      return news.who.id === you
        ? 'Your hand was lowered.'
        : `${news.who.name} lowered their hand.`;
    case 'muted-by-host':
      return `${news.by?.name ?? 'A host'} muted you. You can unmute yourself.`;
    case 'host-made':
      return news.who.id === you ? 'You are a host now.' : `${news.who.name} is a host now.`;
    case 'host-unmade':
      return news.who.id === you
        ? 'You are not a host any more.'
        : `${news.who.name} is not a host any more.`;
    case 'wrote':
      return `${news.who.name} wrote a message.`;
    case 'recording-asked':
      return `${news.by?.name ?? 'Somebody'} asks to record this visit. Please say whether you agree.`;
    case 'recording-unasked':
      return 'Nobody asks to record any more.';
    case 'consent-declined':
      return `${news.who.name} does not agree to be recorded.`;
    case 'recording-paused':
      return `${pausedUntil(news.waitingFor, you)}.`;
    case 'recording-resumed':
      return 'The recording goes on.';
    case 'recording-started':
      return `Recording started. ${recordedBy(call, news.recording, you)}`;
    case 'recording-stopped':
      return 'Recording stopped.';
    case 'answered-elsewhere':
      return 'Answered on another device.';
    case 'taken-over':
      return 'The visit goes on on your other device.';
    case 'rescheduled':
      return `The visit is now planned for ${moment(news.at)}.`;
    case 'reminded':
      return `The planned visit starts soon: ${moment(news.at)}.`;
    case 'reconnecting':
      return 'The connection is interrupted. Reconnecting.';
    case 'reconnected':
      return 'The connection is back.';
    case 'not-in':
      return news.error.message;
    case 'ended':
      return ending(call, news.ending, you);
  }
}

/** What somebody gave as their reason, after a sentence. */
function because(reason: string | undefined): string {
  return reason === undefined ? '' : ` The reason: ${reason}`;
}
