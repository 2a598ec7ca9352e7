import {
  EMPTY_CHAT,
  isAtDoor,
  isHost,
  isInRoom,
  isInside,
  type Call,
  type ChatMessage,
  type Person,
} from '@housecall/client';
import { useCallback, useMemo } from 'react';
import { useManager } from './context';
import { useCall } from './use-call';
import { useSnapshot } from './use-snapshot';

/** What is written in a call. */
export interface ChatControls {
  /** In order; what the server does not have yet comes last. */
  messages: readonly ChatMessage[];
  unread: number;
  /** Writes to all, or to some; `undefined` when this device is not in. What
   *  does not work is kept beside the message. */
  say: ((text: string, to?: string[]) => void) | undefined;
  markRead: () => void;
  /** Says a message again that failed. */
  retry: (key: string) => void;
  /** Whom one may write to alone. */
  people: Person[];
  /** The page shows the chat: what comes is read at once. */
  isOpen: boolean;
  setOpen: (isOpen: boolean) => void;
}

/** The chat of a call.
 *
 *  @example
 *  const { messages, say } = useChat(callId);
 *  return messages.map((it) => <p key={it.key ?? it.seq}>{it.message}</p>);
 */
export function useChat(callId: string): ChatControls {
  const manager = useManager();
  const call = useCall(callId);
  const you = useSnapshot((it) => it.you?.id ?? '');
  const { messages, unread, isOpen } = useSnapshot((it) => it.chats.get(callId) ?? EMPTY_CHAT);
  const people = useMemo(() => (call === undefined ? [] : reachable(call, you)), [call, you]);
  const say = useCallback(
    // What went wrong stands beside the message.
    (text: string, to: string[] = []) => void manager.say(callId, text, { to }).catch(() => null),
    [manager, callId],
  );
  const retry = useCallback(
    (key: string) => void manager.retry(callId, key).catch(() => null),
    [manager, callId],
  );
  const markRead = useCallback(() => manager.markRead(callId), [manager, callId]);
  const setOpen = useCallback((on: boolean) => manager.openChat(callId, on), [manager, callId]);
  const mayWrite = call !== undefined && isInRoom(call);
  return {
    messages,
    unread,
    say: mayWrite ? say : undefined,
    markRead,
    retry,
    people,
    isOpen,
    setOpen,
  };
}

/** Everybody in the room; hosts also write to those at the door. */
function reachable({ wire }: Call, you: string): Person[] {
  const decides = isHost(wire, you);
  const others = wire.people.filter((it) => it.person.id !== you);
  return others.filter((it) => isInside(it) || (decides && isAtDoor(it))).map((it) => it.person);
}
