//! What is written in a room.

import { useCall, useChat } from '@housecall/react';
import { useEffect, useRef } from 'react';
import { ChatForm } from './ChatForm';
import { ChatLine } from './ChatLine';

/** The messages, oldest first, and a line to write the next. Open, it is read. */
export function ChatPanel({ callId }: { callId: string }) {
  const call = useCall(callId);
  const { messages, setOpen, retry } = useChat(callId);
  const log = useRef<HTMLDivElement>(null);
  useEffect(() => {
    setOpen(true);
    return () => setOpen(false);
  }, [setOpen]);
  useEffect(() => {
    if (log.current) log.current.scrollTop = log.current.scrollHeight;
  }, [messages]);
  if (call === undefined) return null;
  return (
    <>
      <div
        ref={log}
        role="log"
        aria-label="Messages"
        tabIndex={0}
        className="flex min-h-0 flex-1 flex-col gap-3 overflow-y-auto"
      >
        {messages.length === 0 && <p className="text-muted">Nothing was written yet.</p>}
        {messages.map((it) => (
          <ChatLine key={it.key ?? it.seq} wire={call.wire} message={it} onRetry={retry} />
        ))}
      </div>
      <ChatForm callId={callId} />
    </>
  );
}
