//! Where one writes to the room, or to one person in it.

import { useAction, useChat } from '@housecall/react';
import { useRef, useState, type KeyboardEvent } from 'react';
import { sendFile } from '../rest';
import { useSessionStore } from '../session/session-context';
import { Button } from '../ui/Button';
import { Choice } from '../ui/Choice';
import { Problem } from '../ui/Problem';
import { TextArea } from '../ui/TextArea';

/** At most this many characters, as on the server. */
const MOST = 4_000;

const EVERYBODY = '';

/** To whom, what, a file. Enter sends; Shift and Enter begin a new line. */
export function ChatForm({ callId }: { callId: string }) {
  const { say, people } = useChat(callId);
  const [to, setTo] = useState(EVERYBODY);
  const [text, setText] = useState('');
  // Who has gone meanwhile cannot be written to.
  const addressee = people.some((it) => it.id === to) ? to : EVERYBODY;
  const send = () => {
    if (text.trim() === '') return;
    void say?.(text.trim(), addressee === EVERYBODY ? [] : [addressee]);
    setText('');
  };
  const onKeyDown = (event: KeyboardEvent) => {
    // While somebody composes a character, Enter takes it and sends nothing.
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  };
  return (
    <div className="flex flex-col gap-3">
      <Choice
        label="To"
        value={addressee}
        onChange={(event) => setTo(event.target.value)}
        options={[[EVERYBODY, 'Everybody'], ...people.map((it) => [it.id, it.name] as const)]}
      />
      <TextArea
        label="Message"
        rows={2}
        maxLength={MOST}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={onKeyDown}
      />
      <div className="flex flex-wrap gap-3">
        <Button purpose="primary" onClick={send}>
          Send
        </Button>
        <SendFile callId={callId} to={addressee === EVERYBODY ? null : addressee} />
      </div>
    </div>
  );
}

function SendFile({ callId, to }: { callId: string; to: string | null }) {
  const { withToken } = useSessionStore();
  const input = useRef<HTMLInputElement>(null);
  const { run, pending, error } = useAction(async (file: File) => {
    const key = `${Date.now()}-${file.size}`;
    await withToken((token) => sendFile(token, callId, { file, to, key }));
  });
  return (
    <>
      <input
        ref={input}
        type="file"
        aria-label="File to send"
        className="sr-only"
        tabIndex={-1}
        onChange={(event) => {
          const file = event.target.files?.[0];
          if (file !== undefined) void run(file);
          event.target.value = '';
        }}
      />
      <Button aria-busy={pending} onClick={() => input.current?.click()}>
        {pending ? 'Sending the file' : 'Send a file'}
      </Button>
      <Problem error={error} />
    </>
  );
}
