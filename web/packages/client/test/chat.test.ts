//! Scripts: what is heard and written, and what the chat reads like afterwards.

import { describe, expect, it } from 'vitest';
import { HousecallError } from '../src';
import {
  asOpen,
  asRead,
  EMPTY_CHAT,
  latestIn,
  messageIn,
  onTheWay,
  withFailure,
  withHeard,
  withRetry,
  withWritten,
  type Chat,
  type ChatMessage,
} from '../src/chat';
import type { SaidBefore } from '../src/wire.gen';

const AT = '2025-03-04T14:01:00Z';
const refusal = HousecallError.refused({ code: 'too_fast', message: 'Please wait a moment.' });

/** Ben said it, unless it has a key: then Ana did. */
function said(seq: number, message: string, key?: string): SaidBefore {
  const user = key === undefined ? 'ben' : 'ana';
  return { seq, at: AT, user, message, to: [], ...(key === undefined ? {} : { key }) };
}

function sending(key: string, message: string): ChatMessage {
  return { seq: null, key, at: AT, user: 'ana', message, to: [] };
}

const hear = (chat: Chat, ...news: SaidBefore[]) => withHeard(chat, news, 'ana');
const write = (chat: Chat, key: string) => withWritten(chat, sending(key, `my ${key}`));
const read = ({ messages }: Chat) =>
  messages.map((it) => `${it.seq ?? (it.failed ? 'failed' : 'sending')} ${it.message}`);

describe('what is heard', () => {
  it('is kept once and in its place', () => {
    const chat = hear(hear(EMPTY_CHAT, said(4, 'four'), said(9, 'nine')), said(6, 'six'));
    expect(read(hear(chat, said(6, 'six'), said(9, 'nine')))).toEqual([
      '4 four',
      '6 six',
      '9 nine',
    ]);
  });

  it('changes nothing when it is known', () => {
    const chat = hear(EMPTY_CHAT, said(4, 'four'));
    expect(hear(chat, said(4, 'four'))).toBe(chat);
    expect(hear(chat)).toBe(chat);
  });

  it('is kept up to a bound, the latest of it', () => {
    const many = Array.from({ length: 1_001 }, (_, at) => said(at + 1, 'again'));
    const chat = hear(write(EMPTY_CHAT, 'k1'), ...many);
    expect(chat.messages).toHaveLength(1_001);
    expect([chat.messages.at(0)?.seq, chat.messages.at(-1)?.key]).toEqual([2, 'k1']);
  });

  it('is what an event says, with its file and its key', () => {
    const file = { id: 'f1', name: 'plan.pdf', mediaType: 'application/pdf', bytes: 12 };
    const event = { type: 'said', user: 'ana', message: 'Here', to: ['ben'], file, key: 'k1' };
    const told = { callId: 'call-1', seq: 7, at: AT, event: event as never };
    const { type: _, ...rest } = event;
    expect(messageIn(told)).toEqual({ seq: 7, at: AT, ...rest });
    expect(messageIn({ ...told, event: { type: 'hidden' } })).toBeUndefined();
  });
});

describe('unread', () => {
  it('counts what others wrote, until it is read', () => {
    const chat = hear(EMPTY_CHAT, said(4, 'Hello'), said(5, 'Hi', 'k1'), said(6, 'How are you?'));
    expect(chat.unread).toBe(2);
    expect(hear(asRead(chat), said(6, 'How are you?'), said(7, 'Hm?')).unread).toBe(1);
    expect(asRead(asRead(chat)).unread).toBe(0);
  });

  it('does not count what is shown as it comes', () => {
    const chat = asOpen(hear(EMPTY_CHAT, said(4, 'Hello')), true);
    expect([chat.unread, hear(chat, said(5, 'There?')).unread]).toEqual([0, 0]);
    expect(hear(asOpen(chat, false), said(5, 'There?')).unread).toBe(1);
  });
});

describe('what is written', () => {
  it('stands at the end until the server has it', () => {
    const chat = hear(write(write(EMPTY_CHAT, 'k1'), 'k2'), said(4, 'Hello'));
    expect(read(chat)).toEqual(['4 Hello', 'sending my k1', 'sending my k2']);
    const after = hear(chat, said(6, 'my k2', 'k2'), said(5, 'my k1', 'k1'));
    expect(read(after)).toEqual(['4 Hello', '5 my k1', '6 my k2']);
  });

  it('may be refused, and tried again', () => {
    const chat = withFailure(write(write(EMPTY_CHAT, 'k1'), 'k2'), 'k1', refusal);
    expect(read(chat)).toEqual(['failed my k1', 'sending my k2']);
    expect(onTheWay(chat).map((it) => it.key)).toEqual(['k2']);
    expect(read(withRetry(chat, 'k1'))).toEqual(['sending my k1', 'sending my k2']);
  });

  it('is there when the server has it, whatever was thought of it', () => {
    const failed = withFailure(write(EMPTY_CHAT, 'k1'), 'k1', refusal);
    const chat = hear(failed, said(5, 'my k1', 'k1'));
    expect(chat.messages).toEqual([said(5, 'my k1', 'k1')]);
    expect(withFailure(chat, 'k1', refusal).messages).toEqual(chat.messages);
  });

  it('has no place, so the latest place is that of what is known', () => {
    expect(latestIn(write(EMPTY_CHAT, 'k1'))).toBe(0);
    expect(latestIn(write(hear(EMPTY_CHAT, said(4, 'Hello')), 'k1'))).toBe(4);
  });
});
