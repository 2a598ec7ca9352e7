//! The rules of one conversation: each message once and in its place, and what
//! this device writes kept until the server has it. No wires attached.

import type { HousecallError } from './errors';
import type { Attachment, CallEvent, SaidBefore } from './wire.gen';

/** How many messages of one call are kept. More would make a long page slow. */
const MOST = 1_000;

/** Something that was written, or is on its way. */
export interface ChatMessage {
  /** Its place in the call's order; `null` until the server has it. */
  seq: number | null;
  /** What this device calls it, if you wrote it. */
  key?: string;
  at: string;
  user: string;
  message: string;
  /** To whom; to everybody if this names nobody. */
  to: readonly string[];
  file?: Attachment;
  /** Why the server would not have it. */
  failed?: HousecallError;
}

/** What was written in one call, as far as this device knows. */
export interface Chat {
  /** In order; what the server does not have yet comes last. */
  messages: readonly ChatMessage[];
  /** How many messages of others came since it was last read. */
  unread: number;
  /** The page shows it: what comes is read at once. */
  isOpen: boolean;
}

/** A chat in which nothing was written. */
export const EMPTY_CHAT: Chat = { messages: [], unread: 0, isOpen: false };

/** The message that an event brings, if it brings one. */
export function messageIn({ seq, at, event }: CallEvent): SaidBefore | undefined {
  if (event.type !== 'said') return undefined;
  const { type: _, ...said } = event;
  return { seq, at, ...said };
}

/** The chat with what the server told; what is known already changes nothing. */
export function withHeard(chat: Chat, heard: readonly SaidBefore[], you: string): Chat {
  const known = new Set(chat.messages.map((it) => it.seq));
  const news = heard.filter((it) => !known.has(it.seq));
  if (news.length === 0) return chat;
  const arrived = new Set(news.map((it) => it.key).filter((it) => it !== undefined));
  const isOnTheWay = (it: ChatMessage) => it.seq === null && !arrived.has(it.key ?? '');
  const said = [...chat.messages.filter((it) => it.seq !== null), ...news];
  const inOrder = said.sort((one, other) => (one.seq ?? 0) - (other.seq ?? 0)).slice(-MOST);
  const unread = chat.isOpen ? 0 : chat.unread + news.filter((it) => it.user !== you).length;
  return { ...chat, messages: [...inOrder, ...chat.messages.filter(isOnTheWay)], unread };
}

/** The chat with something that is on its way to the server. */
export function withWritten(chat: Chat, message: ChatMessage): Chat {
  return { ...chat, messages: [...chat.messages, message] };
}

/** The server would not have a message. */
export function withFailure(chat: Chat, key: string, failed: HousecallError): Chat {
  return replace(chat, key, (it) => ({ ...it, failed }));
}

/** A message that failed is on its way again. */
export function withRetry(chat: Chat, key: string): Chat {
  return replace(chat, key, ({ failed: _, ...it }) => it);
}

/** Everything in it was read. */
export function asRead(chat: Chat): Chat {
  return chat.unread === 0 ? chat : { ...chat, unread: 0 };
}

/** The page shows it, or no more. */
export function asOpen(chat: Chat, isOpen: boolean): Chat {
  return { ...chat, isOpen, unread: isOpen ? 0 : chat.unread };
}

/** What the server does not have and has not refused, oldest first. */
export function onTheWay(chat: Chat): ChatMessage[] {
  return chat.messages.filter((it) => it.seq === null && it.failed === undefined);
}

/** The place of the latest message that the server told; 0 if there is none. */
export function latestIn(chat: Chat): number {
  return chat.messages.reduce((latest, { seq }) => Math.max(latest, seq ?? 0), 0);
}

function replace(chat: Chat, key: string, by: (it: ChatMessage) => ChatMessage): Chat {
  const messages = chat.messages.map((it) => (it.seq === null && it.key === key ? by(it) : it));
  return { ...chat, messages };
}
